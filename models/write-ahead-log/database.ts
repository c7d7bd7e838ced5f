import { assign, enqueueActions, not, setup } from 'xstate';
import { peer } from 'reconverge';

/** A page: how often each update is in it, and the LSN of the last record that changed it. */
export interface Page {
  readonly lsn: number;
  readonly applied: readonly number[];
}

interface Change {
  readonly transaction: number;
  readonly page: number;
  readonly update: number;
}
/** The record with LSN n is at place n − 1; `undoNext` is an LSN, or 0 where nothing is left. */
export type LogRecord =
  | (Change & { readonly kind: 'update' })
  | (Change & { readonly kind: 'compensation'; readonly by: number; readonly undoNext: number })
  | { readonly kind: 'commit'; readonly transaction: number };

/** What a crash leaves: the log as far as it was forced, and the pages as last written. */
export interface Durable {
  readonly log: readonly LogRecord[];
  readonly disk: readonly Page[];
}

export interface Memory extends Durable {
  /** How many records of the log are forced. */
  readonly stable: number;
  readonly pool: readonly Page[];
  /** The LSN to be redone next. */
  readonly next: number;
  /** The LSNs to be undone next, one for each loser. */
  readonly losses: readonly number[];
  /** How many records there were when it was opened: who is in them is over. */
  readonly opened: number;
}

type Done = { type: 'DONE'; transaction: number };

/** What of it survives a crash. */
export const durable = ({ log, stable, disk }: Memory): Durable => ({
  log: log.slice(0, stable),
  disk,
});

export const isCommitted = (log: readonly LogRecord[], transaction: number): boolean =>
  log.some((one) => one.kind === 'commit' && one.transaction === transaction);

function withChange(pages: readonly Page[], change: Change, by: number, lsn: number) {
  const { applied } = pages[change.page]!;
  const count = applied[change.update]! + by;
  return pages.with(change.page, { lsn, applied: applied.with(change.update, count) });
}

/** The last LSN before `from` of that transaction and one of these kinds, or 0. */
function lastOf(
  log: readonly LogRecord[],
  transaction: number,
  kinds: readonly LogRecord['kind'][],
  from = log.length + 1,
): number {
  const before = log.slice(0, from - 1);
  return (
    1 + before.findLastIndex((one) => one.transaction === transaction && kinds.includes(one.kind))
  );
}

/** Where undo begins, by transaction: what `startOf` says of those that have not committed. */
const analysed = (
  { log }: Memory,
  startOf: (transaction: number) => number,
): Pick<Memory, 'losses'> => ({
  losses: [...new Set(log.map(({ transaction }) => transaction))]
    .filter((transaction) => !isCommitted(log, transaction))
    .map(startOf)
    .filter((lsn) => lsn > 0)
    .toSorted((a, b) => a - b),
});

/** Where undo goes on: after a compensation with what that says. */
function undoNext({ log }: Memory, transaction: number): number {
  const lsn = lastOf(log, transaction, ['update', 'compensation']);
  const last = log[lsn - 1];
  return last?.kind === 'compensation' ? last.undoNext : lsn;
}

interface Undo {
  readonly kinds: readonly LogRecord['kind'][];
  readonly isLogged: boolean;
  readonly marksPage: boolean;
}
const BY_THE_BOOK: Undo = { kinds: ['update'], isLogged: true, marksPage: true };

/** One step of undo, of the last record that is to be undone. */
function undone({ log, pool, losses }: Memory, { kinds, isLogged, marksPage }: Undo) {
  const lsn = losses.at(-1)!;
  const record = log[lsn - 1]!;
  if (record.kind === 'commit') return {};
  const { transaction, page, update } = record;
  const by = record.kind === 'update' ? -1 : -record.by;
  const next = lastOf(log, transaction, kinds, lsn);
  const compensation = { kind: 'compensation', transaction, page, update, by } as const;
  return {
    log: isLogged ? [...log, { ...compensation, undoNext: next }] : log,
    pool: withChange(pool, record, by, marksPage ? log.length + 1 : pool[page]!.lsn),
    losses: [...losses.slice(0, -1), next].filter((one) => one > 0).toSorted((a, b) => a - b),
  };
}

/** Whether the record to be redone is about a page. */
const isChange = ({ log, next }: Memory): boolean => log[next - 1]?.kind !== 'commit';
/** Whether it is, and the page does not have it. */
function isMissing({ log, next, pool }: Memory): boolean {
  const record = log[next - 1];
  return record !== undefined && record.kind !== 'commit' && pool[record.page]!.lsn < next;
}

