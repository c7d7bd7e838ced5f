import { expect, it } from 'vitest';
import { check, type CheckReport } from '../../src/check/check.ts';
import { needsAllStates } from '../../src/check/judge.ts';
import { planOf } from '../../src/check/plan.ts';
import { Unclosed } from '../../src/explore/closure.ts';
import { Untabled } from '../../src/explore/numbering.ts';
import type { System } from '../../src/model/system.ts';
import { randomSystem } from '../oracle/random-system.ts';

/** The long run has more. */
const SEEDS = process.env['RECONVERGE_TESTS'] === 'long' ? 200 : 12;

/** What steps left for later must leave as it is; every trace was walked again by `check`. */
const verdicts = ({ properties }: CheckReport): readonly string[] =>
  properties.map(({ name, result, failure, trace }) =>
    [name, result, failure, trace === null ? 'no trace' : 'trace'].join(' '),
  );

/** With all steps, and with as few as are enough; null where there are no tables, or too many. */
function both(
  system: System,
  properties: readonly string[],
): readonly [CheckReport, CheckReport] | null {
  const options = { strategy: 'tables' as const, properties, statesMax: 3_000 };
  try {
    const all = check(system, options);
    if (Object.keys(all.bounds).length > 0) return null;
    return [all, check(system, { ...options, reduce: true })];
  } catch (thrown) {
    const isRefused = (thrown as { code?: string }).code !== undefined;
    if (thrown instanceof Unclosed || thrown instanceof Untabled || isRefused) return null;
    throw thrown;
  }
}

it(`steps left for later change no verdict of random systems, seeds 0 to ${SEEDS - 1}`, () => {
  let [compared, fewer] = [0, 0];
  for (let seed = 0; seed < SEEDS; seed += 1) {
    const given = randomSystem(seed);
    const { consistent = () => true } = given.tolerance;
    const system = { ...given, tolerance: { ...given.tolerance, consistent } };
    const planned = planOf(system).properties.filter((one) => !needsAllStates(one));
    for (const { name } of planned) {
      const reports = both(system, [name]);
      if (reports === null) continue;
      const [all, found] = reports;
      compared += 1;
      expect([seed, ...verdicts(found)]).toEqual([seed, ...verdicts(all)]);
      if (all.completeness !== 'exhaustive') continue;
      expect(found.completeness).toBe('exhaustive');
      expect(found.stats.states).toBeLessThanOrEqual(all.stats.states);
      if (found.stats.states < all.stats.states) fewer += 1;
    }
  }
  expect(compared).toBeGreaterThan(2 * SEEDS);
  expect(fewer).toBeGreaterThan(0);
}, 1_800_000);
