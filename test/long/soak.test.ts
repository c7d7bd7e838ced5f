import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { migrate, openExecutor, type Executor } from '../../src/executor.ts';
import { startProxy, type PostgresProxy } from '../../src/postgres/proxy.ts';
import type { PostgresServer } from '../../src/postgres/server/running.ts';
import { errandIn, worldSchema, type Deed } from '../postgres/executor/errand.ts';
import { workerProcess, type WorkerProcess } from '../postgres/executor/workers.ts';
import { processesNaming } from '../postgres/observe.ts';
import { startTestServer } from '../postgres/server-under-test.ts';

const SECONDS = Number(process.env['RECONVERGE_SOAK_SECONDS'] ?? 600);
const WORKERS = 8;
/** Errands under way at once. */
const LANES = 12;

let server: PostgresServer;
let proxy: PostgresProxy;
let world: Pool;
let client: Executor;
const workers: WorkerProcess[] = [];

const begin = (): Promise<WorkerProcess> =>
  workerProcess({ url: proxy.url, leaseMs: 1500, concurrency: 4 });

beforeAll(async () => {
  server = await startTestServer({ settings: { max_connections: '200' } });
  proxy = await startProxy(server.url);
  world = new Pool({ connectionString: server.url, max: 4 });
  world.on('error', () => undefined);
  await world.query(worldSchema);
  await migrate(server.url);
  const { url } = server;
  const orchestrations = [errandIn(world)];
  client = await openExecutor({ url, orchestrations, concurrency: 0, patienceMs: 120_000 });
  for (let at = 0; at < WORKERS; at += 1) workers.push(await begin());
}, 120_000);
afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.signal('SIGKILL')));
  await client.close();
  await world.end();
  await proxy.close();
  await server.stop();
});

const anyOf = <T>(things: readonly T[]): T =>
  things[Math.floor(Math.random() * things.length)] as T;

/** Each strikes once, and says that it did. */
const faults: Readonly<Record<string, () => Promise<void>>> = {
  'a worker is killed': async () => {
    const at = Math.floor(Math.random() * WORKERS);
    await workers[at]?.signal('SIGKILL');
    workers[at] = await begin();
  },
  'a worker is frozen for longer than its lease': async () => {
    const worker = anyOf(workers);
    await worker.signal('SIGSTOP');
    await sleep(2500);
    await worker.signal('SIGCONT');
  },
  'backends are terminated': async () => {
    await world.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND random() < 0.3`,
    );
  },
  'every connection is cut': async () => {
    expect(proxy.cutAll()).toBeGreaterThan(0);
    await sleep(0);
  },
  'a commit is cut off before it': async () => {
    const cut = proxy.cutBeforeCommit('save_checkpoint');
    await Promise.race([cut.fired, sleep(500)]);
    cut.disarm();
  },
  'a commit is cut off from its answer': async () => {
    const cut = proxy.cutAfterCommit('save_checkpoint');
    await Promise.race([cut.fired, sleep(500)]);
    cut.disarm();
  },
  'a claim is cut off from its answer': async () => {
    const cut = proxy.cutAfterCommit('claim_executions');
    await Promise.race([cut.fired, sleep(500)]);
    cut.disarm();
  },
  'nothing passes for a while': async () => {
    proxy.stall();
    await sleep(800);
    proxy.flow();
  },
  'the server crashes': async () => {
    await server.crash();
    await server.restart();
  },
};

const WAYS: readonly (readonly Deed[])[] = [
  ['do', 'do', 'do'],
  ['do', 'linger', 'do'],
  ['stumble', 'do', 'linger', 'do'],
  ['do', 'do', 'refuse', 'do'],
];

interface Errand {
  readonly id: string;
  readonly workflowId: string;
  readonly deeds: readonly Deed[];
}

/** What is wrong with an errand that was acknowledged; empty: nothing. */
async function wrongWith({ id, workflowId, deeds }: Errand): Promise<string[]> {
  const wrong: string[] = [];
  const refused = deeds.indexOf('refuse');
  const { is, output } = await client.status(workflowId);
  const expected = refused === -1 ? deeds.length : -1;
  if (is !== 'done') wrong.push(`${id} is ${is}`);
  if ((output as { done: number } | undefined)?.done !== expected) {
    wrong.push(`${id} ended with ${JSON.stringify(output)}, not ${expected}`);
  }
  const { rows } = await world.query<{ undone: boolean; n: number }>(
    'SELECT undone, count(*)::int AS n FROM deeds WHERE key LIKE $1 GROUP BY undone',
    [`${id}/%`],
  );
  const stand = rows.find(({ undone }) => !undone)?.n ?? 0;
  const undone = rows.find((row) => row.undone)?.n ?? 0;
  const due = refused === -1 ? [deeds.length, 0] : [0, refused + 1];
  if (stand !== due[0] || undone !== due[1]) wrong.push(`${id} did ${stand}, undid ${undone}`);
  return wrong;
}

it(`survives ${SECONDS} s of faults, one each second`, { timeout: 3_600_000 }, async () => {
  const until = performance.now() + SECONDS * 1000;
  const errands: Errand[] = [];
  const struck = new Map<string, number>();
  const lane = async (): Promise<void> => {
    while (performance.now() < until) {
      const id = randomUUID();
      const deeds = anyOf(WAYS);
      const workflowId = await client.start('errand', { id, deeds });
      errands.push({ id, workflowId, deeds });
      await client.result(workflowId);
    }
  };
  const striking = async (): Promise<void> => {
    const names = Object.keys(faults);
    for (let at = 0; performance.now() < until; at += 1) {
      const name = at < names.length ? (names[at] as string) : anyOf(names);
      const struckAt = performance.now();
      try {
        await faults[name]?.();
        struck.set(name, (struck.get(name) ?? 0) + 1);
      } catch {
        // It needed the server that another fault had taken away.
      }
      await sleep(Math.max(0, 1000 - (performance.now() - struckAt)));
    }
  };
  await Promise.all([striking(), ...Array.from({ length: LANES }, lane)]);
  console.log(`${errands.length} errands; ${JSON.stringify(Object.fromEntries(struck))}`);

  expect([...struck.keys()].toSorted()).toEqual(Object.keys(faults).toSorted());
  expect(errands.length).toBeGreaterThan(SECONDS / 5);
  const wrong: string[] = [];
  for (const errand of errands) wrong.push(...(await wrongWith(errand)));
  expect(wrong).toEqual([]);
  const stuck = `SELECT workflow_id FROM reconverge.workflows WHERE status = 'running'`;
  expect((await world.query(stuck)).rows).toEqual([]);
  // Whoever was fenced has written nothing after whoever fenced him.
  const stale = `
    SELECT FROM reconverge.checkpoints AS a JOIN reconverge.checkpoints AS b USING (workflow_id)
    WHERE a.seq < b.seq AND a.epoch > b.epoch`;
  expect((await world.query(stale)).rowCount).toBe(0);
  const broken = `
    SELECT w.workflow_id FROM reconverge.workflows AS w
    WHERE (SELECT count(*) FROM reconverge.intact_checkpoints(w.workflow_id)) <> (
      SELECT count(*) FROM reconverge.checkpoints AS c
      WHERE c.workflow_id = w.workflow_id AND c.superseded_by IS NULL)`;
  expect((await world.query(broken)).rows).toEqual([]);
  await Promise.all(workers.map((worker) => worker.signal('SIGKILL')));
  expect(processesNaming('errand-worker.ts')).toEqual([]);
});
