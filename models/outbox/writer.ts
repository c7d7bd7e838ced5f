import { assign, enqueueActions, setup } from 'xstate';
import { peer } from 'reconverge';
import { publish, type Entry, type Message } from './messages.ts';

/** What is durable of a writer: it asks the database how many of its changes are settled. */
interface Work {
  readonly writer: number;
  readonly changes: number;
  /** Committed or refused. */
  readonly settled: number;
}
type Rows = { readonly row: Message | null; readonly entry: Entry | null };
type ToDatabase = { type: 'TAKE_NUMBER' } | ({ type: 'INSERT' } & Rows);

/** A change under way: the message about it, and the number of its transaction. */
type Context = Work & { readonly change: Entry | null };

/**
 * Makes its changes, one transaction each. It tells of a change by a row of the outbox in the same
 * transaction; or, with other guards, by one in a later transaction, or by itself, before or after.
 */
export const writer = setup({
  types: {} as {
    context: Context;
    input: Work;
    events: { type: 'BEGIN'; number: number } | { type: 'COMMIT' | 'REFUSE' | 'STORE' };
    tags: 'retry';
  },
  actors: { publish },
  guards: {
    isSettled: ({ context }) => context.settled === context.changes,
    tellsFirst: () => false,
    tellsAfter: () => false,
    storesApart: () => false,
  },
  actions: {
    begin: enqueueActions(({ context: { writer: own, settled }, event, enqueue }) => {
      if (event.type !== 'BEGIN') return;
      enqueue.sendTo(peer<ToDatabase>('database'), { type: 'TAKE_NUMBER' });
      enqueue.assign({ change: { number: event.number, message: `${own}.${settled + 1}` } });
    }),
    insert: enqueueActions(({ context: { change }, enqueue }, what: 'row' | 'entry' | 'both') => {
      enqueue.sendTo(peer<ToDatabase>('database'), {
        type: 'INSERT',
        row: what === 'entry' || change === null ? null : change.message,
        entry: what === 'row' ? null : change,
      });
    }),
    settle: assign({ settled: ({ context }) => context.settled + 1 }),
    end: assign({ change: null }),
  },
  delays: { backoff: 1000 },
}).createMachine({
  id: 'writer',
  context: ({ input }) => ({ ...input, change: null }),
  initial: 'idle',
  states: {
    idle: {
      entry: 'end',
      always: { guard: 'isSettled', target: 'done' },
      on: {
        BEGIN: [
          { guard: 'tellsFirst', target: 'telling', actions: 'begin' },
          { target: 'open', actions: 'begin' },
        ],
      },
    },
    open: {
      on: {
        COMMIT: [
          {
            guard: 'tellsFirst',
            target: 'idle',
            actions: [{ type: 'insert', params: 'row' }, 'settle'],
          },
          {
            guard: 'tellsAfter',
            target: 'telling',
            actions: [{ type: 'insert', params: 'row' }, 'settle'],
          },
          {
            guard: 'storesApart',
            target: 'storing',
            actions: [{ type: 'insert', params: 'row' }, 'settle'],
          },
          { target: 'idle', actions: [{ type: 'insert', params: 'both' }, 'settle'] },
        ],
        REFUSE: { target: 'idle', actions: 'settle' },
      },
    },
    storing: {
      on: { STORE: { target: 'idle', actions: { type: 'insert', params: 'entry' } } },
    },
    telling: {
      initial: 'asking',
      states: {
        asking: {
          invoke: {
            src: 'publish',
            input: ({ context: { change } }) => ({ message: change?.message ?? '' }),
            onDone: [{ guard: 'tellsFirst', target: '#writer.open' }, { target: '#writer.idle' }],
            onError: 'waiting',
          },
        },
        waiting: { tags: 'retry', after: { backoff: 'asking' } },
      },
    },
    done: { type: 'final' },
  },
});
