import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { expect } from 'vitest';
import { fromPromise, setup } from 'xstate';
import type * as library from '../../../src/executor.ts';
import { startProxy } from '../../../src/postgres/proxy.ts';
import { errand, type Asked } from './errand.ts';

/** The executor, or a mutant of it. */
export type Library = typeof library;

/** How long something may take that must happen. Milliseconds. */
const PATIENCE_MS = 2000;

async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await sleep(10)) {
    if (await what()) return;
  }
  throw new Error('it never came to that');
}

/** Rejects when the promise does not settle in time. */
const soon = <T>(promise: Promise<T>): Promise<T> =>
  Promise.race([promise, sleep(PATIENCE_MS).then(() => Promise.reject(new Error('never')))]);

async function resultOf(executor: library.Executor, id: string): Promise<unknown> {
  try {
    return await soon(executor.result(id));
  } finally {
    await executor.close();
  }
}

/** An executor of errands, and what its effects were asked for. */
async function errands(lib: Library, url: string, schema: string, during?: () => Promise<void>) {
  const asked: string[] = [];
  const events: string[] = [];
  const act = async ({ input }: { input: Asked }) => {
    asked.push(input.key.split('/')[1] as string);
    await during?.();
    return null;
  };
  const executor = await lib.openExecutor({
    url,
    schema,
    orchestrations: [lib.executable('errand', errand, { effects: { act, undo: act } })],
    logger: ({ event }) => events.push(event),
  });
  return { executor, asked, events };
}

const input = { id: 'e', deeds: ['do', 'do'] };

async function statesOf(lib: Library, url: string, schema: string, id: string) {
  const store = lib.openStore(url, { schema });
  const history = await store.history(id);
  await store.close();
  return history.map(({ state, final }) => {
    const { snapshot } = state as { snapshot: { context: { at: number } } };
    return [snapshot.context.at, final];
  });
}

async function session(url: string, schema: string): Promise<Client> {
  const client = new Client({ connectionString: url, options: `-c search_path=${schema}` });
  await client.connect();
  return client;
}

const parallel = setup({
  actors: {
    act: fromPromise<null>(() => Promise.reject(new Error('provided'))),
    hold: fromPromise<null>(() => Promise.reject(new Error('provided'))),
    saveCheckpoint: fromPromise<void>(() => Promise.reject(new Error('provided'))),
  },
}).createMachine({
  type: 'parallel',
  states: {
    one: {
      initial: 'asking',
      states: { asking: { invoke: { src: 'act', onDone: 'told' } }, told: { type: 'final' } },
    },
    other: {
      initial: 'saving',
      states: {
        saving: { invoke: { src: 'saveCheckpoint', onDone: 'holding' } },
        holding: { invoke: { src: 'hold', onDone: 'held' } },
        held: { type: 'final' },
      },
    },
  },
});

/** Two regions that save at the same time, twice. */
const bothSave = setup({
  actors: {
    act: fromPromise<null>(() => Promise.reject(new Error('provided'))),
    saveCheckpoint: fromPromise<void>(() => Promise.reject(new Error('provided'))),
  },
}).createMachine({
  type: 'parallel',
  states: Object.fromEntries(
    ['one', 'other'].map((region) => [
      region,
      {
        initial: 'saving',
        states: {
          saving: { invoke: { src: 'saveCheckpoint', onDone: 'acting' } },
          acting: { invoke: { src: 'act', onDone: 'savingAgain' } },
          savingAgain: { invoke: { src: 'saveCheckpoint', onDone: 'done' } },
          done: { type: 'final' },
        },
      },
    ]),
  ),
});

/** What must hold of the executor; each throws when it does not. */
export const checks: Readonly<
  Record<string, (lib: Library, url: string, schema: string) => Promise<void>>
