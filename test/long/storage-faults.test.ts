import { randomUUID } from 'node:crypto';
import { chownSync, mkdirSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { classify } from '../../src/postgres/classify.ts';
import { fateOf, markTransaction } from '../../src/postgres/fate.ts';
import { fillDisk, flipBit, storageUnavailable } from '../../src/postgres/faults/storage.ts';
import { openDisk, whyNoPowerCut, type PowerDisk } from '../../src/postgres/power/disk.ts';
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
    expect(thrown).toMatchObject({ code: 'XX000' });
    expect(classify(thrown).kind).toBe('node');
    await client.end();
    expect(await fateOf(server.url, mark, 5000)).toBe('aborted');
    await query(server.url, fill);
  }));

const obstacle = await whyNoPowerCut();
if (obstacle !== null) console.warn(`full file systems (tier T3) unavailable: ${obstacle}`);

describe('T3, a file system of its own', { timeout: 120_000 }, () => {
  let disk: PowerDisk | null = null;
  beforeEach(({ skip }) => {
    if (obstacle !== null) skip(`unavailable: ${obstacle}`);
  });
  afterEach(async () => {
    await disk?.close();
    disk = null;
  });

  it('a tablespace that is full refuses its rows, and other tables go on', () =>
    on({}, async (server) => {
      disk = await openDisk(16);
      const location = join(disk.folder, 'small');
      mkdirSync(location, { mode: 0o700 });
      const { uid, gid } = statSync(server.dataDirectory ?? '');
      chownSync(location, uid, gid);
      await query(server.url, `CREATE TABLESPACE small LOCATION '${location}'`);
      await query(server.url, 'CREATE TABLE big (filler text) TABLESPACE small');
      const fill = `INSERT INTO big SELECT repeat('x', 1000) FROM generate_series(1, 100000)`;
      const thrown = await errorOf(query(server.url, fill));
      expect(thrown).toMatchObject({ code: '53100', severity: 'ERROR' });
      expect(classify(thrown)).toMatchObject({ kind: 'node', consequence: 'transient' });
      await query(server.url, 'CREATE TABLE elsewhere AS SELECT 1 AS x');
      await query(server.url, 'DROP TABLE big');
      await query(server.url, 'DROP TABLESPACE small');
    }));

  it('a log that is full takes the server down, and no answered row is lost', async () => {
    disk = await openDisk(320);
    const server = await startTestServer({
      dataDirectory: join(disk.folder, 'data'),
      settings: { max_wal_size: '1GB', checkpoint_timeout: '1h' },
    });
    try {
      await query(server.url, 'CREATE TABLE answered (n int)');
      const ballast = join(disk.folder, 'ballast');
      const { bavail, bsize } = statfsSync(disk.folder);
      writeFileSync(ballast, Buffer.alloc(bavail * bsize - 40 * 1024 * 1024, 1));
      const client = await connected(server.url);
      let answered = 0;
      let thrown: unknown = null;
      while (thrown === null && answered < 1000) {
        const text = `INSERT INTO answered VALUES (${answered});
          SELECT pg_logical_emit_message(true, 'filler', repeat('x', 1000000))`;
        thrown = await client.query(text).then(
          () => null,
          (error: unknown) => error,
        );
        if (thrown === null) answered += 1;
      }
      expect(answered).toBeGreaterThan(5);
      expect(classify(thrown).consequence).toBe('unknown');
      await server.crash();
      rmSync(ballast);
      await server.restart();
      const kept = await query(server.url, 'SELECT count(*)::int FROM answered');
      expect([answered, answered + 1]).toContain(kept[0]?.[0]);
    } finally {
      await server.stop();
    }
  });
});

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
