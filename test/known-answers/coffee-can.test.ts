import { assign, setup } from 'xstate';
import { check, type CheckReport } from '../../src/check/check.ts';
import { explored } from '../../src/check/explored.ts';
import { planOf } from '../../src/check/plan.ts';
import { actor, anyOf } from '../../src/model/part.ts';
import { everyStep, leadsTo } from '../../src/model/property.ts';
import { actors, type System } from '../../src/model/system.ts';
import { answered, type Answer } from './answers.ts';

type Beans = { black: number; white: number };

const can = setup({
  types: {} as {
    context: Beans;
    input: Beans;
    events: { type: 'TWO_BLACK' | 'TWO_WHITE' | 'ONE_OF_EACH' | 'REST' };
  },
  guards: {
    twoBlack: ({ context }) => context.black >= 2,
    twoWhite: ({ context }) => context.white >= 2,
    oneOfEach: ({ context }) => context.black >= 1 && context.white >= 1,
    isLast: ({ context }) => context.black + context.white === 1,
  },
  actions: {
    oneBlackLess: assign({ black: ({ context }) => context.black - 1 }),
    whiteForBlack: assign({
      black: ({ context }) => context.black + 1,
      white: ({ context }) => context.white - 2,
    }),
  },
}).createMachine({
  context: ({ input }) => ({ black: input.black, white: input.white }),
  on: {
    TWO_BLACK: { guard: 'twoBlack', actions: 'oneBlackLess' },
    TWO_WHITE: { guard: 'twoWhite', actions: 'whiteForBlack' },
    ONE_OF_EACH: { guard: 'oneOfEach', actions: 'oneBlackLess' },
    // What neither moves nor acts is nothing that XState could do.
    REST: { guard: 'isLast', actions: assign({}) },
  },
});

/**
 * A can of black and white beans from which two are drawn at a time, until one is left, from every
 * filling of at most so many; after Gries, and CoffeeCan.tla.
 */
function coffeeCan(most: number): System {
  const fillings: Beans[] = [];
  for (let black = 0; black <= most; black += 1) {
    for (let white = 0; white <= most - black; white += 1) {
      if (black + white > 0) fillings.push({ black, white });
    }
  }
  const isEven = (beans: Beans): boolean => beans.white % 2 === 0;
  const left = (black: number, white: number) => (s: { can: { context: Beans } }) =>
    s.can.context.black === black && s.can.context.white === white;
  return actors({ can: actor(can, { input: anyOf(fillings) }) }).faultTolerant({
    environment: { can: { TWO_BLACK: true, TWO_WHITE: true, ONE_OF_EACH: true, REST: true } },
    properties: {
      'parity stays': everyStep({
        of: (s) => isEven(s.can.context as Beans),
        keeps: (before, after) => before === after,
      }),
      'even ends black': leadsTo((s) => isEven(s.can.context), left(1, 0), {
        fairness: { weak: ['*'] },
      }),
      'even ends white': leadsTo((s) => isEven(s.can.context), left(0, 1), {
        fairness: { weak: ['*'] },
      }),
    },
  });
}

const memo = new Map<number, { readonly report: CheckReport; readonly generated: number }>();
function found(most: number) {
  const known = memo.get(most);
  if (known !== undefined) return known;
  const system = coffeeCan(most);
  const [, , span] = explored(system, planOf(system));
  const generated = span.initial + span.graph.targets.length;
  const fresh = { report: check(system), generated };
  memo.set(most, fresh);
  return fresh;
}
const verdict = (most: number, name: string): string | undefined =>
  found(most).report.properties.find((property) => property.name === name)?.result;

const answers: Answer[] = [];
const worked: Record<string, () => unknown> = {};
const add = (name: string, value: unknown, work: () => unknown): void => {
  answers.push({ name, value });
  worked[name] = work;
};
for (const [most, states, generated] of [
  [1, 2, 4],
  [10, 65, 202],
  [100, 5150, 20_002],
] as const) {
  add(`${most} beans: distinct states`, states, () => found(most).report.stats.states);
  add(`${most} beans: successors generated`, generated, () => found(most).generated);
  add(`${most} beans: the parity of white stays`, 'holds', () => verdict(most, 'parity stays'));
}
add('an even number of white ends with a black bean', 'holds', () =>
  verdict(100, 'even ends black'),
);
add('an even number of white ends with a white bean', 'violated', () =>
  verdict(100, 'even ends white'),
);

answered('coffee can', answers, worked);
