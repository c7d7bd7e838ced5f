/**
 * Small random systems, the same for the same seed, for comparing the engine with the naive oracle.
 * Most of them mean nothing; together they use every construct, and their properties hold about as
 * often as not.
 */
import type { System } from '../../src/model/system.ts';
import type { NaiveGraph } from './explore.ts';
import { Dice } from './dice.ts';
import { naiveExplore } from './explore.ts';
import { orchestration } from './random-orchestration.ts';
import { reactors } from './random-reactors.ts';

export interface Sample {
  readonly seed: number;
  readonly system: System;
  /** Null for a system that must be refused: a message that its receiver does not handle. */
  readonly graph: NaiveGraph | null;
}

export function randomSystem(seed: number): System {
  const dice = new Dice(seed * 7919 + 17);
  return dice.chance(1, 2) ? orchestration(dice) : reactors(dice);
}

/** Null where a message meets an actor that does not handle it, or a full inbox. */
function explored(system: System, maxStates: number): NaiveGraph | null {
  try {
    return naiveExplore(system, { maxStates });
  } catch (thrown) {
    if (thrown instanceof Error && /^(unhandled|over capacity)/.test(thrown.message)) return null;
    throw thrown;
  }
}

/** The systems of the seeds from `first` whose whole span has at most `maxStates` states. */
export function* samples(first: number, seeds: number, maxStates = 500): Generator<Sample> {
  for (let seed = first; seed < first + seeds; seed += 1) {
    const system = randomSystem(seed);
    const graph = explored(system, maxStates);
    if (graph === null || graph.complete) yield { seed, system, graph };
  }
}
