import type { Refinement } from './refinement.ts';

/** Values that fit what was seen so far; `position` is the part to look at next, -1: none. */
interface Branch {
  readonly fit: readonly number[];
  readonly position: number;
  readonly next: Map<number, Branch>;
}

/**
 * Values of a refined component, sorted by looking at its parts until all that are left are told to
 * be the same. Remembers what to look at: the same values are sorted for many states.
 */
export class Sorting {
  private readonly refinement: Refinement;
  private readonly told: ReadonlyMap<number, string>;
  private readonly root: Branch;

  /** `tell` says by a text what is to be told of a value. */
  constructor(refinement: Refinement, values: readonly number[], tell: (value: number) => string) {
    this.refinement = refinement;
    this.told = new Map(values.map((value) => [value, tell(value)]));
    this.root = this.branch(values);
  }

  private branch(fit: readonly number[]): Branch {
    const isTold = new Set(fit.map((value) => this.told.get(value))).size <= 1;
    return { fit, position: isTold ? -1 : this.telling(fit), next: new Map() };
  }

  /** The values that fit a state, all told to be the same; parts that it took are noted. */
  fitting(state: Int32Array, look: (part: number) => void): readonly number[] {
    const { parts } = this.refinement;
    let at = this.root;
    while (at.position !== -1) {
      const { fit, position, next } = at;
      const part = parts[position]!;
      look(part);
      const shown = state[part]!;
      const known = next.get(shown);
      at =
        known ??
        this.branch(fit.filter((value) => this.refinement.shown(value, position) === shown));
      if (known === undefined) next.set(shown, at);
    }
    return at.fit;
  }

  /** A part that makes a difference: what is left without sets, or the first such bit. */
  private telling(fit: readonly number[]): number {
    const { refinement } = this;
    const first = fit[0]!;
    const varies = (position: number): boolean =>
      fit.some((value) => refinement.shown(value, position) !== refinement.shown(first, position));
    if (varies(0)) return 0;
    const open = refinement.parts.flatMap((_, position) =>
      position > 0 && varies(position) ? [position] : [],
    );
    for (const position of open) {
      const others = open.filter((other) => other !== position);
      const seen = new Map<string, string | undefined>();
      for (const value of fit) {
        const key = others.map((other) => refinement.shown(value, other)).join();
        if (seen.has(key) && seen.get(key) !== this.told.get(value)) return position;
        seen.set(key, this.told.get(value));
      }
    }
    return open[0]!;
  }
}
