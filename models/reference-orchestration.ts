import {
  actor,
  actors,
  always,
  choice,
  defineModel,
  everyStep,
  fault,
  integer,
  laws,
  sometimes,
  type Phase,
} from 'reconverge';
import { MUTANTS, storageOf, workerOf, type Mutant } from './reference-orchestration/mutants.ts';
import { zombie, type Effect } from './reference-orchestration/storage.ts';
import type { Progress } from './reference-orchestration/worker.ts';

/**
 * The reference for fault tolerance as a tuple (S, F, R): a worker does a few steps, each an effect
 * in a storage, with checkpoints in between. A transient failure is retried, then taken for
 * permanent; a permanent one is rolled back to the checkpoint; a partial one is compensated from
 * the start. A restart takes a new epoch, and the storage refuses writes of an old one: a worker
 * that was only suspected of a crash lives on as a zombie and writes once more. After Arora and
 * Gouda (IEEE TSE 19(11), 1993) and the saga of Garcia-Molina and Salem (SIGMOD 1987). Everything
 * is an explicit event: what the program may do, what recovery may do, what may fail.
 *
 * Durable are the direction, the checkpoint, the epoch and the effects; lost in a crash are the
 * position, the attempts, and a failure that was noticed but not yet decided upon.
 *
 * A green result proves, for so many steps and retries and every sequence of so many faults, during
 * recovery too: what is done has every effect exactly once, what was aborted has none, what was
 * halted has those before its checkpoint, and each has it on record; every retry counts, every
 * restart fences off what was before; and after the last fault no run takes more steps to be
 * consistent than it takes to undo everything, or to do everything again. It leaves out effects in
 * parallel, undo that fails, checkpoints whose saving fails, and more than one zombie at a time.
 *
 * Broken variants: `m1` a transient failure is never escalated; `m2` it is retried without end;
 * `m3` a permanent one may be compensated, too; `m4` a step may be skipped; `m5` rollback leads
 * back into the failure; `m6` undo dawdles; `m7` the decision to go back is volatile; `m8` a
 * checkpoint may come before its effect; `m9` a repeated effect counts twice; `m10` compensation
 * leaves out the first step; `m11` undo stops half way; `m12` a restart forgets the checkpoint;
 * `m13` a checkpoint may take the place of its effect; `m14` nothing is fenced.
 */

type Ending = 'done' | 'halted' | 'aborted';
type Undoing = 'rollingBack' | 'compensating';
const ENDINGS: readonly Ending[] = ['done', 'halted', 'aborted'];
const UNDOING: readonly Undoing[] = ['rollingBack', 'compensating'];
const TIMES = { none: 0, half: 0.5, once: 1, twice: 2 } as const;

export interface Seen {
  readonly worker: {
    readonly context: Progress;
    matches(state: Ending | Undoing | 'down' | { down: Undoing }): boolean;
  };
  readonly storage: { readonly context: { readonly effects: readonly Effect[] } };
}

/** The last step that is still to be undone, or -1. */
function undoNext({ worker, storage }: Seen, mutant: Mutant): number {
  const all = mutant === 'm10' ? 1 : 0;
  const kept = worker.matches('rollingBack') ? worker.context.checkpoint : all;
  const isLeft = (effect: Effect): boolean =>
    effect !== 'none' && !(mutant === 'm11' && effect === 'half');
  return storage.context.effects.findLastIndex((effect, step) => step >= kept && isLeft(effect));
}

/** What is durable of where the worker is: when it is down, where it will go on. */
export function phaseOf({ worker }: Seen): Phase {
  const undoing = UNDOING.find((one) => worker.matches(one) || worker.matches({ down: one }));
  return undoing ?? ENDINGS.find((one) => worker.matches(one)) ?? 'forward';
}

function isTyped({ steps, checkpoint, position, tries }: Progress, triesMax: number): boolean {
  return checkpoint <= steps && position <= steps && tries <= triesMax;
}

/** Whether the first steps have happened, each once, and nothing else. */
const isWhole = ({ storage }: Seen, first: number): boolean =>
  storage.context.effects.every((effect, step) => effect === (step < first ? 'once' : 'none'));

/** Whether what is durable says how far the effects are, and no attempt is open. */
function isOnRecord(s: Seen): boolean {
  const { checkpoint, position, tries } = s.worker.context;
  return position === checkpoint && tries === 0 && isWhole(s, checkpoint);
}

