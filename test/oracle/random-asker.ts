import { assign, fromPromise, setup } from 'xstate';
import type { AnyStateMachine } from 'xstate';
import { failureGuards } from '../../src/model/failure.ts';
import type { Dice } from './dice.ts';

const effect = fromPromise<{ seen: number }, { key: string }>(() => {
  throw new Error('never run');
});
const save = fromPromise(async () => {});
const input = { key: 'k' };

/** A clock that runs while something else is waited for. */
const ticking = { tick: { after: { 1: 'tock' } }, tock: { after: { 1: 'tick' } } } as const;

type Tag = 'retry' | 'rollback' | 'compensate';

/**
 * An orchestrator in the usual shape (ask, save, retry, roll back), with every joint chosen at
 * random: some choices are right, some are the bugs that people write. Without a checkpoint it
 * passes where it would save.
 */
export function randomAsker(dice: Dice, checkpointed: boolean): AnyStateMachine {
  const durably = <const T extends string>(target: T) =>
    checkpointed
      ? { invoke: { src: 'save', onDone: { target } } as const }
      : { always: { target } };
  const ends = ['saving', 'completed', 'completed'] as const;
  const reactions = ['retrying', 'undoing', 'intent', 'fixing', 'cancelled'] as const;
  const usually = <T>(right: T, others: readonly T[]): T =>
    dice.chance(3, 5) ? right : dice.pick(others);
  const tagged = (right: Tag): Tag[] =>
    dice.chance(1, 6) ? [] : [usually(right, ['retry', 'rollback', 'compensate'])];
  const timeout = dice.chance(1, 5);
  const clock = dice.chance(1, 5);
  const unhandled = dice.chance(1, 12);
  const patient = dice.chance(1, 3);
  const onError = [
    { guard: 'transient', target: usually('retrying', reactions) },
    { guard: 'partial', target: usually('fixing', reactions) },
    { target: usually('intent', reactions) },
  ] as const;
  return setup({
    types: {} as {
      context: { tries: number; done: boolean; noted: boolean };
      tags: Tag;
    },
    actors: { call: effect, undo: effect, save },
    guards: {
      ...failureGuards,
      exhausted: ({ context }) => context.tries >= 1 && !patient,
      fresh: ({ context }) => !context.noted,
      wasDone: ({ context }) => context.done,
    },
  }).createMachine({
    id: 'asker',
    initial: dice.pick(['asking', 'waiting', 'before']),
    context: { tries: 0, done: false, noted: false },
    // What is noted while a save is pending is not in the snapshot that is saved.
    on: { NOTE: { guard: 'fresh', actions: assign({ noted: true }) } },
    states: {
      waiting: { on: { GO: { target: 'asking' } } },
      before: durably('asking'),
      asking: {
        invoke: {
          src: 'call',
          input,
          onDone: { target: dice.pick(ends), actions: assign({ done: true }) },
          ...(!unhandled && { onError }),
        },
        ...(clock && { initial: 'tick', states: ticking }),
        ...(timeout && {
          after: { 10: { target: dice.pick(['undoing', 'intent', 'completed']) } },
        }),
      },
      saving: durably('completed'),
      retrying: {
        tags: tagged('retry'),
        entry: assign({ tries: ({ context }) => Math.min(2, context.tries + 1) }),
        always: { guard: 'exhausted', target: usually('intent', ['cancelled', 'undoing']) },
        after: { 10: { target: 'asking' } },
      },
      intent: { tags: tagged('rollback'), ...durably('undoing') },
      undoing: {
        tags: tagged('rollback'),
        invoke: {
          src: 'undo',
          input,
          onDone: { target: 'cancelled' },
          onError: { target: usually('undoing', ['cancelled', 'fixing']), reenter: true },
        },
      },
      fixing: {
        tags: tagged('compensate'),
        always: { guard: 'wasDone', target: 'undoing' },
        invoke: {
          src: 'undo',
          input,
          onDone: { target: dice.pick(['asking', 'undoing', 'cancelled']) },
          onError: { target: 'cancelled' },
        },
      },
      completed: { type: 'final' },
      cancelled: dice.chance(5, 6) ? { type: 'final' } : {},
    },
  }) as AnyStateMachine;
}
