import type { AnyFaultTolerance, System } from '../model/system.ts';
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

/** A fault that would strike, and what decides which of those that share a budget do. */
interface Strike {
  readonly name: string;
  readonly isKill: boolean;
  /** From 0 (included) to 1 (excluded). */
  readonly lot: number;
}

/** Those that the budgets which they share leave over: the lowest lots. */
function withinPools({ pools = {} }: AnyFaultTolerance, strikes: readonly Strike[]): Set<Strike> {
  const taken = new Set(strikes);
  for (const { budget, faults } of Object.values(pools)) {
    const sharing = strikes.filter(({ name }) => faults.includes(name));
    const rest = sharing.toSorted((a, b) => a.lot - b.lot).slice(budget);
    for (const strike of rest) taken.delete(strike);
  }
  return taken;
}

/**
 * Faults for one workflow: each that the model declares with a budget above 0 happens at most once,
 * with probability `rate`, and of those that share a budget no more than it has, so that what
 * happens is within the model's budgets.
 */
export function faultScript(
  { tolerance }: System,
  orchestrator: string,
  rate: number,
  chance: () => number,
): FaultScript {
  const strikes: Strike[] = [];
  for (const [target, kinds] of Object.entries(tolerance.faults ?? {})) {
    for (const [kind, given] of Object.entries(kinds)) {
      const budget = typeof given === 'object' ? given.times : (given as number);
      const isStruck = chance() < rate;
      const lot = chance();
      if (budget === 0 || !isStruck || (target === orchestrator && kind !== 'crash')) continue;
      strikes.push({ name: `${target}.${kind}`, isKill: target === orchestrator, lot });
    }
  }
  const taken = withinPools(tolerance, strikes);
  const kill = strikes.find((strike) => strike.isKill && taken.has(strike));
  return {
    killAtPoint: kill === undefined ? null : Math.floor(kill.lot * POINTS_MAX),
    faults: strikes.filter((strike) => !strike.isKill && taken.has(strike)).map(({ name }) => name),
  };
}
