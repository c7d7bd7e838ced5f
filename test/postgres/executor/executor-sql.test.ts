import { readFileSync } from 'node:fs';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Journal } from '../../../src/postgres/executor/journal.ts';
import type { PostgresServer } from '../../../src/postgres/server/running.ts';
import { startTestServer } from '../server-under-test.ts';
import { targetOf } from '../../../src/postgres/store.ts';
import { mutants, scenarios, type Bench } from './scenarios.ts';

const scriptOf = (name: string): string =>
  readFileSync(new URL(`../../../spec/${name}.sql`, import.meta.url), 'utf8');
const right = scriptOf('executor');

let server: PostgresServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

let schemas = 0;

async function withBench(script: string, use: (bench: Bench) => Promise<void>): Promise<void> {
  const url = targetOf(server.url, `bench_${schemas++}`);
  const client = new Client({ connectionString: url });
  await client.connect();
  const limits = { patienceMs: 1000, attemptMs: 1500, connections: 6 };
  const journal = new Journal(url, limits);
  const sql = async (text: string, values: readonly unknown[] = []) =>
    (await client.query<Record<string, unknown>>(text, [...values])).rows;
  try {
    await client.query(`CREATE SCHEMA bench_${schemas - 1}`);
    await client.query(scriptOf('checkpoints'));
    await client.query(script);
    await use({ url, journal, sql });
  } finally {
    await journal.close();
    await client.end();
  }
}

describe('the functions', () => {
  test.each(Object.entries(scenarios))('%s', async (_, scenario) => {
    await withBench(right, scenario);
  });
});

describe('each seeded bug is noticed', () => {
  test.each(mutants)('%s', async (_, from, to, noticedBy) => {
    const wrong = right.replace(from, to);
    expect(wrong).not.toBe(right);
    const scenario = scenarios[noticedBy] as (bench: Bench) => Promise<void>;
    const noticed = await withBench(wrong, scenario).then(
      () => null,
      (thrown: unknown) => thrown as Error & { code?: string },
    );
    expect(noticed).toBeInstanceOf(Error);
    // By what it does, and not because it is no SQL.
    expect(noticed?.code ?? '').not.toMatch(/^(22|42)/);
  });
});
