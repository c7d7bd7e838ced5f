import { assign, enqueueActions, fromPromise, setup } from 'xstate';
import { actor, actors, always, choice, defineModel, external, fault, integer } from 'reconverge';
import { peer, recoverable, replicas } from 'reconverge';
import { STEPS } from './steps.ts';

/**
 * A payment of three steps, worked off by two equal processes, one of which has it at a time. A step
 * has an effect (a row in a ledger), then it is stored that it was taken; what was stored is never
 * done again, what was not may be. A process that dies or is frozen loses the payment to the other
 * one, and cannot store any more. Whatever befalls the database may cost a process its payment, or
 * the step that it was storing; once.
 */
type ToJobs = { type: 'CLAIM' | 'DROP' } | { type: 'STORE'; epoch: number };

const jobs = setup({
  types: {} as {
    context: { epoch: number; stored: number; held: boolean; upset: 'no' | 'yes' | 'over' };
    events: ToJobs | { type: 'UPSET' | 'LOSE' };
  },
  guards: {
    isCurrent: ({ context, event }) => event.type === 'STORE' && event.epoch === context.epoch,
  },
  actions: {
    claim: assign({ epoch: ({ context }) => context.epoch + 1, held: true }),
    store: assign({ stored: ({ context }) => context.stored + 1 }),
    upset: assign({ upset: 'yes' }),
    lose: assign({ held: false, upset: 'over' }),
  },
}).createMachine({
  id: 'jobs',
  context: { epoch: 0, stored: 0, held: false, upset: 'no' },
  on: {
    CLAIM: { actions: 'claim' },
    STORE: { guard: 'isCurrent', actions: 'store' },
    UPSET: { actions: 'upset' },
    LOSE: { actions: 'lose' },
    DROP: { actions: 'lose' },
  },
});

const ledger = setup({
  types: {} as {
    context: { rows: readonly number[] };
    events: { type: 'PERFORM'; step: number };
  },
  guards: { isNew: ({ context, event }) => context.rows[event.step] === 0 },
  actions: {
    perform: assign({
      rows: ({ context: { rows }, event }) => rows.map((n, at) => (at === event.step ? n + 1 : n)),
    }),
  },
}).createMachine({
  id: 'ledger',
  context: { rows: [0, 0, 0] },
  on: { PERFORM: { guard: 'isNew', actions: 'perform' } },
});

const worker = setup({
  types: {} as {
    context: { started: boolean; epoch: number; step: number };
    input: { started: boolean };
    events:
      | { type: 'START' | 'FAIL' }
      | { type: 'TAKE'; epoch: number; step: number }
      | { type: 'SAVE'; isFenced: boolean };
  },
  actors: {
    perform: fromPromise<void, { step: number }>(() => Promise.reject(new Error('provided'))),
  },
  guards: {
    isStarted: ({ context }) => context.started,
    isFenced: ({ event }) => event.type === 'SAVE' && event.isFenced,
    isLast: ({ context }) => context.step === STEPS.length - 1,
  },
  actions: {
    take: enqueueActions(({ event, enqueue }) => {
      if (event.type !== 'TAKE') return;
      enqueue.assign({ epoch: event.epoch, step: event.step });
      enqueue.sendTo(peer<ToJobs>('jobs'), { type: 'CLAIM' });
    }),
    store: enqueueActions(({ context: { epoch }, enqueue }) => {
      enqueue.sendTo(peer<ToJobs>('jobs'), { type: 'STORE', epoch });
    }),
    drop: enqueueActions(({ enqueue }) => {
      enqueue.sendTo(peer<ToJobs>('jobs'), { type: 'DROP' });
    }),
    next: assign({ step: ({ context }) => context.step + 1 }),
    forget: assign({ epoch: 0, step: 0 }),
  },
}).createMachine({
  id: 'worker',
  context: ({ input }) => ({ started: input.started, epoch: 0, step: 0 }),
  initial: 'off',
  states: {
    off: { always: { guard: 'isStarted', target: 'idle' }, on: { START: 'idle' } },
    idle: { entry: 'forget', on: { TAKE: { target: 'asking', actions: 'take' } } },
    asking: {
      invoke: {
        src: 'perform',
        input: ({ context: { step } }) => ({ step }),
        onDone: 'saving',
        onError: 'idle',
      },
    },
    saving: {
      on: {
        SAVE: [
          { guard: 'isFenced', target: 'idle' },
          { guard: 'isLast', target: 'idle', actions: 'store' },
          { target: 'asking', actions: ['store', 'next'] },
        ],
        FAIL: { target: 'idle', actions: 'drop' },
      },
    },
  },
});

export default defineModel({
  name: 'payment',
  description: 'Three steps with effects, two processes, one database.',
  parameters: {
    ledger: choice(['keyed', 'plain']),
    kills: integer({ default: 1, min: 0, max: 2 }),
    freezes: integer({ default: 1, min: 0, max: 2 }),
    upsets: integer({ default: 1, min: 0, max: 1 }),
    together: integer({ default: 1, min: 0, max: 3 }),
  },
  build: ({ ledger: keeping, kills, freezes, upsets, together }) =>
    actors({
      jobs: actor(jobs),
      ledger: actor(
        keeping === 'keyed' ? ledger : ledger.provide({ guards: { isNew: () => true } }),
      ),
      worker: replicas(2, worker, {
        input: (id) => ({ started: id === 0 }),
        durable: () => ({ started: true }),
      }),
    }).faultTolerant({
      effects: {
        perform: {
          to: 'ledger',
          send: ({ input: { step } }) => ({ type: 'PERFORM' as const, step }),
        },
      },
      environment: {
        jobs: {
          UPSET: fault(
            { kind: 'network', persistence: 'transient', class: 'omission', budget: upsets },
            (s) => s.jobs.context.upset === 'no' && s.jobs.context.held,
          ),
          LOSE: ({ jobs: { context } }) => context.upset === 'yes' && context.held,
        },
        worker: {
          START: external((_, id) => id === 1),
          TAKE: (s) => {
            const { held, stored, epoch } = s.jobs.context;
            if (stored === STEPS.length) return false;
            const owner = s.worker.find(
              (one) => one.status === 'active' && one.context.epoch === epoch,
            );
            if (held && owner !== undefined) return false;
            return { epoch: epoch + 1, step: stored };
          },
          SAVE: (s, id) => ({ isFenced: s.worker[id]!.context.epoch !== s.jobs.context.epoch }),
          FAIL: (s) => s.jobs.context.upset === 'yes',
        },
      },
      faults: { worker: { crash: kills, pause: freezes } },
      pools: {
        together: { budget: together, faults: ['worker.crash', 'worker.pause', 'jobs.UPSET'] },
      },
      recovery: { transient: 'retry', permanent: 'retry', partial: 'retry' },
      consistent: (s) =>
        s.ledger.context.rows.every((n, step) => n >= 1 || s.jobs.context.stored <= step),
      properties: {
        'no effect twice': always(
          (s) => keeping === 'plain' || s.ledger.context.rows.every((n) => n <= 1),
        ),
        'comes to its end': recoverable((s) => s.jobs.context.stored === STEPS.length),
      },
    }),
});
