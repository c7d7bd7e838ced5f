import { describe, expect, it } from 'vitest';
import { withBudgets } from '../../../src/machine/budgets.ts';
import { refines } from '../../../src/model/property.ts';
import type { AnyView, System } from '../../../src/model/system.ts';
import type { StateView } from '../../../src/model/verdict.ts';
import { Dice } from '../../oracle/dice.ts';
import { randomSystem } from '../../oracle/random-system.ts';
import { check } from '../../../src/check/check.ts';
import { expectHolds, expectViolated, judged, tiny, type Steps } from './tiny-system.ts';

interface Sight {
  readonly matches: (value: string) => boolean;
}

const NAMES = ['a', 'b', 'c', 'd', 'e'];
/** What is seen of a state: a letter; some states look the same. */
const shown = (alike: Readonly<Record<string, string>>) => (view: AnyView) => {
  const name = NAMES.find((one) => (view['m'] as Sight).matches(one))!;
  return alike[name] ?? name;
};

const against = (concrete: Steps, abstract: Steps, alike: Readonly<Record<string, string>> = {}) =>
  judged({ m: concrete }, refines(tiny({ m: abstract }), { of: shown(alike), as: shown(alike) }));

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

/** A random machine of a few states. */
function randomSteps(dice: Dice): Steps {
  const count = 3 + dice.roll(4);
  return [
    'a S0 b',
    ...Array.from({ length: count }, (_, i) => {
      return `${dice.pick(NAMES)} S${i + 1} ${dice.pick(NAMES)}`;
    }),
  ].filter((step) => step[0] !== step.at(-1));
}

/** Words without repetitions that are seen along paths from `a`, up to a length. */
function words(steps: Steps, alike: Readonly<Record<string, string>>, length: number): Set<string> {
  const edges = steps.map((step) => [step[0]!, step.at(-1)!] as const);
  const found = new Set<string>();
  const seen = new Set<string>();
  const see = (state: string): string => alike[state] ?? state;
  const go = (state: string, word: string): void => {
    if (word.length > length || seen.has(`${state} ${word}`)) return;
    seen.add(`${state} ${word}`);
    found.add(word);
    for (const [from, to] of edges) {
      if (from === state) go(to, see(to) === word.at(-1) ? word : word + see(to));
    }
  };
  go('a', see('a'));
  return found;
}

describe('refines, on random machines', () => {
  it('says what the words say', () => {
    let broken = 0;
    for (let seed = 0; seed < 300; seed += 1) {
      const dice = new Dice(seed * 31 + 7);
      const [concrete, abstract] = [randomSteps(dice), randomSteps(dice)];
      const alike = { [dice.pick(NAMES)]: dice.pick(NAMES), [dice.pick(NAMES)]: dice.pick(NAMES) };
      const { result, trace } = against(concrete, abstract, alike);
      const known = words(abstract, alike, 9);
      if (result === 'holds') {
        for (const word of words(concrete, alike, 9)) expect(known).toContain(word);
        continue;
      }
      broken += 1;
      const states: readonly StateView[] = [
        trace!.initial,
        ...trace!.steps.map(({ state }) => state),
      ];
      const letters = states.map((view) => (view['m'] as { value: string }).value);
      const word = letters
        .map((letter) => alike[letter] ?? letter)
        .join('')
        .replaceAll(/(.)\1+/g, '$1');
      expect(known).not.toContain(word);
      expect(known).toContain(word.slice(0, -1));
    }
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
