import {
  actor,
  actors,
  always,
  choice,
  defineModel,
  fault,
  integer,
  leadsTo,
  replicas,
  sometimes,
} from 'reconverge';
import { consumer, database, relay } from './outbox/delivery.ts';
import type { Entry, Message } from './outbox/messages.ts';
import { writer } from './outbox/writer.ts';

/**
 * A change in a database that others have to hear of, through a broker that has no part in the
 * database's transactions. Whoever writes to both, one after the other, loses a message or tells of
 * what never happened, if it dies or is refused in between. The transactional outbox (Richardson,
 * "Microservices patterns", 2018, chapter 3) stores the message in the transaction of the change; a
 * relay publishes what it finds there, smallest number first, and deletes it once the broker has
 * answered. So the broker may get it twice, and the consumer has to know what it has had.
 *
 * The first writer makes so many changes, one after the other, and each other one a single change
 * at the same time. A transaction takes its number from a sequence, as in PostgreSQL: before it
 * commits, and for good even if it does not. So the order of numbers is not that of commits.
 *
 * A green result proves, for so many writers, changes and faults: only what is committed is told
 * of, all of it is, once each, and of one writer in the order of its changes. It says nothing about
 * the order between writers. It leaves out a broker that loses or reorders what it has taken,
 * several relays, a database that goes down, and a consumer that crashes (see exactly-once: the
 * consumer here stores the ids with its effects). A lost request or reply is no fault of its own: a
 * late request may never arrive, or arrive before the relay has given it up.
 *
 * Broken variants: `write=database-first` (what is committed is not told of if the writer crashes)
 * and `broker-first` (what is told of is refused, or not yet committed); and of the outbox
 * `two-transactions` (the message is stored in one of its own), `cursor` (the relay remembers the
 * largest number that it has seen, and misses who commits a smaller one later), `settle-first` (the
 * entry is deleted before it is published), `skip` (an entry in doubt is put back behind the next)
 * and `no-ids` (the consumer handles everything that comes).
 */

const writers = {
  outbox: writer,
  'database-first': writer.provide({ guards: { tellsAfter: () => true } }),
  'broker-first': writer.provide({ guards: { tellsFirst: () => true } }),
};
const relays = {
  none: relay,
  'two-transactions': relay,
  cursor: relay,
  'settle-first': relay.provide({ guards: { settlesFirst: () => true } }),
  skip: relay.provide({ guards: { skips: () => true } }),
  'no-ids': relay,
};

interface Seen {
  readonly database: {
    readonly context: { rows: readonly Message[]; outbox: readonly Entry[]; cursor: number };
  };
  readonly consumer: { readonly context: { readonly handled: readonly Message[] } };
}
const isToldOf = ({ database: { context }, consumer: { context: told } }: Seen): boolean =>
  context.rows.every((row) => told.handled.includes(row));

/** The entry that is next: the first that is not in doubt, or the one in doubt if it is alone. */
function nextEntry({ database: { context } }: Seen, inDoubt: number | null) {
  const open = context.outbox.filter(({ number }) => number > context.cursor);
  const entry = open.find(({ number }) => number !== inDoubt) ?? open[0];
  return entry !== undefined && { entry };
}

export default defineModel({
  name: 'outbox',
  description: 'A message about each change of a database: written to both, or by an outbox.',
  parameters: {
    writers: integer({ default: 2, min: 1, max: 3 }),
    changes: integer({ default: 2, min: 1, max: 3 }),
    crashes: integer({ default: 1, min: 0, max: 3 }),
    losses: integer({ default: 1, min: 0, max: 3 }),
    refusals: integer({ default: 1, min: 0, max: 3 }),
    write: choice(Object.keys(writers) as ['outbox', ...(keyof typeof writers)[]]),
    bug: choice(Object.keys(relays) as ['none', ...(keyof typeof relays)[]]),
  },
  build: ({ writers: count, changes, crashes, losses, refusals, write, bug }) =>
    actors({
      writer: replicas(
        count,
        writers[write].provide({
          guards: bug === 'two-transactions' ? { storesApart: () => true } : {},
        }),
        {
          input: (id) => ({ writer: id, changes: id === 0 ? changes : 1, settled: 0 }),
          durable: ({ writer: id, changes: all, settled }) => ({
            writer: id,
            changes: all,
            settled,
          }),
        },
      ),
      database: actor(
        database.provide({ guards: bug === 'cursor' ? { keepsEntries: () => true } : {} }),
      ),
      relay: actor(relays[bug]),
      consumer: actor(consumer.provide({ guards: bug === 'no-ids' ? { isNew: () => true } : {} })),
    }).faultTolerant({
      environment: {
        writer: {
          BEGIN: (s) => ({ number: s.database.context.nextNumber }),
          COMMIT: true,
          STORE: true,
          REFUSE: fault({
            kind: 'data',
            persistence: 'permanent',
            class: 'response',
            budget: refusals,
          }),
        },
        relay: { POLL: (s) => nextEntry(s, s.relay.context.inDoubt), SETTLE: true },
      },
      effects: {
        publish: { to: 'consumer', send: ({ input }) => ({ type: 'PUBLISH', ...input }) },
      },
      faults: {
        writer: { crash: crashes },
        ...(write === 'outbox' && { relay: { crash: crashes } }),
        publish: { late: losses },
      },
      recovery: { transient: 'retry', permanent: 'retry', partial: 'retry' },
      consistent: (s) =>
        isToldOf(s) &&
        s.consumer.context.handled.every((one) => s.database.context.rows.includes(one)),
      properties: {
        'nothing made up': always((s) =>
          s.consumer.context.handled.every((one) => s.database.context.rows.includes(one)),
        ),
        'nothing twice': always(
          ({ consumer: { context } }) => new Set(context.handled).size === context.handled.length,
        ),
        'in order': always(({ consumer: { context } }) =>
          context.handled.every((one, place) => place === 0 || context.handled[place - 1]! <= one),
        ),
        'nothing lost': leadsTo((s) => !isToldOf(s), isToldOf),
        'can tell all': sometimes((s) => s.consumer.context.handled.length === changes + count - 1),
      },
    }),
});
