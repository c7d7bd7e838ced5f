import { assign, enqueueActions, setup } from 'xstate';
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
  peer,
  sometimes,
} from 'reconverge';

/**
 * A step that is handed out twice. A run waits for a step that a worker is at when something else
 * wakes it: a message for another of its hooks. The run is replayed, sees that the step has no
 * result yet, and hands it out again: two executions at once, both to the end, and every effect
 * twice. After reports for Workflow (vercel/workflow, issues 2780 and 3553, 2026).
 *
 * A green result proves: whenever the run is woken and so many workers are lost, a step has one
 * worker at a time and one effect, and its result arrives. It leaves out workers that are lost
 * after the effect (see resumable-step), and workers that are taken for lost (see leased-worker).
 *
 * `reported`: a replay hands out every step that has no result.
 */

type ToWorkers = { type: 'EXECUTE' };
type ToRun = { type: 'RESULT' };

const run = setup({
  types: {} as { events: { type: 'WAKE'; isExecuted: boolean } | { type: 'BEGIN' } | ToRun },
  guards: { isLeftAlone: ({ event }) => event.type === 'WAKE' && event.isExecuted },
  actions: {
    handOut: enqueueActions(({ enqueue }) => {
      enqueue.sendTo(peer<ToWorkers>('workers'), { type: 'EXECUTE' });
    }),
  },
}).createMachine({
  id: 'run',
  initial: 'begun',
  states: {
    begun: { on: { BEGIN: { target: 'waiting', actions: 'handOut' } } },
    waiting: {
      on: { WAKE: [{ guard: 'isLeftAlone' }, { actions: 'handOut' }], RESULT: 'ended' },
    },
    ended: { on: { RESULT: {} } },
  },
});

const workers = setup({
  types: {} as {
    /** How many execute the step, and how often its effect has happened: counted to two. */
    context: { executing: number; effects: number };
    events: ToWorkers | { type: 'COMPLETE' | 'LOSE' };
  },
  guards: { isExecuted: ({ context }) => context.executing > 0 },
  actions: {
    begin: assign({ executing: ({ context }) => Math.min(2, context.executing + 1) }),
    stop: assign({ executing: ({ context }) => context.executing - 1 }),
    complete: enqueueActions(({ context, enqueue }) => {
      enqueue.sendTo(peer<ToRun>('run'), { type: 'RESULT' });
      enqueue.assign({ effects: Math.min(2, context.effects + 1) });
    }),
  },
}).createMachine({
  id: 'workers',
  context: { executing: 0, effects: 0 },
  on: {
    EXECUTE: { actions: 'begin' },
    COMPLETE: { guard: 'isExecuted', actions: ['complete', 'stop'] },
    LOSE: { guard: 'isExecuted', actions: 'stop' },
  },
});

export default defineModel({
  name: 'regressions/duplicate-step',
  description: 'A run that is replayed while a step of it is executed.',
  parameters: {
    losses: integer({ default: 2, min: 0, max: 5 }),
    bug: choice(['none', 'reported']),
  },
  build: ({ losses, bug }) => {
    const reported = run.provide({ guards: { isLeftAlone: () => false } });
    return actors({
      run: actor(bug === 'reported' ? reported : run),
      workers: actor(workers),
    }).faultTolerant({
      environment: {
        run: {
          BEGIN: true,
          WAKE: external((s) => ({ isExecuted: s.workers.context.executing > 0 })),
        },
        workers: {
          COMPLETE: true,
          LOSE: fault({ kind: 'node', persistence: 'permanent', class: 'crash', budget: losses }),
        },
      },
      consistent: (s) => s.run.matches('ended') && s.workers.context.effects === 1,
      properties: {
        'one worker at a time': always((s) => s.workers.context.executing < 2),
        'one effect': always((s) => s.workers.context.effects < 2),
        ends: eventually((s) => s.run.matches('ended')),
        'can lose its last worker': sometimes(
          (s) => s.run.matches('waiting') && s.workers.context.executing === 0,
        ),
      },
    });
  },
});
