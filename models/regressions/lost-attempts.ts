import { assign, setup } from 'xstate';
import {
  actor,
  actors,
  always,
  choice,
  defineModel,
  eventually,
  fault,
  integer,
  sometimes,
} from 'reconverge';

/**
 * Attempts that are used up by lost workers. A queue counts how often a job was handed out, and
 * retires it after so many times. A worker that is replaced in the middle of a step has used up an
 * attempt and failed at nothing: after as many deployments the job is never handed out again,
 * although it has never failed. After a report for Workflow on Graphile Worker (vercel/workflow,
 * issue 3992, 2026).
 *
 * A green result proves: a job is retired only after it has failed as often as it may, whatever
 * happens to the workers; and each job is done or retired in the end. It leaves out jobs that kill
 * their workers each time; for those, lost workers have to be counted by themselves.
 *
 * `reported`: an attempt is counted when the job is handed out.
 */

const queue = setup({
  types: {} as {
    /** `counted` decides when to give up; `failures` is what really happened. */
    context: { counted: number; failures: number; attempts: number };
    input: { attempts: number };
    events: { type: 'HAND_OUT' | 'COMPLETE' | 'FAIL' | 'LOSE_WORKER' };
  },
  guards: {
    isUsedUp: ({ context }) => context.counted >= context.attempts,
    countsClaims: () => false,
    countsFailures: () => true,
  },
  actions: {
    count: assign({ counted: ({ context }) => context.counted + 1 }),
    fail: assign({ failures: ({ context }) => context.failures + 1 }),
  },
}).createMachine({
  id: 'queue',
  context: ({ input }) => ({ ...input, counted: 0, failures: 0 }),
  initial: 'waiting',
  states: {
    waiting: {
      always: { guard: 'isUsedUp', target: 'retired' },
      on: {
        HAND_OUT: [
          { guard: 'countsClaims', target: 'running', actions: 'count' },
          { target: 'running' },
        ],
      },
    },
    running: {
      on: {
        COMPLETE: 'done',
        FAIL: [
          { guard: 'countsFailures', target: 'waiting', actions: ['count', 'fail'] },
          { target: 'waiting', actions: 'fail' },
        ],
        // Whoever held the job is gone, and its lock with it.
        LOSE_WORKER: 'waiting',
      },
    },
    done: {},
    retired: {},
  },
});

export default defineModel({
  name: 'regressions/lost-attempts',
  description: 'A job that may be tried so many times, and workers that are replaced.',
  parameters: {
    attempts: integer({ default: 3, min: 1, max: 5 }),
    losses: integer({ default: 3, min: 0, max: 5 }),
    failures: integer({ default: 3, min: 0, max: 5 }),
    bug: choice(['none', 'reported']),
  },
  build: ({ attempts, losses, failures, bug }) => {
    const isReported = bug === 'reported';
    const variant = queue.provide({
      guards: { countsClaims: () => isReported, countsFailures: () => !isReported },
    });
    return actors({ queue: actor(variant, { input: { attempts } }) }).faultTolerant({
      environment: {
        queue: {
          HAND_OUT: true,
          COMPLETE: true,
          FAIL: fault({
            kind: 'data',
            persistence: 'transient',
            class: 'response',
            budget: failures,
          }),
          LOSE_WORKER: fault({
            kind: 'node',
            persistence: 'transient',
            class: 'crash',
            budget: losses,
          }),
        },
      },
      consistent: (s) => s.queue.matches('done') || s.queue.matches('retired'),
      properties: {
        'retired only by its failures': always((s) => s.queue.context.failures >= attempts, {
          when: (s) => s.queue.matches('retired'),
        }),
        'tried no more than it may': always((s) => s.queue.context.failures <= attempts),
        'done or retired': eventually((s) => s.queue.matches('done') || s.queue.matches('retired')),
        'can be retired': sometimes((s) => s.queue.matches('retired')),
        'can be done': sometimes((s) => s.queue.matches('done')),
        'can be done at the last attempt': sometimes(
          (s) => s.queue.matches('done') && s.queue.context.failures === attempts - 1,
        ),
      },
    });
  },
});