export default defineModel({
  name: 'reference-orchestration',
  description: 'Retry, rollback and compensation in full, with a broken variant for each law.',
  parameters: {
    steps: integer({ default: 2, min: 1, max: 5 }),
    faults: integer({ default: 2, min: 0, max: 5 }),
    retries: integer({ default: 1, min: 0, max: 5 }),
    mutant: choice(MUTANTS),
  },
  build: ({ steps, faults, retries, mutant }) =>
    actors({
      worker: actor(workerOf(mutant), { input: { steps, retriesMax: retries } }),
      storage: actor(storageOf(mutant), { input: { steps } }),
      zombie: actor(zombie),
    }).faultTolerant({
      environment: {
        worker: {
          PERFORM: true,
          SKIP: true,
          CHECKPOINT: true,
          FINISH: true,
          RETRY: true,
          ESCALATE: true,
          ROLL_BACK: true,
          COMPENSATE: true,
          UNDO: (s) => {
            const step = undoNext(s, mutant);
            return step >= 0 && { step };
          },
          END: (s) => undoNext(s, mutant) < 0,
          RESTART: true,
          LOSE_REQUEST: fault({ kind: 'network', persistence: 'transient', class: 'omission' }),
          LOSE_REPLY: fault({ kind: 'network', persistence: 'transient', class: 'omission' }),
          REFUSE: fault({ kind: 'data', persistence: 'permanent', class: 'response' }),
          HALVE: fault({ kind: 'data', persistence: 'partial', class: 'response' }),
          CRASH: fault({ kind: 'node', persistence: 'transient', class: 'crash' }),
          SUSPECT: fault({ kind: 'node', persistence: 'partial', class: 'timing' }, (s) =>
            s.zombie.matches('absent'),
          ),
        },
        zombie: {
          LAND: fault({
            kind: 'network',
            persistence: 'partial',
            class: 'timing',
            budget: Infinity,
          }),
        },
      },
      pools: {
        faults: {
          budget: faults,
          faults: [
            'worker.LOSE_REQUEST',
            'worker.LOSE_REPLY',
            'worker.REFUSE',
            'worker.HALVE',
            'worker.CRASH',
            'worker.SUSPECT',
          ],
        },
      },
      recovery: { transient: 'retry', permanent: 'rollback', partial: 'compensate' },
      consistent: (s) => {
        const { context, matches } = s.worker;
        if (matches({ forward: 'working' })) return isWhole(s, context.position);
        if (matches('halted')) return isWhole(s, context.checkpoint);
        return (matches('done') && isWhole(s, steps)) || (matches('aborted') && isWhole(s, 0));
      },
      properties: {
        'can be done': sometimes((s) => s.worker.matches('done')),
        ...(faults > 0 && {
          'can be halted': sometimes((s) => s.worker.matches('halted')),
          'can be aborted': sometimes((s) => s.worker.matches('aborted')),
          'can be half done': sometimes((s) => s.storage.context.effects.includes('half')),
          'can leave a zombie': sometimes((s) => s.zombie.context.write !== null),
          'every restart fences': everyStep({
            of: (s) => ({ worker: s.worker.context.epoch, storage: s.storage.context.epoch }),
            keeps: (before, after) =>
              after.worker > before.worker && after.storage === after.worker,
            when: (_before, _after, { event }) => event.type === 'RESTART',
          }),
        }),
        ...(faults > 0 &&
          retries > 0 && {
            'every retry counts': everyStep({
              of: (s) => s.worker.context.tries,
              keeps: (before, after) => after === before + 1,
              when: (_before, _after, { event }) => event.type === 'RETRY',
            }),
          }),
        'ends with a true record': always(isOnRecord, {
          when: (s) => ENDINGS.some((ending) => s.worker.matches(ending)),
        }),
        ...laws({
          phase: phaseOf,
          effects: (s) => s.storage.context.effects.map((effect) => TIMES[effect]),
          checkpoint: (s) => s.worker.context.checkpoint,
          position: (s) => (s.worker.matches('down') ? null : s.worker.context.position),
          // The sixth mutant counts its idle steps as tries.
          typed: (s) => isTyped(s.worker.context, mutant === 'm6' ? 3 : retries),
          // To escalate, turn back, undo all and end; or to restart, do all and save most again.
          bound: Math.max(steps + 3, 2 * steps),
          crash: 'worker.CRASH',
          fencing: {
            epoch: (s) => s.storage.context.epoch,
            writers: {
              worker: (s) => s.worker.context.epoch,
              zombie: (s) => s.zombie.context.write?.epoch ?? null,
            },
          },
        }),
      },
    }),
});
