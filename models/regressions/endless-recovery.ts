import { assign, setup } from 'xstate';
import {
  actor,
  actors,
  always,
  choice,
  defineModel,
  eventually,
  eventuallyAlways,
  fault,
  integer,
  sometimes,
} from 'reconverge';

/**
 * A failed saga that is recovered for ever. A sweep picks up every saga that is not at its end and
 * compensates what it has done. One that failed before its first step was complete has nothing to
 * be compensated; it stays as it is, and the next sweep picks it up again. After a report for
 * python-cqrs (pypatterns/python-cqrs, pull request 47, 2026).
 *
 * A green result proves: a saga that fails, at whatever step, is picked up, undone and left alone
 * for ever. It leaves out compensations that fail, and sweeps that are interrupted.
 *
 * `reported`: a saga without complete steps stays failed after it was picked up.
 */

const saga = setup({
  types: {} as {
    context: { complete: number; steps: number };
    input: { steps: number };
    events: { type: 'COMPLETE_STEP' | 'FAIL' | 'SWEEP' | 'UNDO_STEP' };
  },
  guards: {
    isLast: ({ context }) => context.complete === context.steps - 1,
    hasNone: ({ context }) => context.complete === 0,
    isSkipped: () => false,
  },
  actions: {
    complete: assign({ complete: ({ context }) => context.complete + 1 }),
    undo: assign({ complete: ({ context }) => context.complete - 1 }),
  },
}).createMachine({
  id: 'saga',
  context: ({ input }) => ({ ...input, complete: 0 }),
  initial: 'running',
  states: {
    running: {
      on: {
        COMPLETE_STEP: [
          { guard: 'isLast', target: 'completed', actions: 'complete' },
          { actions: 'complete' },
        ],
        FAIL: 'failed',
      },
    },
    failed: {
      on: { SWEEP: [{ guard: 'isSkipped', target: 'passedOver' }, { target: 'compensating' }] },
    },
    // Looked at, found empty, and left as it was.
    passedOver: { on: { SWEEP: 'failed' } },
    compensating: {
      tags: 'recovering',
      always: { guard: 'hasNone', target: 'compensated' },
      on: { UNDO_STEP: { actions: 'undo' } },
    },
    completed: {},
    compensated: {},
  },
});

export default defineModel({
  name: 'regressions/endless-recovery',
  description: 'Sweeps that pick up failed sagas, those without a complete step too.',
  parameters: {
    steps: integer({ default: 3, min: 1, max: 6 }),
    bug: choice(['none', 'reported']),
  },
  build: ({ steps, bug }) => {
    const reported = saga.provide({
      guards: { isSkipped: ({ context }) => context.complete === 0 },
    });
    return actors({
      saga: actor(bug === 'reported' ? reported : saga, { input: { steps } }),
    }).faultTolerant({
      environment: {
        saga: {
          COMPLETE_STEP: true,
          FAIL: fault({ kind: 'data', persistence: 'permanent', class: 'response', budget: 1 }),
          SWEEP: true,
          UNDO_STEP: true,
        },
      },
      consistent: (s) => s.saga.matches('completed') || s.saga.matches('compensated'),
      properties: {
        'comes to an end': eventually(
          (s) => s.saga.matches('completed') || s.saga.matches('compensated'),
        ),
        'is left alone in the end': eventuallyAlways(
          (s) => s.saga.matches('completed') || s.saga.matches('compensated'),
        ),
        'completed with all steps': always((s) => s.saga.context.complete === steps, {
          when: (s) => s.saga.matches('completed'),
        }),
        'compensated with none': always((s) => s.saga.context.complete === 0, {
          when: (s) => s.saga.matches('compensated'),
        }),
        'can fail at once': sometimes(
          (s) => s.saga.matches('failed') && s.saga.context.complete === 0,
        ),
      },
    });
  },
});
