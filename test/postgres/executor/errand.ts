import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import { assign, fromPromise, setup } from 'xstate';
import { executable, type EffectCall } from '../../../src/executor.ts';
import { failure, failureGuards } from '../../../src/model/failure.ts';

/** What an errand is told to do at each of its steps. */
export type Deed = 'do' | 'refuse' | 'stumble' | 'linger' | 'wait';

interface Context {
  readonly id: string;
  readonly deeds: readonly Deed[];
  readonly at: number;
}

export interface Asked {
  /** The same at every repetition: workflow and step. */
  readonly key: string;
  readonly deed: Deed;
}

/**
 * Any number of steps, one after the other, a checkpoint behind each; transient failures are
 * retried, a permanent one or CANCEL undoes what was done, backwards, however often that takes.
 */
export const errand = setup({
  types: {} as {
    context: Context;
    input: { id: string; deeds: readonly Deed[] };
    events: { type: 'CANCEL' };
    output: { done: number };
  },
  actors: {
    act: fromPromise<null, Asked>(() => Promise.reject(new Error('provided'))),
    undo: fromPromise<null, Asked>(() => Promise.reject(new Error('provided'))),
    saveCheckpoint: fromPromise<void, void>(() => Promise.reject(new Error('provided'))),
  },
  guards: {
    ...failureGuards,
    isLast: ({ context }) => context.at >= context.deeds.length,
    isFirst: ({ context }) => context.at < 0,
  },
  actions: {
    forth: assign({ at: ({ context }) => context.at + 1 }),
    back: assign({ at: ({ context }) => context.at - 1 }),
  },
  delays: { backoff: 20 },
}).createMachine({
  id: 'errand',
  context: ({ input }) => ({ id: input.id, deeds: input.deeds, at: 0 }),
  initial: 'acting',
  states: {
    acting: {
      on: { CANCEL: 'deciding' },
      invoke: {
        src: 'act',
        input: ({ context: { id, deeds, at } }) => ({
          key: `${id}/${at}`,
          deed: deeds[at] as Deed,
        }),
        onDone: { target: 'saving', actions: 'forth' },
        onError: [{ guard: 'transient', target: 'pausing' }, { target: 'deciding' }],
      },
    },
    pausing: { on: { CANCEL: 'deciding' }, after: { backoff: 'acting' } },
    saving: {
      invoke: { src: 'saveCheckpoint', onDone: [{ guard: 'isLast', target: 'done' }, 'acting'] },
    },
    deciding: { invoke: { src: 'saveCheckpoint', onDone: 'undoing' } },
    undoing: {
      invoke: {
        src: 'undo',
        input: ({ context: { id, at } }) => ({ key: `${id}/${at}`, deed: 'do' as Deed }),
        onDone: { target: 'undone', actions: 'back' },
        onError: 'undoPausing',
      },
    },
    undoPausing: { after: { backoff: 'undoing' } },
    undone: { always: [{ guard: 'isFirst', target: 'givenUp' }, { target: 'undoing' }] },
    done: { type: 'final' },
    givenUp: { type: 'final' },
  },
  output: ({ context }) => ({ done: context.at }),
});

/** The world: what was really done, once per key, and every time that it was asked. */
export const worldSchema = `
  CREATE TABLE IF NOT EXISTS deeds (key text PRIMARY KEY, undone boolean NOT NULL DEFAULT false);
  CREATE TABLE IF NOT EXISTS asked (
    at bigint GENERATED ALWAYS AS IDENTITY, key text NOT NULL, what text NOT NULL, process int);`;

const act = `
  INSERT INTO deeds (key) VALUES ($1) ON CONFLICT (key) DO NOTHING`;
const undo = `
  INSERT INTO deeds (key, undone) VALUES ($1, true) ON CONFLICT (key) DO UPDATE SET undone = true`;
const note = 'INSERT INTO asked (key, what, process) VALUES ($1, $2, $3)';

const stumbled = new Set<string>();

/** The errand in that world. `lingerMs`: how long a lingering step takes. */
export function errandIn(
  world: Pool,
  options: { version?: string; lingerMs?: number; cancelEvent?: string } = {},
) {
  const { version = '1', lingerMs = 300, cancelEvent = 'CANCEL' } = options;
  return executable('errand', errand, {
    version,
    cancelEvent,
    effects: {
      act: async ({ input, signal }: EffectCall<Asked>) => {
        const { key, deed } = input;
        await world.query(note, [key, 'act', process.pid]);
        if (deed === 'refuse') throw failure('permanent', 'node');
        if (deed === 'stumble' && !stumbled.has(key)) {
          stumbled.add(key);
          throw failure('transient', 'network');
        }
        if (deed === 'linger') await sleep(lingerMs);
        if (deed === 'wait') await sleep(600_000, undefined, { signal });
        await world.query(act, [key]);
        return null;
      },
      undo: async ({ input: { key } }: EffectCall<Asked>) => {
        await world.query(note, [key, 'undo', process.pid]);
        await world.query(undo, [key]);
        return null;
      },
    },
  });
}
