import { assign, setup } from 'xstate';
import { check, type CheckReport } from '../../src/check/check.ts';
import { actor, anyOf } from '../../src/model/part.ts';
import { always } from '../../src/model/property.ts';
import { actors, type System } from '../../src/model/system.ts';
import { answered, type Answer } from './answers.ts';

interface Crossing {
  readonly type: 'CROSS';
  readonly missionaries: number;
  readonly cannibals: number;
}

/**
 * Missionaries and cannibals (Amarel 1968): as many of each on one bank of a river, a boat with so
 * many seats, and nowhere missionaries that are outnumbered.
 */
function missionaries(each: number, seats: number): System {
  const isSafe = (m: number, c: number): boolean =>
    (m === 0 || m >= c) && (m === each || each - m >= each - c);
  const river = setup({
    types: {} as {
      context: { missionaries: number; cannibals: number; isHere: boolean };
      events: Crossing;
    },
    guards: {
      isSafe: ({ context, event }) => {
        const way = context.isHere ? -1 : 1;
        const m = context.missionaries + way * event.missionaries;
        const c = context.cannibals + way * event.cannibals;
        return Math.min(m, c) >= 0 && Math.max(m, c) <= each && isSafe(m, c);
      },
    },
    actions: {
      cross: assign(({ context, event }) => {
        const way = context.isHere ? -1 : 1;
        return {
          missionaries: context.missionaries + way * event.missionaries,
          cannibals: context.cannibals + way * event.cannibals,
          isHere: !context.isHere,
        };
      }),
    },
  }).createMachine({
    context: { missionaries: each, cannibals: each, isHere: true },
    on: { CROSS: { guard: 'isSafe', actions: 'cross' } },
  });
  const seatsTaken = Array.from({ length: seats + 1 }, (_, m) => m).flatMap((m) =>
    Array.from({ length: seats + 1 - m }, (_, c) => ({ missionaries: m, cannibals: c })),
  );
  const boats = seatsTaken.filter(({ missionaries: m, cannibals: c }) => m + c > 0);
  return actors({ river: actor(river) }).faultTolerant({
    environment: { river: { CROSS: () => anyOf(boats) } },
    properties: {
      'not all are across': always(
        (s) => s.river.context.missionaries + s.river.context.cannibals > 0,
      ),
    },
  });
}

const GOODS = ['wolf', 'goat', 'cabbage'] as const;

/** The farmer takes one thing along at most; what eats is not left alone with what it eats. */
function farmer(): System {
  type Banks = { readonly farmer: boolean } & { readonly [G in (typeof GOODS)[number]]: boolean };
  type Load = (typeof GOODS)[number] | 'nothing';
  const crossed = (banks: Banks, load: Load): Banks => ({
    ...banks,
    ...(load === 'nothing' ? {} : { [load]: !banks[load] }),
    farmer: !banks.farmer,
  });
  const isSafe = ({ farmer: there, wolf, goat, cabbage }: Banks): boolean =>
    !(wolf === goat && goat !== there) && !(goat === cabbage && cabbage !== there);
  const river = setup({
    types: {} as { context: Banks; events: { type: 'CROSS'; load: Load } },
    guards: {
      may: ({ context, event: { load } }) =>
        (load === 'nothing' || context[load] === context.farmer) && isSafe(crossed(context, load)),
    },
    actions: { cross: assign(({ context, event }) => crossed(context, event.load)) },
  }).createMachine({
    context: { farmer: false, wolf: false, goat: false, cabbage: false },
    on: { CROSS: { guard: 'may', actions: 'cross' } },
  });
  const loads = [...GOODS, 'nothing' as const].map((load) => ({ load }));
  return actors({ river: actor(river) }).faultTolerant({
    environment: { river: { CROSS: () => anyOf(loads) } },
    properties: {
      'not all are across': always((s) => !Object.values(s.river.context).every((there) => there)),
    },
  });
}

const found = ({ stats, properties }: CheckReport): readonly unknown[] => [
  stats.states,
  properties[0]?.trace?.steps.length ?? null,
];

const answers: Answer[] = [];
const worked: Record<string, () => unknown> = {};
for (const [each, seats, states, crossings] of [
  [2, 2, 12, 5],
  [3, 2, 16, 11],
  [4, 2, 11, null],
  [4, 3, 22, 9],
  [5, 3, 28, 11],
  [6, 3, 17, null],
] as const) {
  const name = `${each} missionaries and cannibals, ${seats} seats`;
  const memo = new Map<string, CheckReport>();
  const report = (): CheckReport => {
    const known = memo.get(name) ?? check(missionaries(each, seats));
    memo.set(name, known);
    return known;
  };
  answers.push({ name: `${name}: states, crossings`, value: [states, crossings] });
  worked[`${name}: states, crossings`] = () => found(report());
  answers.push({ name: `${name}: crossings, if they ever are across`, value: crossings });
  worked[`${name}: crossings, if they ever are across`] = () =>
    report().result === 'violated' ? found(report())[1] : null;
}
answers.push({ name: 'wolf, goat and cabbage: states, crossings', value: [10, 7] });
worked['wolf, goat and cabbage: states, crossings'] = () => found(check(farmer()));

answered('river crossings', answers, worked);
