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
  readonly graph: NaiveGraph;
}

export function randomSystem(seed: number): System {
  const dice = new Dice(seed * 7919 + 17);
  return dice.chance(1, 2) ? orchestration(dice) : reactors(dice);
}

/** The systems of the seeds from `first` whose whole span has at most `maxStates` states. */
export function* samples(first: number, seeds: number, maxStates = 500): Generator<Sample> {
  for (let seed = first; seed < first + seeds; seed += 1) {
    const system = randomSystem(seed);
    const graph = naiveExplore(system, { maxStates });
    if (graph.complete) yield { seed, system, graph };
  }
}
