import type { SearchOptions } from './exploration.ts';
import { Lookout } from './lookout.ts';
import type { Questions } from './questions.ts';
import type { StateTable } from './state-table.ts';

/** The first states in which predicates hold, and do not. */
export class Firsts {
  /** Whether all was seen false that the search was asked to falsify. */
  isOver = false;
  private readonly questions: Questions;
  private readonly table: StateTable;
  private readonly stopAt: readonly number[];
  /** Predicates that are looked at as states are found. */
  private readonly watched: ReadonlySet<number>;
  /** Of those, the ones that were true in all states so far, or in none. */
  private lookouts: readonly Lookout[];
  private readonly falseAt: number[];
  private readonly trueAt: number[];
  private state = new Int32Array(64);

  constructor(
    questions: Questions,
    table: StateTable,
    { watchFalse, watchTrue, stopAt }: SearchOptions,
  ) {
    this.questions = questions;
    this.table = table;
    this.stopAt = stopAt;
    this.watched = new Set([...watchFalse, ...watchTrue, ...stopAt]);
    this.lookouts = Array.from(this.watched, (one) => new Lookout(one, questions, table));
    const { predicates } = questions.system;
    this.falseAt = new Array<number>(predicates).fill(-1);
    this.trueAt = new Array<number>(predicates).fill(-1);
  }

  /** Looks at a state that is new; -1: it has no parent. */
  meet(state: number, parent: number): void {
    const { lookouts } = this;
    for (let i = 0; i < lookouts.length; i += 1) {
      const lookout = lookouts[i]!;
      if (lookout.isNews(state, parent)) this.look(lookout, state);
    }
  }

  private look(lookout: Lookout, state: number): void {
    const { predicate } = lookout;
    const holds = this.holds(predicate, state);
    const first = holds ? this.trueAt : this.falseAt;
    if (first[predicate] !== -1) return;
    first[predicate] = state;
    if (this.stopAt.includes(predicate)) {
      this.isOver = this.stopAt.every((one) => this.falseAt[one] !== -1);
    }
    const isDecided = this.trueAt[predicate] !== -1 && this.falseAt[predicate] !== -1;
    if (isDecided) this.lookouts = this.lookouts.filter((one) => one !== lookout);
  }

  holds(predicate: number, state: number): boolean {
    const { layout, rows } = this.table;
    const least = Math.max(layout.width, this.questions.system.width);
    if (this.state.length < least) this.state = new Int32Array(2 * least);
    layout.unpack(rows.data, state * layout.words, this.state);
    return this.questions.predicate(predicate).lookup(this.state, 0) === 1;
  }

  /** The first state in which a predicate has that value; -1: none. */
  at(predicate: number, value: boolean): number {
    const found = (value ? this.trueAt : this.falseAt)[predicate] as number;
    if (found !== -1 || this.watched.has(predicate)) return found;
    for (let state = 0; state < this.table.count; state += 1) {
      if (this.holds(predicate, state) === value) return state;
    }
    return -1;
  }
}