const database = setup({
  types: {} as {
    context: Memory;
    input: Durable;
    events:
      | ({ type: 'UPDATE' } & Change)
      | { type: 'COMMIT'; transaction: number }
      | { type: 'WRITE'; page: number }
      | { type: 'FORCE' | 'REDO' | 'UNDO' };
    tags: 'restart';
  },
  guards: {
    isRedone: ({ context }) => context.next > context.log.length,
    isUndone: ({ context }) => context.losses.length === 0,
    isMissing: ({ context }) => isMissing(context),
    beginsWithUndo: () => false,
    goesOnWithRedo: () => false,
    endsWithRedo: () => false,
    // The log first: what a page has is in what is forced.
    mayWrite: ({ context: { pool, stable }, event }) =>
      event.type === 'WRITE' && pool[event.page]!.lsn <= stable,
    tellsEarly: () => false,
  },
  actions: {
    update: assign(({ context: { log, pool }, event }) => {
      if (event.type !== 'UPDATE') return {};
      const { type: _, ...change } = event;
      const updated = withChange(pool, change, 1, log.length + 1);
      return { log: [...log, { kind: 'update' as const, ...change }], pool: updated };
    }),
    commit: assign(({ context: { log }, event }) =>
      event.type === 'COMMIT'
        ? { log: [...log, { kind: 'commit' as const, transaction: event.transaction }] }
        : {},
    ),
    // Whose commits are forced now, or logged now.
    tell: enqueueActions(({ context: { log, stable }, event, enqueue, check }) => {
      const isDue = check('tellsEarly') ? event.type === 'COMMIT' : event.type === 'FORCE';
      for (const one of log.slice(stable)) {
        if (!isDue || one.kind !== 'commit') continue;
        enqueue.sendTo(peer<Done>('client'), { type: 'DONE', transaction: one.transaction });
      }
    }),
    force: assign({ stable: ({ context }) => context.log.length }),
    write: assign({
      disk: ({ context: { disk, pool }, event }) =>
        event.type === 'WRITE' ? disk.with(event.page, pool[event.page]!) : disk,
    }),
    redo: assign(({ context: { log, pool, next } }) => {
      const record = log[next - 1];
      if (record === undefined || record.kind === 'commit') return {};
      const by = record.kind === 'update' ? 1 : record.by;
      return { pool: withChange(pool, record, by, next) };
    }),
    advance: assign({ next: ({ context }) => context.next + 1 }),
    analyse: assign(({ context }) => analysed(context, (one) => undoNext(context, one))),
    undo: assign(({ context }) => undone(context, BY_THE_BOOK)),
    open: assign({ opened: ({ context }) => context.log.length }),
  },
}).createMachine({
  id: 'database',
  context: ({ input: { log, disk } }) => ({
    log,
    disk,
    stable: log.length,
    pool: disk,
    next: 1,
    losses: [],
    opened: 0,
  }),
  initial: 'restarting',
  on: {
    FORCE: { actions: ['tell', 'force'] },
    WRITE: { guard: 'mayWrite', actions: 'write' },
  },
  states: {
    restarting: { always: [{ guard: 'beginsWithUndo', target: 'undoing' }, { target: 'redoing' }] },
    redoing: {
      tags: 'restart',
      always: [
        { guard: 'endsWithRedo', target: 'open' },
        { guard: 'isRedone', target: 'undoing' },
        { guard: not('isMissing'), actions: 'advance' },
      ],
      on: { REDO: { actions: ['redo', 'advance'] } },
    },
    undoing: {
      tags: 'restart',
      entry: 'analyse',
      always: [
        { guard: 'goesOnWithRedo', target: 'redoing' },
        { guard: 'isUndone', target: 'open' },
      ],
      on: { UNDO: { actions: 'undo' } },
    },
    open: {
      entry: 'open',
      on: {
        UPDATE: { actions: 'update' },
        COMMIT: { actions: ['commit', 'tell'] },
      },
    },
  },
});

/** The database without one of its rules. */
export const variants = {
  none: database,
  'early-acknowledgement': database.provide({ guards: { tellsEarly: () => true } }),
  'page-before-log': database.provide({ guards: { mayWrite: () => true } }),
  'redo-everything': database.provide({
    guards: { isMissing: ({ context }) => isChange(context) },
  }),
  'redo-winners-only': database.provide({
    guards: {
      isMissing: ({ context }) =>
        isMissing(context) && isCommitted(context.log, context.log[context.next - 1]!.transaction),
    },
  }),
  'undo-before-redo': database.provide({
    guards: {
      beginsWithUndo: () => true,
      goesOnWithRedo: ({ context }) => context.losses.length === 0,
      endsWithRedo: ({ context }) => context.next > context.log.length,
    },
  }),
  'no-compensation': database.provide({
    actions: {
      undo: assign(({ context }) =>
        undone(context, { ...BY_THE_BOOK, isLogged: false, marksPage: false }),
      ),
    },
  }),
  'unmarked-page': database.provide({
    actions: {
      undo: assign(({ context }) => undone(context, { ...BY_THE_BOOK, marksPage: false })),
    },
  }),
  'undo-from-the-end': database.provide({
    actions: {
      analyse: assign(({ context }) =>
        analysed(context, (one) => lastOf(context.log, one, ['update'])),
      ),
    },
  }),
  'undo-of-undo': database.provide({
    actions: {
      analyse: assign(({ context }) =>
        analysed(context, (one) => lastOf(context.log, one, ['update', 'compensation'])),
      ),
      undo: assign(({ context }) =>
        undone(context, { ...BY_THE_BOOK, kinds: ['update', 'compensation'] }),
      ),
    },
  }),
};
