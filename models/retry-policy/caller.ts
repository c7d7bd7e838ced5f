import { assign, enqueueActions, fromPromise, setup } from 'xstate';
import { failureGuards, peer } from 'reconverge';

/** The key is the same in every attempt of a caller. */
export type Request = { readonly id: number; readonly key: string };
export type ToBreaker = { type: 'CALLED' | 'SUCCEEDED' | 'FAILED'; from: number; isRetry: boolean };

/** What a death leaves. `why` is set once it was decided to give up. */
interface Durable {
  readonly id: number;
  readonly started: number;
  readonly failed: number;
  readonly why: 'refused' | 'exhausted' | 'budget' | null;
}
export type Caller = Durable & { readonly attempts: number };

const effect = () =>
  fromPromise<void, Request>(() => Promise.reject(new Error('provided by whoever runs it')));
const requestOf = ({ context: { id } }: { context: Caller }): Request => ({ id, key: `c${id}` });

export const caller = setup({
  types: {} as {
    context: Caller;
    input: Caller;
    events: { type: 'CALL' | 'GIVE_UP' };
    tags: 'retry' | 'rollback';
  },
  actors: { perform: effect(), withdraw: effect() },
  guards: {
    ...failureGuards,
    isWithdrawing: ({ context }) => context.why !== null,
    isExhausted: ({ context }) => context.failed >= context.attempts,
  },
  actions: {
    start: enqueueActions(({ context: { id, started, failed }, enqueue }) => {
      enqueue.assign({ started: started + 1 });
      const called = { type: 'CALLED', from: id, isRetry: failed > 0 } as const;
      enqueue.sendTo(peer<ToBreaker>('breaker'), called);
    }),
    succeed: enqueueActions(({ context: { id }, enqueue }) => {
      const succeeded = { type: 'SUCCEEDED', from: id, isRetry: false } as const;
      enqueue.sendTo(peer<ToBreaker>('breaker'), succeeded);
    }),
    fail: enqueueActions(({ context: { id, failed }, enqueue }) => {
      enqueue.assign({ failed: failed + 1 });
      const report = { type: 'FAILED', from: id, isRetry: false } as const;
      enqueue.sendTo(peer<ToBreaker>('breaker'), report);
    }),
    beRefused: assign({ why: 'refused' }),
    beExhausted: assign({ why: 'exhausted' }),
    beOutOfBudget: assign({ why: 'budget' }),
  },
  delays: { timeout: 1000, backoff: 2000 },
}).createMachine({
  id: 'caller',
  context: ({ input }) => input,
  initial: 'starting',
  states: {
    starting: { always: [{ guard: 'isWithdrawing', target: 'withdrawing' }, { target: 'ready' }] },
    ready: {
      on: {
        CALL: { target: 'calling', actions: 'start' },
        GIVE_UP: { target: 'withdrawing', actions: 'beOutOfBudget' },
      },
    },
    calling: {
      invoke: {
        src: 'perform',
        input: requestOf,
        onDone: { target: 'done', actions: 'succeed' },
        onError: [
          { guard: 'transient', target: 'waiting', actions: 'fail' },
          { target: 'withdrawing', actions: ['succeed', 'beRefused'] },
        ],
      },
      after: { timeout: { target: 'waiting', actions: 'fail' } },
    },
    waiting: {
      tags: 'retry',
      always: { guard: 'isExhausted', target: 'withdrawing', actions: 'beExhausted' },
      after: { backoff: 'ready' },
    },
    withdrawing: {
      tags: 'rollback',
      invoke: {
        src: 'withdraw',
        input: requestOf,
        onDone: 'withdrawn',
        onError: { target: 'withdrawing', reenter: true },
      },
    },
    done: { type: 'final' },
    withdrawn: { type: 'final' },
  },
});
