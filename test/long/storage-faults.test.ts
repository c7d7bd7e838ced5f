import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { expect, it } from 'vitest';
import { classify } from '../../src/postgres/classify.ts';
import { fateOf, markTransaction } from '../../src/postgres/fate.ts';
import { fillDisk, flipBit, storageUnavailable } from '../../src/postgres/faults/storage.ts';
import type { PostgresServer } from '../../src/postgres/server/running.ts';
import { type ServerOptions, startServer } from '../../src/postgres/server/server.ts';
import { openStore } from '../../src/postgres/store.ts';
import { query } from '../postgres/observe.ts';
import { connected, errorOf } from '../postgres/real-errors.ts';
import { startTestServer } from '../postgres/server-under-test.ts';

async function on(
  options: ServerOptions,
  during: (server: PostgresServer) => Promise<void>,
): Promise<void> {
  const server = await startTestServer(options);
  try {
    await during(server);
  } finally {
    await server.stop();
  }
}

it.each([true, false])('a flipped bit is found by page checksums (%s) or by ours', (checksums) =>
  on({ checksums }, async (server) => {
    const [id, head] = [randomUUID(), randomUUID()];
    const store = openStore(server.url);
    await store.migrate();
    await store.start(id, head, { word: 'needle' });
    const evidence = await flipBit(server, 'reconverge.checkpoints', 'needle');
    expect(evidence).toContain('was flipped');
    const select = `SELECT state_data->>'word' FROM reconverge.checkpoints`;
    if (checksums) {
      const thrown = await errorOf(query(server.url, select));
      expect(thrown).toMatchObject({ code: 'XX001' });
      expect(classify(thrown)).toMatchObject({ kind: 'data', consequence: 'permanent' });
    } else {
      // The server returns the wrong value and says nothing.
      expect(await query(server.url, select)).toEqual([['oeedle']]);
    }
    await expect(store.recover(id, head, randomUUID())).rejects.toMatchObject({ code: 'RCV405' });
    await store.close();
  }),
);

it('a backend whose disk is full undoes its transaction, and another one goes on', () =>
  on({}, async (server) => {
    await query(server.url, 'CREATE TABLE big (filler text)');
    const client: Client = await connected(server.url);
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    await client.query('BEGIN');
    const mark = await markTransaction(client);
    await fillDisk(rows[0]?.pid ?? 0);
    const fill = `INSERT INTO big SELECT repeat('x', 1000) FROM generate_series(1, 1000)`;
    const thrown = await errorOf(client.query(fill));
    expect((thrown as Error).message).toMatch(/File too large|could not extend/);
    expect(classify(thrown).kind).toBe('node');
    await client.end();
    expect(await fateOf(server.url, mark, 5000)).toBe('aborted');
    await query(server.url, fill);
  }));

it('a prepared transaction that nobody ends survives a crash with its locks', () =>
  on({ settings: { max_prepared_transactions: '2' } }, async (server) => {
    await query(server.url, 'CREATE TABLE t AS SELECT 1 AS x');
    const client = await connected(server.url);
    await client.query('BEGIN; UPDATE t SET x = 2');
    await client.query(`PREPARE TRANSACTION 'left'`);
    await client.end();
    await server.crash();
    await server.restart();
    const prepared = 'SELECT gid FROM pg_prepared_xacts';
    expect(await query(server.url, prepared)).toEqual([['left']]);
    const locked = await connected(server.url);
    await locked.query(`SET lock_timeout = '50ms'`);
    const thrown = await errorOf(locked.query('UPDATE t SET x = 3'));
    expect(thrown).toMatchObject({ code: '55P03' });
    expect(classify(thrown).consequence).toBe('transient');
    await locked.query(`COMMIT PREPARED 'left'`);
    await expect(locked.query(`ROLLBACK PREPARED 'left'`)).rejects.toMatchObject({ code: '42704' });
    await locked.end();
    expect(await query(server.url, 'SELECT x FROM t')).toEqual([[2]]);
  }));

it('files of a server by its URL are out of reach', () =>
  on({}, async (server) => {
    expect(storageUnavailable(server)).toBeNull();
    const other = await startServer({ url: server.url });
    expect(storageUnavailable(other)).toContain('out of reach');
  }));
