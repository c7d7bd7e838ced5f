import { assign, enqueueActions, setup } from 'xstate';
import { peer } from 'reconverge';
import { publish, type Entry, type Message } from './messages.ts';

export const database = setup({
  types: {} as {
    context: {
      /** The next number of the sequence, which no rollback takes back. */
      nextNumber: number;
      /** The changes that are committed, by name. */
      rows: readonly Message[];
      /** Oldest number first. */
      outbox: readonly Entry[];
      /** The largest number that the relay has been at. */
      cursor: number;
    };
    events:
      | { type: 'TAKE_NUMBER' }
      | { type: 'INSERT'; row: Message | null; entry: Entry | null }
      | { type: 'SETTLE'; number: number };
  },
  guards: { keepsEntries: () => false },
  actions: {
    takeNumber: assign({ nextNumber: ({ context }) => context.nextNumber + 1 }),
    insert: assign(({ context: { rows, outbox }, event }) =>
      event.type === 'INSERT'
        ? {
            rows: event.row === null ? rows : [...rows, event.row].toSorted(),
            outbox:
              event.entry === null
                ? outbox
                : [...outbox, event.entry].toSorted((a, b) => a.number - b.number),
          }
        : {},
    ),
    moveCursor: assign({
      cursor: ({ context, event }) => (event.type === 'SETTLE' ? event.number : context.cursor),
    }),
    deleteEntry: assign({
      outbox: ({ context: { outbox }, event }) =>
        outbox.filter(({ number }) => event.type !== 'SETTLE' || number !== event.number),
    }),
  },
}).createMachine({
  id: 'database',
  context: { nextNumber: 1, rows: [], outbox: [], cursor: 0 },
  on: {
    TAKE_NUMBER: { actions: 'takeNumber' },
    INSERT: { actions: 'insert' },
    SETTLE: [{ guard: 'keepsEntries', actions: 'moveCursor' }, { actions: 'deleteEntry' }],
  },
});

/** Publishes an entry until the broker has answered, and settles it in the database. */
export const relay = setup({
  types: {} as {
    context: { entry: Entry | null; inDoubt: number | null };
    events: { type: 'POLL'; entry: Entry } | { type: 'SETTLE' };
    tags: 'retry';
  },
  actors: { publish },
  guards: { settlesFirst: () => false, skips: () => false },
  actions: {
    take: assign({ entry: ({ event }) => (event.type === 'POLL' ? event.entry : null) }),
    settle: enqueueActions(({ context: { entry }, enqueue }) => {
      if (entry === null) return;
      enqueue.sendTo(peer<{ type: 'SETTLE'; number: number }>('database'), {
        type: 'SETTLE',
        number: entry.number,
      });
    }),
    drop: assign({ entry: null, inDoubt: null }),
    putBack: assign({ entry: null, inDoubt: ({ context }) => context.entry?.number ?? null }),
  },
  delays: { backoff: 1000 },
}).createMachine({
  id: 'relay',
  context: { entry: null, inDoubt: null },
  initial: 'polling',
  states: {
    polling: {
      on: {
        POLL: [
          { guard: 'settlesFirst', target: 'publishing', actions: ['take', 'settle'] },
          { target: 'publishing', actions: 'take' },
        ],
      },
    },
    publishing: {
      invoke: {
        src: 'publish',
        input: ({ context: { entry } }) => ({ message: entry?.message ?? '' }),
        onDone: [
          { guard: 'settlesFirst', target: 'polling', actions: 'drop' },
          { target: 'settling' },
        ],
        onError: 'waiting',
      },
    },
    waiting: {
      tags: 'retry',
      after: {
        backoff: [
          { guard: 'skips', target: 'polling', actions: 'putBack' },
          { target: 'publishing' },
        ],
      },
    },
    settling: { on: { SETTLE: { target: 'polling', actions: ['settle', 'drop'] } } },
  },
});

/**
 * The broker and who reads from it: messages are handled in the order in which the broker has taken
 * them. A message's effect and its id are stored in one step.
 */
export const consumer = setup({
  types: {} as {
    context: { handled: readonly Message[] };
    events: { type: 'PUBLISH'; message: Message };
  },
  guards: { isNew: ({ context, event }) => !context.handled.includes(event.message) },
  actions: {
    /** By writer, and of each writer in the order of handling. */
    handle: assign({
      handled: ({ context, event }) =>
        [...context.handled, event.message].toSorted(
          (a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10),
        ),
    }),
  },
}).createMachine({
  id: 'consumer',
  context: { handled: [] },
  on: { PUBLISH: { guard: 'isNew', actions: 'handle' } },
});
