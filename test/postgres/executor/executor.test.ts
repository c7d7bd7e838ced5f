import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  migrate,
  openExecutor,
  openStore,
  workflowIdOf,
  type Executor,
  type ExecutorOptions,
} from '../../../src/executor.ts';
import { Journal } from '../../../src/postgres/executor/journal.ts';
import { targetOf } from '../../../src/postgres/store.ts';
import type { PostgresServer } from '../../../src/postgres/server/running.ts';
import { startTestServer } from '../server-under-test.ts';
import { errandIn, worldSchema, type Deed } from './errand.ts';

let server: PostgresServer;
let world: Pool;
const open = new Set<Executor>();
beforeAll(async () => {
  server = await startTestServer();
  world = new Pool({ connectionString: server.url, max: 4 });
  await world.query(worldSchema);
  await migrate(server.url);
});
afterEach(async () => {
  await Promise.all([...open].map((one) => one.close()));
  open.clear();
});
afterAll(async () => {
  await world.end();
  await server.stop();
});

async function executor(options: Partial<ExecutorOptions> = {}): Promise<Executor> {
  const { url } = server;
  const made = await openExecutor({ url, orchestrations: [errandIn(world)], ...options });
  open.add(made);
  return made;
}

const input = (deeds: readonly Deed[], id: string = randomUUID()) => ({ id, deeds });

/** Keys of the deeds that stand, and those undone. */
async function deedsOf(id: string): Promise<{ stand: number; undone: number }> {
  const sql = 'SELECT undone, count(*)::int AS n FROM deeds WHERE key LIKE $1 GROUP BY undone';
  const { rows } = await world.query<{ undone: boolean; n: number }>(sql, [`${id}/%`]);
  const count = (which: boolean): number => rows.find(({ undone }) => undone === which)?.n ?? 0;
  return { stand: count(false), undone: count(true) };
}

async function until(what: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (await what()) return;
    await sleep(25);
  }
  throw new Error('it never came to that');
}

describe('a workflow', () => {
  it('runs to its end, with a checkpoint behind each step', async () => {
    const one = await executor();
    const given = input(['do', 'stumble', 'do']);
    const id = await one.start('errand', given, { key: 'first' });
    expect(id).toBe(workflowIdOf('errand', 'first'));
    expect(await one.result(id)).toEqual({ done: 3 });
    expect(await deedsOf(given.id)).toEqual({ stand: 3, undone: 0 });
    const status = await one.status(id);
    expect(status).toMatchObject({ is: 'done', key: 'first', epoch: 1, value: 'done' });
    const store = openStore(server.url);
    const history = await store.history(id);
    await store.close();
    expect(history.map(({ seq, final }) => [seq, final])).toEqual([
      [0, false],
      [1, false],
      [2, false],
      [3, false],
      [4, true],
    ]);
  });

  it('undoes what was done when a step is refused', async () => {
    const one = await executor();
    const given = input(['do', 'do', 'refuse', 'do']);
    const id = await one.start('errand', given);
    expect(await one.result(id)).toEqual({ done: -1 });
    expect((await one.status(id)).value).toBe('givenUp');
    expect(await deedsOf(given.id)).toEqual({ stand: 0, undone: 3 });
  });

  it('is started once, however often it is asked for, and refuses to be another', async () => {
    const [one, two] = [await executor(), await executor()];
    const given = input(['do', 'linger']);
    const asked = [one, two, one, two].map((each) => each.start('errand', given, { key: 'once' }));
    const ids = await Promise.all(asked);
    expect(new Set(ids).size).toBe(1);
    await two.result(ids[0] as string);
    expect(await deedsOf(given.id)).toEqual({ stand: 2, undone: 0 });
    await one.start('errand', given, { key: 'once' });
    const other = one.start('errand', input(['do']), { key: 'once' });
    await expect(other).rejects.toMatchObject({ code: 'RCV410' });
  });

  it('is not known, or not of this executor: coded errors', async () => {
    const one = await executor();
    await expect(one.status(randomUUID())).rejects.toMatchObject({ code: 'RCV406' });
    await expect(one.start('arrand', {})).rejects.toMatchObject({ code: 'RCV431' });
    await one.close();
    await expect(one.start('errand', input([]))).rejects.toMatchObject({ code: 'RCV437' });
  });
});

