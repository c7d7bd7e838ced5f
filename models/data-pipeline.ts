import {
  actor,
  actors,
  always,
  choice,
  defineModel,
  eventually,
  everyStep,
  integer,
  leadsTo,
  replicas,
  sometimes,
} from 'reconverge';
import { SIDES, join, source, stage, storage, type Checkpoint } from './data-pipeline/stages.ts';

/**
 * A dataflow that survives crashes: a source that can be read again is extracted, each record goes
 * through two transformations side by side, and a join loads what comes out of both. Checkpoints
 * are taken by barriers that flow with the records: a stage that has had the barrier from all its
 * inputs stores its state, and a crash puts the whole job back to the last checkpoint that all have
 * stored (Carbone et al., "Lightweight asynchronous snapshots for distributed dataflows",
 * arXiv:1506.08603, 2015, after Chandy and Lamport, "Distributed snapshots", ACM TOCS 3(1), 1985).
 * Inputs are *aligned*: what comes behind a barrier is held back until the barrier has come from
 * the other side, too.
 *
 * Durable is the storage of checkpoints. Lost in a crash are where the source is, what is on the
 * way, and what was loaded since the last checkpoint. The source starts last, so that nothing is
 * sent to a stage that is not there yet; one checkpoint is taken at a time.
 *
 * A green result proves, for so many records, crashes and pauses at any points: each record is
 * loaded from either side exactly once, and every complete checkpoint is a consistent cut: it has
 * the effects of the records that the source will not read again, and of no others. It leaves out
 * effects outside the job (see exactly-once and outbox), stages that fail alone, storage that
 * fails, and barriers that overtake records.
 *
 * Broken variants: `unaligned` (records behind a barrier are loaded at once: at least once),
 * `first-barrier` (the join stores its state when the first barrier comes, and loses what is still
 * on the way from the other side), `early-complete` (a checkpoint counts once the source has stored
 * its offset) and `source-first` (the source starts before the stages do).
 */

const joins = {
  unaligned: join.provide({ guards: { mustWait: () => false } }),
  'first-barrier': join.provide({ guards: { storesAtFirst: () => true } }),
};
const storages = {
  'early-complete': storage.provide({
    guards: { isComplete: ({ context }) => context.offset !== null },
  }),
};

const isJoin = (bug: string): bug is keyof typeof joins => bug in joins;
const isStorage = (bug: string): bug is keyof typeof storages => bug in storages;

/** Whether exactly the first records were loaded from either side, and no other. */
const isCut = ({ offset, loaded }: Checkpoint): boolean =>
  loaded.every((counts) => counts.every((n, at) => n === (at < offset ? 1 : 0)));

export default defineModel({
  name: 'data-pipeline',
  description: 'Extract, transform on two sides, join and load, with barriers as checkpoints.',
  parameters: {
    records: integer({ default: 2, min: 1, max: 4 }),
    crashes: integer({ default: 1, min: 0, max: 3 }),
    pauses: integer({ default: 1, min: 0, max: 2 }),
    bug: choice(['none', 'unaligned', 'first-barrier', 'early-complete', 'source-first']),
  },
  build: ({ records, crashes, pauses, bug }) => {
    // A record or a barrier on each side, or both before the join.
    const channel = { kind: 'fifo', volatile: true } as const;
    return actors({
      source: actor(source, { input: { records } }),
      stage: replicas(SIDES.length, stage),
      join: actor(isJoin(bug) ? joins[bug] : join, { input: { records } }),
      storage: actor(isStorage(bug) ? storages[bug] : storage, { input: { records } }),
    }).faultTolerant({
      channels: {
        stage: { ...channel, capacity: 2 * records },
        join: { ...channel, capacity: 4 * records },
      },
      hosts: { job: ['source', 'stage', 'join'] },
      faults: { job: { crash: crashes }, stage: { pause: pauses } },
      environment: {
        source: {
          RESTORE: (s) => {
            const isReady =
              s.stage.every(({ status }) => status !== 'down') &&
              s.join.status === 'active' &&
              s.join.matches('running');
            const { offset } = s.storage.context.complete;
            return (isReady || bug === 'source-first') && { offset };
          },
          EXTRACT: true,
          MARK: (s) => s.storage.context.offset === null,
        },
        join: { RESTORE: (s) => ({ loaded: s.storage.context.complete.loaded }) },
      },
      consistent: (s) =>
        s.join.status === 'active' &&
        s.join.context.loaded.every((counts) => counts.every((n) => n === 1)),
      properties: {
        'nothing twice': always(
          (s) =>
            s.join.status !== 'active' ||
            s.join.context.loaded.every((counts) => counts.every((n) => n < 2)),
        ),
        'nothing lost': eventually(
          (s) =>
            s.join.status === 'active' &&
            s.join.context.loaded.every((counts) => counts.every((n) => n > 0)),
        ),
        'a checkpoint is a consistent cut': always((s) => isCut(s.storage.context.complete)),
        'checkpoints grow': everyStep({
          of: (s) => s.storage.context.complete.offset,
          keeps: (before, after) => before <= after,
        }),
        'each checkpoint completes or is given up': leadsTo(
          (s) => s.storage.context.offset !== null,
          (s) => s.storage.context.offset === null,
        ),
        'can complete a checkpoint of a part': sometimes((s) => {
          const { offset } = s.storage.context.complete;
          return offset > 0 && (offset < records || records === 1);
        }),
      },
    });
  },
});
