import { assign, setup } from 'xstate';
import { check, type CheckReport } from '../../src/check/check.ts';
import { explored } from '../../src/check/explored.ts';
import { planOf } from '../../src/check/plan.ts';
import { actor } from '../../src/model/part.ts';
import { always } from '../../src/model/property.ts';
import { actors, type System } from '../../src/model/system.ts';
import { answered } from './answers.ts';

/**
 * Two jugs without marks, as in the film; after Lamport's DieHard.tla. Filling, emptying and
 * pouring are always possible, if they change anything or not.
 */
function jugs(big: number, small: number, goal: number): System {
  const machine = setup({
    types: {} as {
      context: { big: number; small: number };
      events: {
        type: 'FILL_BIG' | 'FILL_SMALL' | 'EMPTY_BIG' | 'EMPTY_SMALL' | 'TO_BIG' | 'TO_SMALL';
      };
    },
    actions: {
      toBig: assign(({ context }) => {
        const poured = Math.min(context.small, big - context.big);
        return { big: context.big + poured, small: context.small - poured };
      }),
      toSmall: assign(({ context }) => {
        const poured = Math.min(context.big, small - context.small);
        return { big: context.big - poured, small: context.small + poured };
      }),
    },
  }).createMachine({
    context: { big: 0, small: 0 },
    on: {
      FILL_BIG: { actions: assign({ big }) },
      FILL_SMALL: { actions: assign({ small }) },
      EMPTY_BIG: { actions: assign({ big: 0 }) },
      EMPTY_SMALL: { actions: assign({ small: 0 }) },
      TO_BIG: { actions: 'toBig' },
      TO_SMALL: { actions: 'toSmall' },
    },
  });
  return actors({ jugs: actor(machine) }).faultTolerant({
    environment: {
      jugs: {
        FILL_BIG: true,
        FILL_SMALL: true,
        EMPTY_BIG: true,
        EMPTY_SMALL: true,
        TO_BIG: true,
        TO_SMALL: true,
      },
    },
    properties: { 'not solved': always((s) => s.jugs.context.big !== goal) },
  });
}

const reports = new Map<string, CheckReport>();
function report(big: number, small: number, goal: number): CheckReport {
  const key = `${big} ${small} ${goal}`;
  const known = reports.get(key) ?? check(jugs(big, small, goal));
  reports.set(key, known);
  return known;
}
const trace = (big: number, small: number, goal: number) =>
  report(big, small, goal).properties[0]?.trace ?? null;

answered(
  'Die Hard',
  [
    { name: 'distinct states', value: 16 },
    { name: 'successors generated, the initial state among them', value: 97 },
    { name: 'depth', value: 8 },
    { name: 'steps to four in the big jug', value: 6 },
    {
      name: 'the way to four',
      value: ['FILL_BIG', 'TO_SMALL', 'EMPTY_SMALL', 'TO_SMALL', 'FILL_BIG', 'TO_SMALL'],
    },
    { name: 'jugs of 7 and 3: steps to five', value: 8 },
    { name: 'jugs of 6 and 3 never hold four', value: 'holds' },
    { name: 'jugs of 6 and 3: distinct states', value: 6 },
  ],
  {
    'distinct states': () => report(5, 3, 4).stats.states,
    'successors generated, the initial state among them': () => {
      const system = jugs(5, 3, 4);
      const [, , found] = explored(system, planOf(system));
      return found.initial + found.graph.targets.length;
    },
    depth: () => report(5, 3, 4).stats.depth,
    'steps to four in the big jug': () => trace(5, 3, 4)?.steps.length,
    'the way to four': () => trace(5, 3, 4)?.steps.map(({ event }) => event.type),
    'jugs of 7 and 3: steps to five': () => trace(7, 3, 5)?.steps.length,
    'jugs of 6 and 3 never hold four': () => report(6, 3, 4).result,
    'jugs of 6 and 3: distinct states': () => report(6, 3, 4).stats.states,
  },
);
