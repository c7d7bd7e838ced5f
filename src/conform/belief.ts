import { rowsLeft, type Mark, type Marks, type Recorded } from './traces-left.ts';
import type { Span } from './span.ts';

/** In the middle of a step, some of whose rows are still to come. */
export interface Midway {
  readonly from: number;
  readonly edge: number;
  readonly rest: Marks;
}

/** Everything that the system may be in after what was observed. */
export interface Belief {
  readonly states: readonly number[];
  readonly midway: readonly Midway[];
}

/** A step taken by an observation: from where, which edge, and the mark that was observed. */
export interface Taken {
  readonly from: number;
  readonly edge: number;
  readonly mark: Mark;
}

/** How a row is read. */
export interface Reading {
  readonly isPossible: (edge: number) => boolean;
  readonly fits: (taken: Taken) => boolean;
  readonly stays?: (state: number) => boolean;
}

/** Sets of states, and how steps that leave no row, or one row, change them (spec 6.6). */
export class Beliefs {
  readonly span: Span;
  readonly recorded: Recorded;
  /** Whether an edge may be taken without a row: 0 not known yet, 1 yes, 2 no. */
  private readonly silent: Uint8Array;
  private readonly stamps: Int32Array;
  private stamp = 0;
  /** Whether a state whose steps are not all known was ever among those believed in. */
  isCut = false;

  constructor(span: Span, recorded: Recorded) {
    this.span = span;
    this.recorded = recorded;
    this.silent = new Uint8Array(span.targets.length);
    this.stamps = new Int32Array(span.states);
  }

  get initial(): Belief {
    return { states: Array.from({ length: this.span.initial }, (_, state) => state), midway: [] };
  }

  /** Every reachable state, and every place within a step of several rows. */
  get anywhere(): Belief {
    const { span } = this;
    if (span.incomplete !== null) this.isCut = true;
    const midway: Midway[] = [];
    for (let from = 0; from < span.expanded; from += 1) {
      for (let edge = span.offsets[from]!; edge < span.offsets[from + 1]!; edge += 1) {
        for (const marks of this.left(from, edge)) {
          for (let at = 1; at < marks.length; at += 1)
            midway.push({ from, edge, rest: marks.slice(at) });
        }
      }
    }
    return { states: Array.from({ length: span.states }, (_, state) => state), midway };
  }

  left(from: number, edge: number): readonly Marks[] {
    return rowsLeft(this.span, this.recorded, from, edge);
  }

  private isSilent(from: number, edge: number): boolean {
    if (this.silent[edge] === 0) {
      const isPossible = this.left(from, edge).some((marks) => marks.length === 0);
      this.silent[edge] = isPossible ? 1 : 2;
    }
    return this.silent[edge] === 1;
  }

  /** With all that steps without a row lead to. */
  closed({ states, midway }: Belief): Belief {
    const { offsets, targets, expanded } = this.span;
    const reached: number[] = [];
    this.stamp += 1;
    const reach = (state: number): void => {
      if (this.stamps[state] === this.stamp) return;
      this.stamps[state] = this.stamp;
      reached.push(state);
    };
    for (const state of states) reach(state);
    for (let at = 0; at < reached.length; at += 1) {
      const from = reached[at]!;
      if (from >= expanded) this.isCut = true;
      for (let edge = offsets[from]!; edge < offsets[from + 1]!; edge += 1) {
        if (this.isSilent(from, edge)) reach(targets[edge]!);
      }
    }
    return { states: reached, midway };
  }

  /**
   * After one row more. `isPossible` leaves out edges early, `fits` decides what was observed, and
   * `stays` says in which states the row may be no step at all.
   */
  after({ states, midway }: Belief, { isPossible, fits, stays }: Reading): Belief {
    const { offsets, targets } = this.span;
    this.stamp += 1;
    const next: number[] = [];
    const within = new Map<string, Midway>();
    const take = (from: number, edge: number, marks: Marks): void => {
      const [mark, ...rest] = marks;
      if (mark === undefined || !fits({ from, edge, mark })) return;
      if (rest.length > 0) {
        within.set(`${edge} ${JSON.stringify(rest)}`, { from, edge, rest });
        return;
      }
      const to = targets[edge]!;
      if (this.stamps[to] === this.stamp) return;
      this.stamps[to] = this.stamp;
      next.push(to);
    };
    for (const { from, edge, rest } of midway) take(from, edge, rest);
    for (const from of states) {
      if (stays?.(from) === true && this.stamps[from] !== this.stamp) {
        this.stamps[from] = this.stamp;
        next.push(from);
      }
      for (let edge = offsets[from]!; edge < offsets[from + 1]!; edge += 1) {
        if (!isPossible(edge)) continue;
        for (const marks of this.left(from, edge)) take(from, edge, marks);
      }
    }
    return { states: next, midway: [...within.values()] };
  }
}
