import { describe, expect, it } from 'vitest';
import { withBudgets } from '../../../src/machine/budgets.ts';
import { refines } from '../../../src/model/property.ts';
import type { AnyView, System } from '../../../src/model/system.ts';
import { randomSystem } from '../../oracle/random-system.ts';
import { check } from '../../../src/check/check.ts';
import { against, compareWords } from './random-refinements.ts';
import { expectHolds, expectViolated, judged, tiny } from './tiny-system.ts';

describe('refines', () => {
  it('holds of fewer steps, and of repetitions', () => {
    expectHolds(against(['a GO b'], ['a GO b', 'b GO a']));
    expectHolds(against(['a GO b', 'b GO c'], ['a GO b', 'b GO a'], { c: 'b' }));
    // The abstract system takes two steps between which nothing is seen.
    expectHolds(against(['a GO d'], ['a GO b', 'b GO d'], { b: 'a' }));
  });

  it('is broken by a step, a fault among them, and by a beginning', () => {
    expectViolated(against(['a GO b', 'b GO c'], ['a GO b', 'b GO a']), 'step', 'a b c');
    expectViolated(against(['a GO b', 'b !CUT c'], ['a GO b', 'b GO a']), 'step', 'a b c');
    expectViolated(against(['a GO b'], ['b GO a']), 'state', 'a');
  });

  it('follows all that the abstract system may have done', () => {
    const either = ['a ONE b', 'a TWO c', 'b GO d', 'c GO e'];
    const alike = { c: 'b' };
    expectHolds(against(['a GO b', 'b GO e'], either, alike));
    expectHolds(against(['a GO b', 'b GO d'], either, alike));
    expectViolated(against(['a GO b', 'b GO d', 'd GO e'], either, alike), 'step', 'a b d e');
  });

  it('of nothing to be seen is vacuous', () => {
    const nothing = refines(tiny({ m: ['a GO b'] }), { of: () => 0, as: () => 0 });
    const report = judged({ m: ['a GO b'] }, nothing);
    expect(report).toMatchObject({ result: 'holds', vacuous: true });
  });
});

describe('refines, on random machines', () => {
  it('says what the words say', () => {
    const broken = compareWords(0, 300);
    expect(broken).toBeGreaterThan(50);
    expect(broken).toBeLessThan(250);
  });

  it('every system refines itself with more faults', () => {
    for (let seed = 0; seed < 12; seed += 1) {
      const system: System = randomSystem(seed);
      const few = withBudgets(system, {});
      const all = (view: AnyView): unknown =>
        Object.entries(view).map(([name, sight]) => [
          name,
          [sight].flat().map((one) => (one as { status: string }).status),
        ]);
      const properties = { more: refines(system, { of: all, as: all }) };
      try {
        const report = check(
          { ...few, tolerance: { ...few.tolerance, properties } },
          { properties: ['more'] },
        );
        expect(report.properties[0]?.result).toBe('holds');
      } catch (thrown) {
        // Some random systems are to be refused.
        expect(thrown).toHaveProperty('code');
      }
    }
  });
});
