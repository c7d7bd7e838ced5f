import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'pg';
import { executable, migrate, openExecutor, type EffectCall } from '../../../src/executor.ts';
import { machine } from './ours.ts';

/** Milliseconds after the death of the worker that held them all. */
export interface Recovered {
  readonly first: number;
  readonly all: number;
}

/** How long a dead worker is waited for. Milliseconds. */
export const LEASE_MS = 2000;

/**
 * `backlog` workflows, all held by a worker that has just died, and one executor that lives: when
 * is the first of them at its end, and when the last? The lease runs from the death.
 */
export async function recovery(url: string, backlog: number): Promise<Recovered> {
  const schema = `backlog_${backlog}`;
  await migrate(url, { schema });
  const ended = new Set<string>();
  const step = ({ input, key }: EffectCall<{ at: number }>) => {
    if (input.at === 4) ended.add(key);
    return Promise.resolve(input.at);
  };
  const orchestrations = [executable('five', machine, { effects: { step } })];
  const client = await openExecutor({ url, schema, concurrency: 0, orchestrations });
  for (let from = 0; from < backlog; from += 500) {
    const count = Math.min(500, backlog - from);
    await Promise.all(
      Array.from({ length: count }, (_, at) => client.start('five', { order: `${from + at}` })),
    );
  }
  const pool = new Pool({ connectionString: url, options: `-c search_path=${schema}`, max: 1 });
  const dead = randomUUID();
  await pool.query('UPDATE executions SET owner = $1', [dead]);
  await pool.query('ANALYZE');
  await pool.query('SELECT renew_lease($1, $2, $3)', [dead, LEASE_MS, 'dead']);
  const died = performance.now();
  const executor = await openExecutor({
    url,
    schema,
    orchestrations,
    concurrency: 32,
    leaseMs: LEASE_MS,
    pollMs: 100,
  });
  while (ended.size === 0) await sleep(5);
  const first = performance.now() - died;
  while (ended.size < backlog) await sleep(5);
  const all = performance.now() - died;
  await executor.close({ drain: true });
  await client.close();
  await pool.end();
  return { first, all };
}
