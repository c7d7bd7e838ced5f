import { assign, setup } from 'xstate';
import {
  actor,
  actors,
  always,
  anyOf,
  choice,
  defineModel,
  integer,
  resumes,
  sometimes,
} from 'reconverge';
import {
  durable,
  isCommitted,
  variants,
  type LogRecord,
  type Memory,
} from './write-ahead-log/database.ts';

/**
 * A database that recovers with a write-ahead log, after Mohan, Haderle, Lindsay, Pirahesh and
 * Schwarz, "ARIES: a transaction recovery method" (ACM TODS 17(1), 1992). Transactions update pages
 * in a buffer pool; pages are written at any time, whoever's changes they hold (steal) and not
 * because somebody commits (no-force), but never before the log of what they hold (the log first).
 * A commit is acknowledged once its record is forced. The first transaction makes one update, the
 * second two (up to `updates`), and so on; each begins after the one before.
 *
 * A crash takes the pool and what of the log was not forced. Restart repeats history: it redoes,
 * record by record, what a page does not have by its LSN, of winners and losers alike. Then it
 * undoes the losers' updates, the last one first, each with a compensation log record that says
 * what is to be undone next; compensations are redone and never undone. Log and pages may be
 * written, and a crash may happen, between any two of these steps; then work goes on.
 *
 * A green result proves, for these sizes and every such order: of a transaction that is over, a
 * database that is open has every update once, or none; of one that was acknowledged, every update;
 * no update is compensated twice in the log, however often restart is interrupted; and a crash
 * during undo changes nothing about what it comes to. It leaves out the analysis pass (which has
 * one step here) and its checkpoints, rollback of a transaction while others go on, locks (each
 * update changes something of its own), pages that are half written, and a log that is lost.
 *
 * Broken variants: `early-acknowledgement` (a commit is acknowledged before it is forced),
 * `page-before-log` (a page is written before the log), `redo-everything` (redo does not compare
 * LSNs), `redo-winners-only` (history is not repeated for losers, whose updates are undone all the
 * same), `undo-before-redo`, `no-compensation` (undo is not logged), `unmarked-page` (it is, but
 * the page's LSN stays), `undo-from-the-end` (an interrupted undo starts over), and `undo-of-undo`
 * (compensations are undone, too: right, but the log grows with every crash until it is full). The
 * last four are harmless until restart crashes, too.
 */

const client = setup({
  types: {} as {
    context: { done: readonly number[] };
    events: { type: 'DONE'; transaction: number };
  },
  actions: {
    note: assign({
      done: ({ context, event }) =>
        [...new Set([...context.done, event.transaction])].toSorted((a, b) => a - b),
    }),
  },
}).createMachine({ id: 'client', context: { done: [] }, on: { DONE: { actions: 'note' } } });

interface Seen {
  readonly database: {
    readonly status: string;
    readonly context: Memory;
    matches(state: 'open' | 'undoing'): boolean;
  };
  readonly client: { readonly context: { readonly done: readonly number[] } };
}

const isIn = ({ database }: Seen, state: 'open' | 'undoing'): boolean =>
  database.status === 'active' && database.matches(state);
const isOpen = (s: Seen): boolean => isIn(s, 'open');

/** Whether it was at work before the restart, or has committed since. */
const isOver = ({ log, opened }: Memory, transaction: number): boolean =>
  log.slice(0, opened).some((one) => one.transaction === transaction) ||
  isCommitted(log, transaction);

