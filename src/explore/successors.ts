import type { Outcome } from '../model/integer-system.ts';
import type { Questions } from './questions.ts';

/** The successor function of an integer system, by the tables of its questions. */
export class Successors {
  private readonly questions: Questions;
  private readonly numbers: number[] = [];

  constructor(questions: Questions) {
    this.questions = questions;
  }

  private get order(): readonly number[] {
    const { order, rules } = this.questions.system;
    if (order !== undefined) return order;
    while (this.numbers.length < rules) this.numbers.push(this.numbers.length);
    return this.numbers;
  }

  /** Whether a predicate holds in the state at `offset`. */
  holds(predicate: number, states: Int32Array, offset: number): boolean {
    return this.questions.predicate(predicate).lookup(states, offset) === 1;
  }

  /**
   * Calls `visit` for each outcome in a state; `next` is overwritten by the following call, and is
   * as wide as the system is by then.
   *
   * Rules that come into being meanwhile are left out, and states that were visited before are not
   * visited again for their sake: the component that such a rule looks at first came into being
   * with it and is 0 in all of these states, so that it answers nothing there.
   */
  forEach(
    state: Int32Array,
    visit: (action: number, brokenClaim: number, next: Int32Array) => void,
  ): void {
    const { system, answers } = this.questions;
    let base = widened(state, system.width);
    let next = base.slice();
    for (const rule of this.order) {
      const answer = this.questions.rule(rule).lookup(base, 0);
      if (base.length < system.width) {
        base = widened(base, system.width);
        next = base.slice();
      }
      for (const { action, brokenClaim, writes } of answers[answer] as readonly Outcome[]) {
        next.set(base);
        for (let i = 0; i < writes.length; i += 2) {
          next[writes[i] as number] = writes[i + 1] as number;
        }
        visit(action, brokenClaim, next);
      }
    }
  }
}

/** A state with the components that it does not have yet: 0. */
function widened(state: Int32Array, width: number): Int32Array {
  if (state.length >= width) return state;
  const wide = new Int32Array(width);
  wide.set(state);
  return wide;
}
