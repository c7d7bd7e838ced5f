import { assign, setup } from 'xstate';
import { describe, expect, it } from 'vitest';
import { check, type CheckReport } from '../../src/check/check.ts';
import { explored } from '../../src/check/explored.ts';
import { planOf } from '../../src/check/plan.ts';
import { actor, anyOf } from '../../src/model/part.ts';
import { closed, converges, withinSteps } from '../../src/model/property.ts';
import { actors, type AnyView, type System } from '../../src/model/system.ts';
import model from '../../models/token-ring.ts';
import { answered, type Answer } from './answers.ts';

/** More steps than any of these rings needs. */
const ENOUGH = 1000;

/** What the sources ask of a ring: without any fairness. */
const ASKED = {
  converges: converges<AnyView>({ fairness: 'none' }),
  bound: withinSteps<AnyView>(ENOUGH),
  closed: closed<AnyView>(),
};

/** The library's ring, one process at a time, with these states as the consistent ones. */
function central(processes: number, values: number, consistent?: (s: AnyView) => boolean): System {
  const { parts, tolerance } = model.build({ processes, values });
  const goal = consistent === undefined ? {} : { consistent };
  return { parts, tolerance: { ...tolerance, ...goal, properties: ASKED } };
}

type Values = readonly number[];

/** Who holds a token in a ring of these values. */
const holders = (xs: Values): readonly number[] =>
  [...xs.keys()].filter((i) => (i === 0 ? xs[0] === xs.at(-1) : xs[i] !== xs[i - 1]));

function subsets<T>(all: readonly T[]): readonly (readonly T[])[] {
  const none: readonly (readonly T[])[] = [[]];
  return all.reduce((found, one) => [...found, ...found.map((some) => [...some, one])], none);
}

/** A ring in which any holders of tokens, one or more, move at the same instant. */
function distributed(processes: number, values: number): System {
  const ring = setup({
    types: {} as {
      context: { xs: Values };
      input: { xs: Values };
      events: { type: 'MOVE'; who: readonly number[] };
    },
    actions: {
      move: assign({
        xs: ({ context: { xs }, event: { who } }) =>
          xs.map((x, i) => {
            if (!who.includes(i)) return x;
            return i === 0 ? (x + 1) % values : xs[i - 1]!;
          }),
      }),
    },
  }).createMachine({
    context: ({ input }) => ({ xs: input.xs }),
    on: { MOVE: { actions: 'move' } },
  });
  const digits = Array.from({ length: values }, (_, x) => x);
  let all: readonly Values[] = [[]];
  for (let i = 0; i < processes; i += 1) all = all.flatMap((xs) => digits.map((x) => [...xs, x]));
  return actors({
    ring: actor(ring, { input: anyOf(all.map((xs) => ({ xs }))) }),
  }).faultTolerant({
    environment: {
      ring: {
        MOVE: (s) => {
          const moving = subsets(holders(s.ring.context.xs)).filter((who) => who.length > 0);
          return anyOf(moving.map((who) => ({ who })));
        },
      },
    },
    consistent: (s) => holders(s.ring.context.xs).length === 1,
    properties: ASKED,
  });
}

const memo = new Map<string, CheckReport>();
function report(name: string, system: () => System): CheckReport {
  const known = memo.get(name) ?? check(system());
  memo.set(name, known);
  return known;
}
const property = ({ properties }: CheckReport, name: keyof typeof ASKED) =>
  properties.find((one) => one.name === name)!;
const legitimate = (found: CheckReport) => property(found, 'converges').values['C'];
const isClosed = (found: CheckReport) => property(found, 'closed').result === 'holds';

/** Whether it converges, and in how many steps, or what else it may do. */
function convergence(found: CheckReport): readonly [boolean, unknown] {
  const { result, failure } = property(found, 'converges');
  const { result: within, values } = property(found, 'bound');
  if (result === 'holds' && within === 'holds') return [true, values['beta']];
  return [result === 'holds', failure === 'lasso' ? 'cycle' : failure];
}