export default defineModel({
  name: 'write-ahead-log',
  description: 'Redo, undo and compensation log records, with crashes during restart.',
  parameters: {
    transactions: integer({ default: 2, min: 1, max: 3 }),
    updates: integer({ default: 2, min: 1, max: 3 }),
    pages: integer({ default: 1, min: 1, max: 3 }),
    crashes: integer({ default: 2, min: 0, max: 4 }),
    bug: choice(Object.keys(variants) as ['none', ...(keyof typeof variants)[]]),
  },
  build: ({ transactions, updates, pages, crashes, bug }) => {
    const all = Array.from({ length: transactions }, (_, transaction) => transaction);
    const allPages = Array.from({ length: pages }, (_, page) => ({ page }));
    // The first makes one update, the second two, and so on.
    const sizes = all.map((transaction) => Math.min(updates, transaction + 1));
    // Every update, its compensation, and every commit: more there never has to be in the log.
    const room = 2 * sizes.reduce((sum, size) => sum + size, 0) + transactions;
    const fresh = { lsn: 0, applied: Array.from({ length: transactions * updates }, () => 0) };

    /** How often each update of a transaction is in those pages. */
    const timesIn = (pool: Memory['pool'], transaction: number): readonly number[] =>
      Array.from({ length: sizes[transaction]! }, (_, index) => {
        const update = transaction * updates + index;
        return pool[update % pages]!.applied[update]!;
      });
    const isEach = (times: 0 | 1, pool: Memory['pool'], transaction: number): boolean =>
      timesIn(pool, transaction).every((one) => one === times);
    const isAtomic = ({ database: { context } }: Seen): boolean =>
      all.every(
        (one) =>
          !isOver(context, one) || isEach(isCommitted(context.log, one) ? 1 : 0, context.pool, one),
      );

    /** The updates that a transaction at work has logged. */
    const updatesOf = (log: readonly LogRecord[], transaction: number): number =>
      log.filter((one) => one.kind === 'update' && one.transaction === transaction).length;
    const atWork = ({ database: { context } }: Seen) =>
      all
        .filter((one) => !isOver(context, one))
        .map((transaction) => ({ transaction, done: updatesOf(context.log, transaction) }));

    return actors({
      database: actor(variants[bug], {
        input: { log: [], disk: allPages.map(() => fresh) },
        durable,
      }),
      client: actor(client),
    }).faultTolerant({
      environment: {
        database: {
          UPDATE: (s) => {
            // One begins after the other; from then on they are as fast as they like.
            const next = atWork(s).filter(
              ({ transaction, done }, index, those) =>
                done < sizes[transaction]! && (done > 0 || those[index - 1]?.done !== 0),
            );
            const changes = next.map(({ transaction, done }) => {
              const update = transaction * updates + done;
              return { transaction, update, page: update % pages };
            });
            return changes.length > 0 && anyOf(changes);
          },
          COMMIT: (s) => {
            const ready = atWork(s).filter(({ transaction, done }) => done === sizes[transaction]);
            return ready.length > 0 && anyOf(ready.map(({ transaction }) => ({ transaction })));
          },
          FORCE: (s) => s.database.context.stable < s.database.context.log.length,
          WRITE: (s) => {
            const { disk, pool } = s.database.context;
            const dirty = allPages.filter(
              ({ page }) => JSON.stringify(disk[page]) !== JSON.stringify(pool[page]),
            );
            return dirty.length > 0 && anyOf(dirty);
          },
          REDO: true,
          UNDO: (s) => s.database.context.log.length < room,
        },
      },
      faults: { database: { crash: crashes } },
      recovery: { transient: 'restart', permanent: 'restart', partial: 'restart' },
      // All is done that will be, and on disk.
      consistent: (s) =>
        isOpen(s) &&
        isAtomic(s) &&
        all.every((one) => isOver(s.database.context, one)) &&
        JSON.stringify(s.database.context.disk) === JSON.stringify(s.database.context.pool),
      properties: {
        'all or nothing': always(isAtomic, { when: isOpen }),
        'nothing acknowledged is lost': always(
          (s) => s.client.context.done.every((one) => isEach(1, s.database.context.pool, one)),
          { when: isOpen },
        ),
        'the log first': always(
          ({ database: { context } }) => context.disk.every(({ lsn }) => lsn <= context.stable),
          { when: (s) => s.database.status === 'active' },
        ),
        'nothing compensated twice': always(
          ({ database: { context } }) => {
            const undone = context.log.filter((one) => one.kind === 'compensation');
            return new Set(undone.map(({ update }) => update)).size === undone.length;
          },
          { when: (s) => s.database.status === 'active' },
        ),
        'can commit all': sometimes((s) => s.client.context.done.length === transactions),
        ...(crashes > 0 && {
          'undo can be interrupted': resumes({
            after: 'database.crash',
            when: (s) => isIn(s, 'undoing'),
            ends: ({ database: { context } }) => context.pool.map(({ applied }) => applied),
          }),
        }),
      },
    });
  },
});
