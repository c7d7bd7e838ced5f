import type { Evaluation, IntegerSystem, Outcome } from '../model/integer-system.ts';
import { DecisionTable, ObservedClasses } from './decision-table.ts';

/** All questions that were put to a system, with the answers as objects, by number. */
export class Questions {
  readonly system: IntegerSystem;
  readonly classes: ObservedClasses;
  /** The outcomes of rules, by the answers of their tables. */
  readonly answers: (readonly Outcome[])[] = [];
  private readonly rules: DecisionTable<readonly Outcome[]>[] = [];
  private readonly openRules: DecisionTable<readonly Outcome[]>[] = [];
  private readonly predicates: DecisionTable<boolean>[] = [];
  /** How many answers were learned. */
  asked = 0;

  /** The vector of the system as it was given, for one of this system. */
  readonly restore: (vector: Int32Array) => Int32Array;

  constructor(system: IntegerSystem, restore = (vector: Int32Array): Int32Array => vector) {
    this.system = system;
    this.restore = restore;
    this.classes = new ObservedClasses(system);
  }

  /** The table of a rule; its answers index `answers`. */
  rule(rule: number): DecisionTable<readonly Outcome[]> {
    return (this.rules[rule] ??= this.table((state) => this.system.expand(rule, state)));
  }

  /** The table of a rule whose answers may have edits. */
  openRule(rule: number): DecisionTable<readonly Outcome[]> {
    const { system } = this;
    if (system.expandOpen === undefined) return this.rule(rule);
    return (this.openRules[rule] ??= this.table((state) => system.expandOpen!(rule, state)));
  }

  private table(
    ask: (state: Int32Array) => Evaluation<readonly Outcome[]>,
  ): DecisionTable<readonly Outcome[]> {
    return new DecisionTable(this.system.width, this.classes, ask, (outcomes) => {
      this.asked += 1;
      return this.answers.push(outcomes) - 1;
    });
  }

  /** The table of a predicate; its answers are 0 and 1. */
  predicate(predicate: number): DecisionTable<boolean> {
    return (this.predicates[predicate] ??= new DecisionTable(
      this.system.width,
      this.classes,
      (state) => this.system.decide(predicate, state),
      (holds) => {
        this.asked += 1;
        return holds ? 1 : 0;
      },
    ));
  }
}
