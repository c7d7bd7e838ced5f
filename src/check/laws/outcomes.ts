import { Questions } from '../../explore/questions.ts';
import type { Compiled } from '../../machine/compile.ts';
import { successor, type Action, type Outcome } from '../../model/integer-system.ts';

/** The steps of any state, reachable or not; what was asked once is remembered. */
export class Outcomes {
  private readonly compiled: Compiled;
  private readonly questions: Questions;

  constructor(compiled: Compiled) {
    this.compiled = compiled;
    this.questions = new Questions(compiled);
  }

  *of(state: Int32Array): Generator<readonly [action: Action, next: Int32Array, number: number]> {
    const { compiled, questions } = this;
    for (const rule of compiled.order) {
      const outcomes = questions.answers[questions.rule(rule).lookup(state, 0)];
      for (const { action, writes } of outcomes as readonly Outcome[]) {
        yield [compiled.action(action), successor(state, writes), action];
      }
    }
  }
}