const CYCLE = [false, 'cycle'] as const;
const CENTRAL = [
  [2, 1, 1, [true, 0]],
  [2, 2, 4, [true, 0]],
  [2, 3, 9, [true, 0]],
  [3, 1, 1, [true, 0]],
  [3, 2, 6, [true, 1]],
  [3, 3, 15, [true, 2]],
  [3, 4, 28, [true, 2]],
  [4, 1, 1, [true, 0]],
  [4, 2, 8, CYCLE],
  [4, 3, 21, [true, 13]],
  [4, 4, 40, [true, 13]],
  [4, 5, 65, [true, 13]],
  [5, 1, 1, [true, 0]],
  [5, 2, 10, CYCLE],
  [5, 3, 27, CYCLE],
  [5, 4, 52, [true, 24]],
  [5, 5, 85, [true, 24]],
  [5, 6, 126, [true, 24]],
] as const;
const DISTRIBUTED = [
  [3, 1, [true, 0]],
  [3, 2, CYCLE],
  [3, 3, [true, 3]],
  [3, 4, [true, 3]],
  [4, 1, [true, 0]],
  [4, 2, CYCLE],
  [4, 3, CYCLE],
  [4, 4, [true, 13]],
  [4, 5, [true, 13]],
] as const;

const answers: Answer[] = [];
const worked: Record<string, () => unknown> = {};
const add = (name: string, value: unknown, work: () => unknown): void => {
  answers.push({ name, value });
  worked[name] = work;
};
for (const [processes, values, states, converging] of CENTRAL) {
  const name = `${processes} processes, ${values} values`;
  add(`${name}: legitimate states, convergence, closure`, [states, converging, true], () => {
    const found = report(name, () => central(processes, values));
    return [legitimate(found), convergence(found), isClosed(found)];
  });
}
for (const [processes, values, converging] of DISTRIBUTED) {
  const name = `${processes} processes, ${values} values, several at an instant`;
  add(`${name}: convergence, closure`, [converging, true], () => {
    const found = report(name, () => distributed(processes, values));
    return [convergence(found), isClosed(found)];
  });
}

interface Ring {
  readonly bottom: { readonly context: { readonly x: number } };
  readonly other: readonly { readonly context: { readonly x: number } }[];
}
/** First some that have the bottom's value, then only ones that have the value before it. */
function isOneStair(s: Ring): boolean {
  const { x } = s.bottom.context;
  const before = (x + 5) % 6;
  let isBefore = false;
  for (const { context } of s.other) {
    if (context.x === before) isBefore = true;
    else if (isBefore || context.x !== x) return false;
  }
  return true;
}
const six = () => report('six', () => central(6, 6));
const stairs = () => report('stairs', () => central(6, 6, isOneStair as never));

add('6 and 6: distinct states', 46_656, () => six().stats.states);
add('6 and 6: convergence', [true, 38], () => convergence(six()));
add('6 and 6: generated', 248_832, () => {
  const system = central(6, 6);
  const [, , { initial }] = explored(system, planOf(system));
  return initial + six().stats.transitions;
});
add('6 and 6: K (1 + (N − 1) (K − 1)) legitimate states', 156, () => legitimate(six()));
add('6 and 6: N K states of one stair', 36, () => legitimate(stairs()));
add('6 and 6: convergence to one stair', [true, 39], () => convergence(stairs()));
answered('token ring', answers, worked);

describe('token ring', () => {
  it.each([
    [4, 2],
    [4, 3],
  ])('has the same verdicts by symmetry and by reduction, %i and %i', (processes, values) => {
    const results = ({ properties }: CheckReport) => properties.map(({ result }) => result);
    const all = results(check(central(processes, values)));
    for (const options of [{ symmetry: true }, { reduce: true }]) {
      expect(results(check(central(processes, values), options))).toEqual(all);
    }
  });
});