> = {
  async 'there is a checkpoint behind each step'(lib, url, schema) {
    const { executor } = await errands(lib, url, schema);
    const id = await executor.start('errand', input);
    await resultOf(executor, id);
    expect(await statesOf(lib, url, schema, id)).toEqual([
      [0, false],
      [1, false],
      [2, false],
      [2, true],
    ]);
  },

  async 'regions that save at once do so one after another'(lib, url, schema) {
    const act = () => Promise.resolve(null);
    const orchestrations = [lib.executable('both', bothSave, { effects: { act } })];
    const executor = await lib.openExecutor({ url, schema, orchestrations });
    const id = await executor.start('both', {});
    await resultOf(executor, id);
    const store = lib.openStore(url, { schema });
    const history = await store.history(id);
    await store.close();
    expect(history.map(({ seq, final }) => [seq, final])).toEqual(
      [0, 1, 2, 3, 4, 5].map((seq) => [seq, seq === 5]),
    );
  },

  async 'a step begins when the checkpoint before it is stored'(lib, url, schema) {
    const other = await session(url, schema);
    await other.query('BEGIN');
    const { executor, asked } = await errands(lib, url, schema, async () => {
      await other.query('SELECT FROM workflows FOR UPDATE');
    });
    const id = await executor.start('errand', { id: 'e', deeds: ['do', 'do'] });
    const waiting = `SELECT FROM pg_locks WHERE NOT granted`;
    await until(async () => (await other.query(waiting)).rowCount !== 0);
    await sleep(50);
    const before = [...asked];
    await other.query('ROLLBACK');
    await other.end();
    await executor.close();
    expect(before).toEqual(['0']);
    expect(id).toBeDefined();
  },

  async 'a worker that was overtaken saves nothing and lets go'(lib, url, schema) {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    const { executor, asked, events } = await errands(lib, url, schema, () => held);
    const id = await executor.start('errand', input);
    await until(() => asked.length === 1);
    const store = lib.openStore(url, { schema });
    await store.recover(id, null, id);
    await store.close();
    release();
    await until(() => events.some((event) => /^workflow\.(lost|blocked|done)$/.test(event)));
    const seen = [...events];
    await executor.close();
    expect(seen).toContain('workflow.lost');
    expect(seen).not.toContain('workflow.blocked');
    expect((await statesOf(lib, url, schema, id)).filter(([at]) => at === 1)).toHaveLength(0);
  },

  async 'an answer that is remembered is not asked for again'(lib, url, schema) {
    let acts = 0;
    let isSaved = false;
    const client = await session(url, schema);
    const rows = async (sql: string): Promise<number> => (await client.query(sql)).rowCount ?? 0;
    const open = (isLast: boolean) => {
      const act = async () => {
        acts += 1;
        await until(() => isSaved);
        return null;
      };
      const hold = () => (isLast ? Promise.resolve(null) : new Promise<null>(() => {}));
      const effects = { act, hold };
      const orchestrations = [lib.executable('parallel', parallel, { effects })];
      return lib.openExecutor({ url, schema, orchestrations });
    };
    const first = await open(false);
    const id = await first.start('parallel', undefined);
    await until(async () => (await rows('SELECT FROM checkpoints')) === 2);
    isSaved = true;
    try {
      await until(async () => (await rows('SELECT FROM effects')) === 1);
    } finally {
      await first.close();
      await client.end();
    }
    const second = await open(true);
    await resultOf(second, id);
    expect(acts).toBe(1);
  },

  async 'a save whose answer is lost is found to be saved'(lib, url, schema) {
    const proxy = await startProxy(url);
    const { executor } = await errands(lib, proxy.url, schema);
    try {
      const cut = proxy.cutAfterCommit('save_checkpoint');
      const id = await executor.start('errand', input);
      expect(await soon(executor.result(id))).toEqual({ done: 2 });
      expect(cut.hasFired).toBe(true);
      expect(await statesOf(lib, url, schema, id)).toHaveLength(4);
    } finally {
      await executor.close();
      await proxy.close();
    }
  },
};
