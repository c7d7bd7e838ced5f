import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'pg';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { migrate, openExecutor, openStore, type Executor } from '../../../src/executor.ts';
import type { PostgresServer } from '../../../src/postgres/server/running.ts';
import { startTestServer } from '../server-under-test.ts';
import { errandIn, worldSchema } from './errand.ts';
import { workerProcess, type WorkerProcess } from './workers.ts';

let server: PostgresServer;
let world: Pool;
let client: Executor;
const workers: WorkerProcess[] = [];
beforeAll(async () => {
  server = await startTestServer();
  world = new Pool({ connectionString: server.url, max: 4 });
  world.on('error', () => undefined);
  await world.query(worldSchema);
  await migrate(server.url);
  const orchestrations = [errandIn(world)];
  client = await openExecutor({ url: server.url, orchestrations, concurrency: 0 });
});
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.signal('SIGKILL')));
});
afterAll(async () => {
  await client.close();
  await world.end();
  await server.stop();
});

async function begin(leaseMs = 500, concurrency = 8): Promise<WorkerProcess> {
  const made = await workerProcess({ url: server.url, leaseMs, concurrency });
  workers.push(made);
  return made;
}

const start = (count: number) =>
  Promise.all(
    Array.from({ length: count }, async () => {
      const id = randomUUID();
      const input = { id, deeds: ['do', 'linger', 'do'] };
      return { id, workflowId: await client.start('errand', input) };
    }),
  );

/** How often each step of those errands was asked for: [step, times]. */
async function askedFor(ids: readonly string[]): Promise<[string, number][]> {
  const { rows } = await world.query<{ key: string; n: number }>(
    `SELECT key, count(*)::int AS n FROM asked WHERE key LIKE ANY ($1) GROUP BY key ORDER BY key`,
    [ids.map((id) => `${id}/%`)],
  );
  return rows.map(({ key, n }) => [key, n]);
}

async function standing(ids: readonly string[]): Promise<number> {
  const sql = 'SELECT count(*)::int AS n FROM deeds WHERE key LIKE ANY ($1) AND NOT undone';
  const { rows } = await world.query<{ n: number }>(sql, [ids.map((id) => `${id}/%`)]);
  return rows[0]?.n ?? 0;
}

it('a killed worker loses nothing: another one goes on from the checkpoints', async () => {
  const one = await begin();
  const errands = await start(6);
  const ids = errands.map(({ id }) => id);
  const isSecond = ([key]: [string, number]): boolean => key.endsWith('/1');
  while ((await askedFor(ids)).filter(isSecond).length < 6) await sleep(10);
  await one.signal('SIGKILL');
  const two = await begin();
  for (const { workflowId } of errands) {
    expect(await client.result(workflowId)).toEqual({ done: 3 });
    expect((await client.status(workflowId)).epoch).toBeGreaterThan(2);
  }
  expect(two.log.filter(({ event }) => event === 'workflow.recovered')).toHaveLength(6);
  expect(await standing(ids)).toBe(18);
  // The first step was behind a checkpoint, the second one was under way or done.
  const asked = await askedFor(ids);
  expect(asked.filter(([key, n]) => key.endsWith('/0') && n === 1)).toHaveLength(6);
  expect(asked.filter(isSecond).some(([, n]) => n === 2)).toBe(true);
});

it('a worker that was frozen wakes up fenced, lets go, and works on under a new lease', async () => {
  const one = await begin();
  const errands = await start(4);
  const ids = errands.map(({ id }) => id);
  while ((await standing(ids)) < 4) await sleep(10);
  await one.signal('SIGSTOP');
  const two = await begin();
  for (const { workflowId } of errands) {
    expect(await client.result(workflowId)).toEqual({ done: 3 });
  }
  await two.signal('SIGKILL');
  const finished = await Promise.all(errands.map(({ workflowId }) => epochAndHead(workflowId)));
  await one.signal('SIGCONT');
  for (let tries = 0; tries < 100; tries += 1) {
    if (one.log.filter(({ event }) => event === 'workflow.lost').length === 4) break;
    await sleep(50);
  }
  expect(one.log.filter(({ event }) => event === 'workflow.lost')).toHaveLength(4);
  // What it woke up in the middle of changed nothing.
  const after = await Promise.all(errands.map(({ workflowId }) => epochAndHead(workflowId)));
  expect(after).toEqual(finished);
  expect(await standing(ids)).toBe(12);
  const [later] = await start(1);
  expect(await client.result(later?.workflowId ?? '')).toEqual({ done: 3 });
});

async function epochAndHead(workflowId: string) {
  const store = openStore(server.url);
  const { epoch, checkpointId, status } = await store.head(workflowId);
  await store.close();
  return { epoch, checkpointId, status };
}

it('a crash of the server stops nobody for longer than it lasts', async () => {
  await begin();
  const errands = await start(4);
  const ids = errands.map(({ id }) => id);
  while ((await standing(ids)) < 4) await sleep(10);
  await server.crash();
  await server.restart();
  for (const { workflowId } of errands) {
    expect(await client.result(workflowId)).toEqual({ done: 3 });
  }
  expect(await standing(ids)).toBe(12);
});
