import { explored } from '../../src/check/explored.ts';
import { planOf } from '../../src/check/plan.ts';
import type { System } from '../../src/model/system.ts';

/** What is counted of the whole span of a system. */
export interface Span {
  readonly states: number;
  /** Initial states and steps, as other tools count what they generate. */
  readonly generated: number;
  /** States without any step. */
  readonly ends: number;
}

export function spanOf(system: System): Span {
  const [, , { states, initial, graph }] = explored(system, planOf(system));
  const { offsets, targets } = graph;
  let ends = 0;
  for (let state = 0; state < states; state += 1) {
    if (offsets[state] === offsets[state + 1]) ends += 1;
  }
  return { states, generated: initial + targets.length, ends };
}
