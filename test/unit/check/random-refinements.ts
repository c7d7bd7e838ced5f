/** Random machines that are asked whether one shows no more than another, against the words seen. */
import { expect } from 'vitest';
import { refines } from '../../../src/model/property.ts';
import type { AnyView } from '../../../src/model/system.ts';
import type { PropertyReport, StateView } from '../../../src/model/verdict.ts';
import { Dice } from '../../oracle/dice.ts';
import { judged, tiny, type Steps } from './tiny-system.ts';

interface Sight {
  readonly matches: (value: string) => boolean;
}

const NAMES = ['a', 'b', 'c', 'd', 'e'];

/** What is seen of a state: a letter; some states look the same. */
const shown = (alike: Readonly<Record<string, string>>) => (view: AnyView) => {
  const name = NAMES.find((one) => (view['m'] as Sight).matches(one))!;
  return alike[name] ?? name;
};

export const against = (
  concrete: Steps,
  abstract: Steps,
  alike: Readonly<Record<string, string>> = {},
): PropertyReport =>
  judged({ m: concrete }, refines(tiny({ m: abstract }), { of: shown(alike), as: shown(alike) }));

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

/** How many of the random machines show more than they may; each verdict is as the words say. */
export function compareWords(first: number, seeds: number): number {
  let broken = 0;
  for (let seed = first; seed < first + seeds; seed += 1) {
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
  return broken;
}
