import { assign, setup } from 'xstate';
import {
  actors,
  always,
  defineModel,
  eventually,
  fault,
  integer,
  replicas,
  type ActorStatus,
} from 'reconverge';

/**
 * A load of data in parallel: each worker moves the batches of its own partition into a table, by
 * way of a staging area, and commits its offset behind each. Workers crash one by one; a batch that
 * does not parse is set aside. Shaped like the checkpointed saga and written otherwise, to show a
 * checker that was made fast for the one only.
 *
 * A green result proves that a partition that was loaded to its end has each batch either in the
 * table or set aside, and that every partition is. It leaves out rows that are merged twice (a
 * merge is idempotent here) and partitions that move to another worker.
 */

interface Durable {
  /** Batches committed. */
  readonly offset: number;
  /** Whether the batch behind the offset lies in the staging area. */
  readonly staged: boolean;
  readonly merged: readonly boolean[];
  readonly aside: readonly boolean[];
}

const durablePart = ({ offset, staged, merged, aside }: Durable): Durable => ({
  offset,
  staged,
  merged,
  aside,
});

const worker = setup({
  types: {} as {
    context: Durable;
    input: Durable;
    events: { type: 'FETCH' | 'GLITCH' | 'STAGE' | 'MERGE' | 'UNPARSABLE' | 'COMMIT' };
  },
  guards: {
    isComplete: ({ context: { offset, merged } }) => offset === merged.length,
    isStaged: ({ context }) => context.staged,
    isSettled: ({ context: { offset, merged, aside } }) => merged[offset]! || aside[offset]!,
  },
  actions: {
    stage: assign({ staged: true }),
    merge: assign({
      merged: ({ context: { offset, merged } }) => merged.with(offset, true),
      staged: false,
    }),
    setAside: assign({
      aside: ({ context: { offset, aside } }) => aside.with(offset, true),
      staged: false,
    }),
    commit: assign({ offset: ({ context }) => context.offset + 1 }),
  },
}).createMachine({
  id: 'worker',
  context: ({ input }) => input,
  initial: 'resuming',
  states: {
    resuming: {
      always: [
        { guard: 'isComplete', target: 'loaded' },
        { guard: 'isStaged', target: 'merging' },
        { guard: 'isSettled', target: 'committing' },
        { target: 'fetching' },
      ],
    },
    fetching: {
      initial: 'fresh',
      on: { FETCH: 'staging' },
      states: { fresh: { on: { GLITCH: 'again' } }, again: {} },
    },
    staging: { on: { STAGE: { target: 'merging', actions: 'stage' } } },
    merging: {
      on: {
        MERGE: { target: 'committing', actions: 'merge' },
        UNPARSABLE: { target: 'committing', actions: 'setAside' },
      },
    },
    committing: { on: { COMMIT: { target: 'resuming', actions: 'commit' } } },
    loaded: { type: 'final' },
  },
});

/** A partition loaded to its end has every batch in one of the two places. */
const isWhole = (w: { readonly status: ActorStatus; readonly context: Durable }): boolean =>
  w.status !== 'done' || w.context.merged.every((one, at) => one !== w.context.aside[at]);

export default defineModel({
  name: 'data-pipeline',
  description: 'Workers that load a partition each, and crash one by one.',
  parameters: {
    batches: integer({ default: 2, min: 1, max: 5 }),
    workers: integer({ default: 2, min: 1, max: 8 }),
    crashes: integer({ default: 1, min: 0, max: 9 }),
  },
  build: ({ batches, workers, crashes }) => {
    const none = Array.from({ length: batches }, () => false);
    const fresh: Durable = { offset: 0, staged: false, merged: none, aside: none };
    return actors({
      worker: replicas(workers, worker, { input: () => fresh, durable: durablePart }),
    }).faultTolerant({
      faults: { worker: { crash: crashes } },
      environment: {
        worker: {
          FETCH: true,
          STAGE: true,
          MERGE: true,
          COMMIT: true,
          GLITCH: fault({
            kind: 'network',
            persistence: 'transient',
            class: 'omission',
            budget: Infinity,
          }),
          UNPARSABLE: fault({
            kind: 'data',
            persistence: 'permanent',
            class: 'response',
            budget: Infinity,
          }),
        },
      },
      properties: {
        whole: always((s) => s.worker.every(isWhole)),
        loads: eventually((s) => s.worker.every((w) => w.status === 'done')),
      },
    });
  },
});