describe('many workflows', () => {
  it('run side by side, in two executors, each step done once', async () => {
    const executors = [await executor({ concurrency: 4 }), await executor({ concurrency: 4 })];
    const given = Array.from({ length: 60 }, () => input(['do', 'stumble', 'do']));
    const ids = await Promise.all(
      given.map((one, at) => (executors[at % 2] as Executor).start('errand', one)),
    );
    for (const id of ids) expect(await executors[0]?.result(id)).toEqual({ done: 3 });
    for (const { id } of given) expect(await deedsOf(id)).toEqual({ stand: 3, undone: 0 });
    const sql = `SELECT count(*)::int AS n FROM asked WHERE key LIKE ANY ($1)`;
    const { rows } = await world.query(sql, [given.map(({ id }) => `${id}/%`)]);
    // 3 steps, one of which stumbles once; nobody died, so nobody asked again.
    expect(rows).toEqual([{ n: 60 * 4 }]);
  });

  it('that nobody has room for wait, and are begun as soon as there is room', async () => {
    const client = await executor({ concurrency: 0 });
    const given = input(['do']);
    const id = await client.start('errand', given);
    await sleep(100);
    expect((await client.status(id)).is).toBe('waiting');
    await executor({ pollMs: 600_000 });
    expect(await client.result(id)).toEqual({ done: 1 });
  });

  it('started elsewhere are heard of, without waiting for the next look', async () => {
    await executor({ pollMs: 600_000 });
    await sleep(200);
    const client = await executor({ concurrency: 0 });
    const id = await client.start('errand', input(['do']));
    expect(await client.result(id)).toEqual({ done: 1 });
  });

  it('keep to their version', async () => {
    const [old, young] = [errandIn(world, { version: '1' }), errandIn(world, { version: '2' })];
    const client = await executor({ concurrency: 0, orchestrations: [old] });
    const id = await client.start('errand', input(['do']));
    const second = await executor({ orchestrations: [young], pollMs: 50 });
    await sleep(300);
    expect(await client.status(id)).toMatchObject({ is: 'waiting', version: '1' });
    expect(await second.recover()).toBe(0);
    const both = await executor({ orchestrations: [old, young], pollMs: 50 });
    expect(await both.result(id)).toEqual({ done: 1 });
  });
});

describe('cancelling', () => {
  it('reaches the machine wherever it runs', async () => {
    const [one, two] = [await executor(), await executor({ concurrency: 0 })];
    const given = input(['do', 'wait']);
    const id = await one.start('errand', given);
    await until(async () => (await deedsOf(given.id)).stand === 1);
    expect(await two.cancel(id)).toBe(true);
    expect(await one.result(id)).toEqual({ done: -1 });
    expect(await deedsOf(given.id)).toEqual({ stand: 0, undone: 2 });
    expect(await two.cancel(id)).toBe(false);
  });

  it('outlives the worker that was asked', async () => {
    const client = await executor({ concurrency: 0 });
    const given = input(['wait']);
    const id = await client.start('errand', given);
    await client.cancel(id);
    const one = await executor();
    expect(await one.result(id)).toEqual({ done: -1 });
  });

  it('is refused by an orchestration that has no event for it', async () => {
    const definition = { ...errandIn(world), cancelEvent: null };
    const one = await executor({ orchestrations: [definition] });
    const id = await one.start('errand', input(['linger']));
    await expect(one.cancel(id)).rejects.toMatchObject({ code: 'RCV433' });
  });
});

describe('recovery', () => {
  it('takes over what a closed executor lets go of', async () => {
    const one = await executor();
    const given = input(['do', 'linger', 'do']);
    const id = await one.start('errand', given);
    await until(async () => (await deedsOf(given.id)).stand === 1);
    await one.close();
    const two = await executor();
    expect(await two.result(id)).toEqual({ done: 3 });
    expect((await two.status(id)).epoch).toBe(2);
    expect(await deedsOf(given.id)).toEqual({ stand: 3, undone: 0 });
  });

  it('waits for the end of a closing executor that drains', async () => {
    const one = await executor();
    const id = await one.start('errand', input(['linger', 'do']));
    await one.close({ drain: true });
    const client = await executor({ concurrency: 0 });
    expect(await client.status(id)).toMatchObject({ is: 'done', epoch: 1 });
  });

  it('leaves alone what a live executor holds', async () => {
    const one = await executor({ leaseMs: 60_000 });
    const id = await one.start('errand', input(['wait']));
    const two = await executor();
    expect(await two.recover()).toBe(0);
    expect((await one.status(id)).epoch).toBe(1);
    await one.cancel(id);
    await one.result(id);
  });

  it('finds what a lost answer had claimed, and what was abandoned', async () => {
    const limits = { patienceMs: 1000, attemptMs: 1000, connections: 1 };
    const journal = new Journal(targetOf(server.url, 'reconverge'), limits);
    const client = await executor({ concurrency: 0 });
    const id = await client.start('errand', input(['do']));
    const worker = randomUUID();
    const kinds = [{ name: 'errand', version: '1' }];
    await journal.renew(worker, 60_000, 'this test');
    const claim = (name: string, abandoned: readonly string[] = []) =>
      journal.claim({ worker, claim: name, abandoned }, kinds, 5);
    const [first, second] = [randomUUID(), randomUUID()];
    const taken = await claim(first);
    expect(taken.map(({ workflowId, epoch }) => [workflowId, epoch])).toEqual([[id, 2]]);
    expect(await claim(second)).toEqual([]);
    expect((await claim(first)).map(({ epoch }) => epoch)).toEqual([3]);
    expect((await claim(second, [id])).map(({ epoch }) => epoch)).toEqual([4]);
    await journal.release(worker);
    await journal.close();
  });

  it('lets go of everything when the lease has run out', async () => {
    const lost: string[] = [];
    const one = await executor({
      leaseMs: 300,
      logger: ({ event }) => void lost.push(event),
    });
    const given = input(['do', 'linger', 'do']);
    const id = await one.start('errand', given);
    await world.query(`UPDATE reconverge.workers SET lease_until = now() - interval '1 minute'`);
    expect(await one.result(id)).toEqual({ done: 3 });
    expect(lost).toContain('workflow.lost');
    expect((await one.status(id)).epoch).toBeGreaterThan(1);
    expect(await deedsOf(given.id)).toEqual({ stand: 3, undone: 0 });
  });
});
