import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { nothingLeft } from './left-behind.ts';
import { startServer } from '../../src/postgres/server/server.ts';
import type { Report } from '../../src/model/verdict.ts';

const main = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));
/** Twenty in the long run, to meet start-up, running and recovery closely. */
const KILLS = process.env['RECONVERGE_TESTS'] === 'long' ? 20 : 3;
let folder: string;
let data: string;
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'reconverge-test-')));
  spawnSync('chmod', ['755', folder]);
  data = join(folder, 'data');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const args = (workflows: number, seed: number): string[] => [
  main,
  'run',
  'order-fulfilment',
  `--workflows=${workflows}`,
  `--seed=${seed}`,
  '--faults=0.4',
  `--data=${data}`,
  '--json',
];

/** Delays spread over start-up, running and recovery. Milliseconds. */
const delayOf = (round: number): number => 400 + ((round * 7) % KILLS) * (2800 / KILLS);

it('a run of nothing says that it is about nothing', () => {
  const env = { ...process.env, RECONVERGE_TEST: folder };
  const { status, stdout } = spawnSync(process.execPath, args(0, 1), { encoding: 'utf8', env });
  expect(status).toBe(0);
  const [property] = (JSON.parse(stdout) as Report).properties;
  expect(property).toMatchObject({ vacuous: true, values: { completed: 0 } });
});

it(`survives kill -9 of the parent ${KILLS} times: no process left, nothing lost or doubled`, async () => {
  const env = { ...process.env, RECONVERGE_TEST: folder };
  for (let round = 0; round < KILLS; round += 1) {
    const run = spawn(process.execPath, args(3, round), { stdio: 'ignore', env });
    const exited = once(run, 'exit');
    await sleep(delayOf(round));
    run.kill('SIGKILL');
    await exited;
    await nothingLeft(folder, () => true);
  }
  const last = spawnSync(process.execPath, args(0, 99), { encoding: 'utf8', env });
  expect(last.stderr).not.toContain('error');
  expect(last.status).toBe(0);
  const report = JSON.parse(last.stdout) as Report;
  expect(report.result).toBe('holds');
  expect(report.properties[0]?.vacuous).toBe(false);
  const completed = Number(report.properties[0]?.values['completed']);
  expect(completed).toBeGreaterThan(0);
  await nothingLeft(folder, () => true);
  await bookkeeping(completed);
}, 200_000);

/** Counts in the tables themselves, without any code of the executor. */
async function bookkeeping(completed: number): Promise<void> {
  const server = await startServer({ dataDirectory: data });
  const client = new Client({ connectionString: server.url });
  await client.connect();
  try {
    const { rows } = await client
      .query<{ end: string; stock: string; payment: string; shipment: string }>(
        `set search_path to reconverge_run;
       select 1`,
      )
      .then(() =>
        client.query(`
        select c.state_data -> 'snapshot' ->> 'value' as end,
          coalesce(s.status, 'none') as stock, coalesce(p.status, 'none') as payment,
          coalesce(h.status, 'none') as shipment
        from orders o join workflows w using (workflow_id)
        join checkpoints c on c.workflow_id = w.workflow_id and c.checkpoint_id = w.head_id
        left join stock s on s.key = o.workflow left join payments p on p.key = o.workflow
        left join shipments h on h.key = o.workflow`),
      );
    expect(rows).toHaveLength(completed);
    for (const { end, stock, payment, shipment } of rows) {
      const effects = [stock, payment, shipment];
      if (end === 'completed') expect(effects).toEqual(['full', 'full', 'full']);
      else expect([end, ...effects].filter((one) => one === 'full' || one === 'half')).toEqual([]);
      expect(['completed', 'cancelled']).toContain(end);
    }
    const unfinished = await client.query(`select 1 from workflows where status <> 'done'`);
    expect(unfinished.rows).toEqual([]);
  } finally {
    await client.end();
    await server.stop();
  }
}
