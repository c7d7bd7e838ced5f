import { enqueueActions, setup } from 'xstate';
import {
  actor,
  actors,
  choice,
  defineModel,
  eventually,
  fault,
  integer,
  names,
  peer,
  replicas,
  sometimes,
} from 'reconverge';

/**
 * Work that is stranded by a restart of the database during recovery. A worker is dead; another
 * takes over its pending workflows one by one. While it does, the database is away for a moment:
 * the workflow at hand is passed over, nobody comes back to it, and it is pending for ever. After a
 * report for DBOS Transact for Python (dbos-inc/dbos-transact-py, issue 716, 2026).
 *
 * A green result proves: however often the database restarts, within the budget, and at whatever
 * point of the recovery, every workflow is taken over in the end and ends. It leaves out recoverers
 * that die themselves, and several of them.
 *
 * `reported`: an error while a workflow is taken over is noted, and the next one is taken.
 */

type TakenOver = { type: 'TAKE_OVER' };

const recoverer = setup({
  types: {} as {
    /** The workflows to be taken over, the next one first. */
    context: { todo: readonly number[] };
    input: { todo: readonly number[] };
    events: { type: 'NEXT' | 'DISCONNECT' };
  },
  guards: { hasNext: ({ context }) => context.todo.length > 0, comesBack: () => true },
  actions: {
    takeOver: enqueueActions(({ context: { todo }, enqueue }) => {
      const [name] = names('workflow', todo[0]! + 1).slice(-1);
      enqueue.sendTo(peer<TakenOver>(name!), { type: 'TAKE_OVER' });
      enqueue.assign({ todo: todo.slice(1) });
    }),
    passOver: enqueueActions(({ context: { todo }, enqueue, check }) => {
      const later = check('comesBack') ? todo.slice(0, 1) : [];
      enqueue.assign({ todo: [...todo.slice(1), ...later] });
    }),
  },
}).createMachine({
  id: 'recoverer',
  context: ({ input }) => input,
  on: {
    NEXT: { guard: 'hasNext', actions: 'takeOver' },
    DISCONNECT: { guard: 'hasNext', actions: 'passOver' },
  },
});

const workflow = setup({
  types: {} as { events: TakenOver | { type: 'END' } },
}).createMachine({
  id: 'workflow',
  initial: 'pending',
  states: {
    pending: { on: { TAKE_OVER: 'running' } },
    running: { on: { END: 'ended' } },
    ended: {},
  },
});

export default defineModel({
  name: 'regressions/stranded-recovery',
  description: 'Workflows that are taken over while the database restarts.',
  parameters: {
    workflows: integer({ default: 3, min: 1, max: 5 }),
    restarts: integer({ default: 2, min: 0, max: 4 }),
    bug: choice(['none', 'reported']),
  },
  build: ({ workflows, restarts, bug }) => {
    const variant = recoverer.provide({ guards: { comesBack: () => bug === 'none' } });
    const todo = Array.from({ length: workflows }, (_, index) => index);
    return actors({
      recoverer: actor(variant, { input: { todo } }),
      workflow: replicas(workflows, workflow),
    }).faultTolerant({
      environment: {
        recoverer: {
          NEXT: true,
          DISCONNECT: fault({
            kind: 'node',
            persistence: 'transient',
            class: 'omission',
            budget: restarts,
          }),
        },
        workflow: { END: true },
      },
      consistent: (s) => s.workflow.every((one) => one.matches('ended')),
      properties: {
        'every workflow is taken over': eventually((s) =>
          s.workflow.every((one) => !one.matches('pending')),
        ),
        'can end all': sometimes((s) => s.workflow.every((one) => one.matches('ended'))),
      },
    });
  },
});
