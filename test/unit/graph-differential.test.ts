import { fc, test as property } from '@fast-check/vitest';
import { getAdjacencyMap, getShortestPaths } from '@xstate/graph';
import { actor, actors } from 'reconverge';
import { describe, expect, test } from 'vitest';
import { assign, raise, setup, type AnyMachineSnapshot, type AnyStateMachine } from 'xstate';
import { check } from '../../src/check/check.ts';
import { machineConfig, TYPES, type Counting } from './graph-differential/random-machine.ts';

interface Counts {
  readonly states: number;
  readonly transitions: number;
  readonly depth: number | null;
}

const events = TYPES.map((type) => ({ type }));

/** Spec 1.1: value, context, history, output, error; XState's own serialisation leaves out history. */
function identity({ value, context, historyValue, status, output, error }: AnyMachineSnapshot) {
  const history = Object.entries(historyValue).map(([id, nodes]) => [id, nodes.map((n) => n.id)]);
  return JSON.stringify([value, context, history.toSorted(), status, output, error]);
}

/** A machine by itself, as XState's own package for graphs walks it. */
function byGraph(machine: AnyStateMachine): Counts {
  const options = {
    // An actor that is done takes no more events; a machine by itself would.
    events: ({ status }: AnyMachineSnapshot) => (status === 'active' ? events : []),
    serializeState: (state: AnyMachineSnapshot) => identity(state),
  } as never;
  const map = getAdjacencyMap(machine, options);
  const nodes = Object.values(map) as { state: AnyMachineSnapshot; transitions: object }[];
  const taken = nodes.flatMap(({ state }) =>
    state.status === 'active' ? events.filter((event) => state.can(event)) : [],
  );
  const lengths = getShortestPaths(machine, options).map(({ steps }) => steps.length);
  return { states: nodes.length, transitions: taken.length, depth: Math.max(...lengths) };
}

/** The same machine as the only actor of a system whose environment may send any event. */
function byEngine(machine: AnyStateMachine): Counts {
  const environment = { m: Object.fromEntries(TYPES.map((type) => [type, true])) };
  const system = actors({ m: actor(machine) }).faultTolerant({ environment } as never);
  const { completeness, stats } = check(system);
  expect(completeness).toBe('exhaustive');
  return { states: stats.states, transitions: stats.transitions, depth: stats.depth };
}

const counting = setup({
  types: {} as { context: Counting; events: { type: (typeof TYPES)[number] } },
  guards: {
    isLow: ({ context }) => context.n < 2,
    isEven: ({ context }) => context.n % 2 === 0,
  },
  actions: { count: assign({ n: ({ context }) => (context.n + 1) % 4 }) },
});

const machineOf = (config: object): AnyStateMachine =>
  counting.createMachine(config as never) as unknown as AnyStateMachine;

const MACHINES: Readonly<Record<string, [machine: AnyStateMachine, states: number]>> = {
  flat: [
    counting.createMachine({
      context: { n: 0 },
      initial: 'red',
      states: {
        red: { on: { A: 'green' } },
        green: { on: { A: 'amber' } },
        amber: { on: { A: 'red' } },
      },
    }),
    3,
  ],
  'nested, with a final state': [
    counting.createMachine({
      context: { n: 0 },
      initial: 'work',
      states: {
        work: {
          initial: 'first',
          onDone: 'rest',
          on: { B: 'stopped' },
          states: {
            first: { on: { A: 'last' } },
            last: { on: { A: 'end' } },
            end: { type: 'final' },
          },
        },
        rest: { on: { A: 'work' } },
        stopped: { type: 'final' },
      },
    }),
    4,
  ],
  parallel: [
    counting.createMachine({
      context: { n: 0 },
      type: 'parallel',
      states: {
        left: {
          initial: 'off',
          states: { off: { on: { A: 'on' } }, on: { on: { A: 'off', C: 'off' } } },
        },
        right: {
          initial: 'off',
          states: { off: { on: { B: 'on' } }, on: { on: { B: 'off', C: 'off' } } },
        },
      },
    }),
    4,
  ],
  history: [
    counting.createMachine({
      context: { n: 0 },
      initial: 'on',
      states: {
        on: {
          initial: 'low',
          on: { A: 'off' },
          states: {
            low: { on: { B: 'high' } },
            high: { on: { B: 'low' } },
            last: { type: 'history' },
          },
        },
        off: { on: { A: 'on.last' } },
      },
    }),
    // Of `off` there are two, for what it remembers; of `on.low` and `on.high` three each.
    8,
  ],
  'guards, a counter, and a raised event': [
    counting.createMachine({
      context: { n: 0 },
      initial: 'counting',
      states: {
        counting: {
          on: {
            A: { guard: 'isLow', actions: 'count' },
            B: { guard: 'isEven', target: 'passing', actions: raise({ type: 'C' }) },
          },
        },
        passing: { on: { C: 'passed' } },
        passed: { always: { guard: 'isLow', target: 'counting' } },
      },
    }),
    // Counting at 0, 1 and 2; B at 2 comes to rest in `passed`, B at 0 falls back.
    4,
  ],
};

describe('one machine alone', () => {
  test.each(Object.entries(MACHINES))('%s: as @xstate/graph sees it', (_, [machine, states]) => {
    const counts = byEngine(machine);
    expect(counts).toEqual(byGraph(machine));
    expect(counts.states).toBe(states);
  });

  property.prop([machineConfig], { seed: 1, numRuns: 200 })(
    'at random: as @xstate/graph sees it',
    (config) => {
      const machine = machineOf(config);
      expect(byEngine(machine)).toEqual(byGraph(machine));
    },
  );

  test('the random machines are of many sizes', () => {
    const drawn = fc.sample(machineConfig, { seed: 1, numRuns: 200 });
    const sizes = new Set(drawn.map((config) => byGraph(machineOf(config)).states));
    expect(sizes.size).toBeGreaterThan(10);
    expect(Math.max(...sizes)).toBeGreaterThan(30);
  });
});
