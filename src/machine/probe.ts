import type { Observation } from '../model/integer-system.ts';

/** Classes of what is seen through one keyhole, computed once per value of its component. */
interface Keyhole extends Observation {
  readonly index: number;
  readonly component: number;
  readonly see: ((value: number) => unknown) | null;
}

/** A Map takes 0 and -0 for one key; a predicate need not. */
const NEGATIVE_ZERO = Symbol('-0');

/**
 * All keyholes of a system: the components themselves first, then whatever predicates looked at.
 */
export class Keyholes {
  private readonly all: Keyhole[] = [];
  private readonly byKey = new Map<string, Keyhole>();

  constructor(width: number) {
    for (let component = 0; component < width; component += 1) {
      this.all.push({ index: component, component, classify: null, see: null });
    }
  }

  at(index: number): Keyhole {
    const keyhole = this.all[index];
    if (keyhole === undefined) throw new Error(`internal: no observation ${index}`);
    return keyhole;
  }

  /** The keyhole onto `component` that shows `see(value)`, a primitive. `key` names it. */
  open(component: number, key: string, see: (value: number) => unknown): Keyhole {
    const full = `${component} ${key}`;
    const known = this.byKey.get(full);
    if (known !== undefined) return known;
    const classes = new Map<unknown, number>();
    const classify = (value: number): number => {
      const shown = see(value);
      const seen = Object.is(shown, -0) ? NEGATIVE_ZERO : shown;
      const found = classes.get(seen);
      if (found !== undefined) return found;
      classes.set(seen, classes.size);
      return classes.size - 1;
    };
    const keyhole = { index: this.all.length, component, classify, see };
    this.all.push(keyhole);
    this.byKey.set(full, keyhole);
    return keyhole;
  }
}

/** One look at a global state that notes what was looked at. */
export class Probe {
  readonly state: Int32Array;
  private readonly keyholes: Keyholes;
  private readonly seen = new Set<number>();
  /** Observations in the order they were first made. */
  readonly reads: number[] = [];

  constructor(keyholes: Keyholes, state: Int32Array) {
    this.keyholes = keyholes;
    this.state = state;
  }

  private note(index: number): void {
    if (this.seen.has(index)) return;
    this.seen.add(index);
    this.reads.push(index);
  }

  /** The whole value of a component. */
  value(component: number): number {
    this.note(component);
    return this.state[component] as number;
  }

  /** A primitive derived from a component; the answer then depends on no more than that. */
  observe(component: number, key: string, see: (value: number) => unknown): unknown {
    if (!this.seen.has(component)) this.note(this.keyholes.open(component, key, see).index);
    return see(this.state[component] as number);
  }
}
