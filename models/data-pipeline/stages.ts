import { assign, enqueueActions, setup } from 'xstate';
import { names, peer } from 'reconverge';

/** The stages of the pipeline and the storage of its checkpoints; see the family's docstring. */

/** Of the join: each record comes once from either. */
export const SIDES = [0, 1] as const;

export interface Checkpoint {
  /** Records up to this one are not read again. */
  readonly offset: number;
  /** What was loaded, by side and record: how often. */
  readonly loaded: readonly (readonly number[])[];
}
type Item = { type: 'ITEM'; side: number; record: number };
type Barrier = { type: 'BARRIER'; side: number };
type Store =
  | { type: 'RESTART' }
  | { type: 'STORE_OFFSET'; offset: number }
  | { type: 'STORE_LOADED'; loaded: Checkpoint['loaded'] };

export const source = setup({
  types: {} as {
    context: { offset: number; marked: number; records: number };
    input: { records: number };
    events: { type: 'RESTORE'; offset: number } | { type: 'EXTRACT' | 'MARK' };
  },
  guards: {
    hasMore: ({ context }) => context.offset < context.records,
    isNew: ({ context }) => context.offset > context.marked,
  },
  actions: {
    restore: enqueueActions(({ event, enqueue }) => {
      if (event.type !== 'RESTORE') return;
      enqueue.sendTo(peer<Store>('storage'), { type: 'RESTART' });
      enqueue.assign({ offset: event.offset, marked: event.offset });
    }),
    extract: enqueueActions(({ context, enqueue }) => {
      const record = context.offset + 1;
      for (const side of SIDES) {
        enqueue.sendTo(peer<Item>(names('stage', SIDES.length)[side]!), {
          type: 'ITEM',
          side,
          record,
        });
      }
      enqueue.assign({ offset: record });
    }),
    mark: enqueueActions(({ context: { offset }, enqueue }) => {
      enqueue.sendTo(peer<Store>('storage'), { type: 'STORE_OFFSET', offset });
      for (const side of SIDES) {
        enqueue.sendTo(peer<Barrier>(names('stage', SIDES.length)[side]!), {
          type: 'BARRIER',
          side,
        });
      }
      enqueue.assign({ marked: offset });
    }),
  },
}).createMachine({
  id: 'source',
  context: ({ input }) => ({ ...input, offset: 0, marked: 0 }),
  initial: 'restoring',
  states: {
    restoring: { on: { RESTORE: { target: 'running', actions: 'restore' } } },
    running: {
      on: {
        EXTRACT: { guard: 'hasMore', actions: 'extract' },
        MARK: { guard: 'isNew', actions: 'mark' },
      },
    },
  },
});

/** A transformation has no state: it passes on what comes, in order. */
export const stage = setup({
  types: {} as { events: Item | Barrier },
  actions: {
    pass: enqueueActions(({ event, enqueue }) => {
      enqueue.sendTo(peer<Item | Barrier>('join'), event);
    }),
  },
}).createMachine({ id: 'stage', on: { ITEM: { actions: 'pass' }, BARRIER: { actions: 'pass' } } });

interface Join {
  readonly loaded: Checkpoint['loaded'];
  /** The side whose barrier has come, while the other is awaited. */
  readonly awaiting: number | null;
  /** What came behind that barrier. */
  readonly held: readonly Item[];
}

/** Counted to two: twice is wrong already. */
const withItem = (loaded: Checkpoint['loaded'], { side, record }: Item): Checkpoint['loaded'] =>
  loaded.map((counts, own) =>
    own === side ? counts.map((n, at) => (at === record - 1 ? Math.min(2, n + 1) : n)) : counts,
  );

export const join = setup({
  types: {} as {
    context: Join;
    input: { records: number };
    events: Item | Barrier | { type: 'RESTORE'; loaded: Checkpoint['loaded'] };
  },
  guards: {
    mustWait: ({ context, event }) => event.type === 'ITEM' && event.side === context.awaiting,
    isFirst: ({ context }) => context.awaiting === null,
    storesAtFirst: () => false,
  },
  actions: {
    load: assign({
      loaded: ({ context, event }) =>
        event.type === 'ITEM' ? withItem(context.loaded, event) : context.loaded,
    }),
    hold: assign({
      held: ({ context, event }) =>
        event.type === 'ITEM' ? [...context.held, event] : context.held,
    }),
    await: assign({ awaiting: ({ event }) => (event.type === 'BARRIER' ? event.side : null) }),
    store: enqueueActions(({ context: { loaded, awaiting }, enqueue, check }) => {
      const isTime = check('storesAtFirst') === (awaiting === null);
      if (isTime) enqueue.sendTo(peer<Store>('storage'), { type: 'STORE_LOADED', loaded });
    }),
    release: assign({
      loaded: ({ context }) => context.held.reduce(withItem, context.loaded),
      held: [],
      awaiting: null,
    }),
    restore: assign(({ event }) =>
      event.type === 'RESTORE' ? { loaded: event.loaded, awaiting: null, held: [] } : {},
    ),
  },
}).createMachine({
  id: 'join',
  context: ({ input: { records } }) => ({
    loaded: SIDES.map(() => Array.from({ length: records }, () => 0)),
    awaiting: null,
    held: [],
  }),
  initial: 'restoring',
  states: {
    restoring: { on: { RESTORE: { target: 'running', actions: 'restore' } } },
    running: {
      on: {
        ITEM: [{ guard: 'mustWait', actions: 'hold' }, { actions: 'load' }],
        BARRIER: [
          { guard: 'isFirst', actions: ['store', 'await'] },
          { actions: ['store', 'release'] },
        ],
      },
    },
  },
});

interface Storage {
  /** The last one that is complete. */
  readonly complete: Checkpoint;
  /** What is stored of the next one. */
  readonly offset: number | null;
  readonly loaded: Checkpoint['loaded'] | null;
}

export const storage = setup({
  types: {} as { context: Storage; input: { records: number }; events: Store },
  guards: { isComplete: ({ context }) => context.offset !== null && context.loaded !== null },
  actions: {
    clear: assign({ offset: null, loaded: null }),
    keep: assign(({ event }) => {
      if (event.type === 'STORE_OFFSET') return { offset: event.offset };
      return event.type === 'STORE_LOADED' ? { loaded: event.loaded } : {};
    }),
    complete: assign({
      complete: ({ context: { complete, offset, loaded } }) => ({
        offset: offset ?? complete.offset,
        loaded: loaded ?? complete.loaded,
      }),
    }),
  },
}).createMachine({
  id: 'storage',
  context: ({ input: { records } }) => ({
    complete: { offset: 0, loaded: SIDES.map(() => Array.from({ length: records }, () => 0)) },
    offset: null,
    loaded: null,
  }),
  initial: 'collecting',
  states: {
    collecting: {
      always: { guard: 'isComplete', actions: ['complete', 'clear'] },
      on: {
        STORE_OFFSET: { actions: 'keep' },
        STORE_LOADED: { actions: 'keep' },
        RESTART: { actions: 'clear' },
      },
    },
  },
});
