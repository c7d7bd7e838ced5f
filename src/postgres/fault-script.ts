import type { System } from '../model/system.ts';
import type { FaultScript } from './protocol.ts';

/** Fault points among which a scripted SIGKILL falls; a run that ends earlier is not killed. */
const POINTS_MAX = 24;

/**
 * A seeded source of numbers from 0 (included) to 1 (excluded): the only chance in the executor.
 */
export function seededChance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Faults for one workflow: each that the model declares with a budget above 0 happens at most once,
 * with probability `rate`, so that the model's budgets are respected.
 */
export function faultScript(
  { tolerance }: System,
  orchestrator: string,
  rate: number,
  chance: () => number,
): FaultScript {
  const faults: string[] = [];
  let killAtPoint: number | null = null;
  for (const [target, kinds] of Object.entries(tolerance.faults ?? {})) {
    for (const [kind, given] of Object.entries(kinds)) {
      const budget = typeof given === 'object' ? given.times : (given as number);
      const strikes = chance() < rate;
      const point = Math.floor(chance() * POINTS_MAX);
      if (budget === 0 || !strikes) continue;
      if (target !== orchestrator) faults.push(`${target}.${kind}`);
      else if (kind === 'crash') killAtPoint = point;
    }
  }
  return { killAtPoint, faults };
}
