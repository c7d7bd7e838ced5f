import { assign, setup } from 'xstate';
import {
  actor,
  actors,
  always,
  choice,
  defineModel,
  eventually,
  external,
  fault,
  integer,
  sometimes,
} from 'reconverge';

/**
 * A saga that is marked as compensated and is not. Each step leaves the name of its compensation on
 * record. A sweep runs those that it has a handler for, passes over the others without a word, and
 * marks the saga as compensated: what was passed over is never undone, and every report is green.
 * After a report for forge-loop (hadamrd/forge-loop, issue 301, 2026).
 *
 * A green result proves: at whatever step the saga fails, and whenever the handler that is missing
 * is deployed, what is marked as compensated has no effect left, and it is marked in the end. It
 * leaves out compensations that fail, and handlers that never come: then the saga stays open, and
 * that is as it should be.
 *
 * `reported`: the mark is set after each sweep.
 */

const saga = setup({
  types: {} as {
    /** Steps that have an effect, and how many kinds of compensation the sweep can run. */
    context: { effects: readonly boolean[]; handled: number };
    input: { steps: number };
    events: { type: 'STEP' | 'FAIL' | 'SWEEP' | 'DEPLOY' };
  },
  guards: {
    isMarked: ({ context }) => context.effects.every((has) => !has),
    isComplete: ({ context }) => context.effects.every((has) => has),
    isBehind: ({ context }) => context.handled < context.effects.length,
  },
  actions: {
    step: assign({
      effects: ({ context: { effects } }) =>
        effects.map((has, at) => has || at === effects.indexOf(false)),
    }),
    sweep: assign({
      effects: ({ context: { effects, handled } }) =>
        effects.map((has, at) => has && at >= handled),
    }),
    deploy: assign({ handled: ({ context }) => context.handled + 1 }),
  },
}).createMachine({
  id: 'saga',
  context: ({ input: { steps } }) => ({
    effects: Array.from({ length: steps }, () => false),
    handled: 1,
  }),
  initial: 'running',
  on: { DEPLOY: { guard: 'isBehind', actions: 'deploy' } },
  states: {
    running: {
      always: { guard: 'isComplete', target: 'completed' },
      on: { STEP: { actions: 'step' }, FAIL: 'failed' },
    },
    failed: { on: { SWEEP: { target: 'swept', actions: 'sweep' } } },
    swept: { always: [{ guard: 'isMarked', target: 'compensated' }, { target: 'failed' }] },
    completed: {},
    compensated: {},
  },
});

export default defineModel({
  name: 'regressions/unrun-compensation',
  description: 'Sweeps that cannot run every compensation that a saga has on record.',
  parameters: {
    steps: integer({ default: 3, min: 1, max: 5 }),
    bug: choice(['none', 'reported']),
  },
  build: ({ steps, bug }) => {
    const reported = saga.provide({ guards: { isMarked: () => true } });
    return actors({
      saga: actor(bug === 'reported' ? reported : saga, { input: { steps } }),
    }).faultTolerant({
      environment: {
        saga: {
          STEP: true,
          FAIL: fault({ kind: 'data', persistence: 'permanent', class: 'response', budget: 1 }),
          SWEEP: true,
          DEPLOY: external(),
        },
      },
      consistent: (s) => s.saga.matches('completed') || s.saga.matches('compensated'),
      properties: {
        'compensated means undone': always((s) => s.saga.context.effects.every((has) => !has), {
          when: (s) => s.saga.matches('compensated'),
        }),
        'completed means done': always((s) => s.saga.context.effects.every((has) => has), {
          when: (s) => s.saga.matches('completed'),
        }),
        'comes to an end': eventually(
          (s) => s.saga.matches('completed') || s.saga.matches('compensated'),
        ),
        'can wait for a handler': sometimes(
          (s) => s.saga.matches('failed') && s.saga.context.effects.some((has) => has),
        ),
      },
    });
  },
});
