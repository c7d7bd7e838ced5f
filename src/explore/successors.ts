import type { IntegerSystem, Outcome } from '../model/integer-system.ts';
import { DecisionTable, ObservedClasses } from './decision-table.ts';
import { Ints } from './growable.ts';

/**
 * The successor function of an integer system: every rule is a decision table whose leaves are
 * lists of outcomes, flattened as [count, (action, brokenClaim, writes, (component, value)…)…].
 */
export class Successors {
  readonly width: number;
  private readonly tables: readonly DecisionTable<readonly Outcome[]>[];
  private readonly predicateTables: readonly DecisionTable<boolean>[];
  private readonly lists = new Ints(4096);
  private readonly scratch: Int32Array;

  constructor(system: IntegerSystem) {
    this.width = system.width;
    this.scratch = new Int32Array(system.width);
    const classes = new ObservedClasses(system);
    const count = <T>(n: number, make: (index: number) => T): T[] =>
      Array.from({ length: n }, (_, index) => make(index));
    this.tables = count(
      system.rules,
      (rule) =>
        new DecisionTable(
          system.width,
          classes,
          (state) => system.expand(rule, state),
          (outcomes) => this.record(outcomes),
        ),
    );
    this.predicateTables = count(
      system.predicates,
      (predicate) =>
        new DecisionTable(
          system.width,
          classes,
          (state) => system.decide(predicate, state),
          (answer) => (answer ? 1 : 0),
        ),
    );
  }

  private record(outcomes: readonly Outcome[]): number {
    const start = this.lists.length;
    this.lists.push(outcomes.length);
    for (const { action, brokenClaim, writes } of outcomes) {
      this.lists.push(action);
      this.lists.push(brokenClaim);
      this.lists.push(writes.length / 2);
      for (const part of writes) this.lists.push(part);
    }
    return start;
  }

  /** Whether a predicate holds in the state at `offset`. */
  holds(predicate: number, states: Int32Array, offset: number): boolean {
    return (this.predicateTables[predicate] as DecisionTable<boolean>).lookup(states, offset) === 1;
  }

  /**
   * Calls `visit` for each outcome in the state at `offset`; `next` is overwritten by the following
   * call.
   */
  forEach(
    states: Int32Array,
    offset: number,
    visit: (action: number, brokenClaim: number, next: Int32Array) => void,
  ): void {
    const { scratch, width } = this;
    const base = states.slice(offset, offset + width);
    for (const table of this.tables) {
      let at = table.lookup(base, 0);
      const { data } = this.lists;
      const count = data[at] as number;
      at += 1;
      for (let outcome = 0; outcome < count; outcome += 1) {
        const action = data[at] as number;
        const claim = data[at + 1] as number;
        const writes = data[at + 2] as number;
        at += 3;
        scratch.set(base);
        for (let i = 0; i < writes; i += 1, at += 2) {
          scratch[data[at] as number] = data[at + 1] as number;
        }
        visit(action, claim, scratch);
      }
    }
  }
}
