import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { ReconvergeError } from '../../src/model/error.ts';
import { isAlive } from '../../src/postgres/server/processes.ts';
import type { PostgresServer } from '../../src/postgres/server/running.ts';
import { startServer as start, type ServerOptions } from '../../src/postgres/server/server.ts';
import { folder, processesNaming, query } from './observe.ts';
import { MAJOR } from './server-under-test.ts';

const startServer = (options: ServerOptions = {}) => start({ major: MAJOR, ...options });

/** Is the small System V segment, by its number in the lock file, still in the kernel? */
function hasSegment(id: string): boolean {
  const lines = readFileSync('/proc/sysvipc/shm', 'utf8').split('\n');
  return lines.some((line) => line.trim().split(/\s+/)[1] === id);
}

describe('one server', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.stop());

  test('is the real PostgreSQL, on the loopback interface, fsync on, checksums on', async () => {
    expect(server.version).toMatch(new RegExp(`^${MAJOR}\\.`));
    const names = ['server_version', 'listen_addresses', 'unix_socket_directories', 'fsync'];
    names.push('data_checksums', 'server_encoding', 'lc_messages', 'data_directory');
    const settings = await query(
      server.url,
      `SELECT current_setting(n) FROM unnest('{${names.join(',')}}'::text[]) n`,
    );
    expect(settings.flat()).toEqual([
      server.version,
      '127.0.0.1',
      '',
      'on',
      'on',
      'UTF8',
      'C',
      server.dataDirectory,
    ]);
  });

  test('never runs as root, and only its user can read the data', () => {
    const { mode, uid } = statSync(server.dataDirectory ?? '');
    expect(mode & 0o777).toBe(0o700);
    expect(uid).not.toBe(0);
  });

  test('a crash kills every backend, keeps what was committed, and nothing else', async () => {
    await query(server.url, 'CREATE TABLE t AS SELECT 1 AS x');
    const open = new Client({ connectionString: server.url });
    const dropped = once(open, 'error');
    await open.connect();
    await open.query('BEGIN');
    await open.query('INSERT INTO t VALUES (2)');
    const pids = await query(server.url, 'SELECT pid FROM pg_stat_activity');
    const before = [server.processId, ...pids.flat()].map(Number);
    expect(before.length).toBeGreaterThan(5);
    await server.crash();
    expect(before.filter(isAlive)).toEqual([]);
    expect(server.processId).toBeNull();
    expect(String((await dropped)[0])).toMatch(/terminated unexpectedly|ECONNRESET/);
    await server.restart();
    expect(await query(server.url, 'SELECT x FROM t')).toEqual([[1]]);
  });

  test('a restart of a running server is orderly and keeps the address', async () => {
    const { url, processId } = server;
    await server.restart();
    expect(server.processId).not.toBe(processId);
    expect(await query(url, 'SELECT x FROM t')).toEqual([[1]]);
  });

  test('another handle by URL neither stops it nor may crash it', async () => {
    const other = await startServer({ url: server.url });
    expect(other).toMatchObject({ version: server.version, port: server.port, processId: null });
    await expect(other.crash()).rejects.toMatchObject({ code: 'RCV402' });
    await other.stop();
    expect(await query(server.url, 'SELECT 1')).toEqual([[1]]);
  });
});

describe('nothing is left', () => {
  test('after two stops at once, with a paused backend and after a crash', async () => {
    for (const how of ['paused', 'crashed']) {
      const server = await startServer({ durable: false });
      const data = server.dataDirectory ?? '';
      const client = new Client({ connectionString: server.url });
      client.on('error', () => undefined);
      await client.connect();
      const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      const backend = rows[0]?.pid ?? 0;
      const lock = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n');
      const segment = lock[6]?.trim().split(/\s+/)[1] ?? '';
      expect(hasSegment(segment)).toBe(true);
      if (how === 'paused') process.kill(backend, 'SIGSTOP');
      if (how === 'crashed') await server.crash();
      await Promise.all([server.stop(), server.stop()]);
      expect(existsSync(join(data, '..')), how).toBe(false);
      expect(processesNaming(data), how).toEqual([]);
      expect(isAlive(backend), how).toBe(false);
      expect(hasSegment(segment), how).toBe(false);
      await expect(server.restart()).rejects.toMatchObject({ code: 'RCV403' });
    }
  });

  test('after somebody else killed the postmaster, which is reported', async () => {
    const server = await startServer();
    const client = new Client({ connectionString: server.url });
    client.on('error', () => undefined);
    await client.connect();
    const busy = client.query('SELECT pg_sleep(60)').catch(() => undefined);
    await sleep(50);
    process.kill(server.processId ?? 0, 'SIGKILL');
    expect(await server.lost).toMatchObject({ code: 'RCV403' });
    await server.stop();
    await busy;
    expect(processesNaming(server.dataDirectory ?? '')).toEqual([]);
    expect(existsSync(server.dataDirectory ?? '')).toBe(false);
  });

  test('after a start that fails', async () => {
    const error = await startServer({ settings: { no_such_setting: '1' } }).catch(
      (thrown: unknown) => thrown as ReconvergeError,
    );
    expect(error).toMatchObject({ code: 'RCV402' });
    const { message, at } = error as ReconvergeError;
    expect(message).toContain('no_such_setting');
    expect(at).toContain('reconverge-pg-');
    expect(existsSync(join(at ?? '', '..'))).toBe(false);
  });
});

describe('a directory that is kept', () => {
  let running: PostgresServer | null = null;
  afterEach(async () => {
    await running?.stop();
    running = null;
  });

  test('is used again, whatever process number a killed server left in it', async () => {
    const dataDirectory = join(folder(), 'data');
    running = await startServer({ dataDirectory });
    await query(running.url, 'CREATE TABLE t AS SELECT 7 AS x');
    await expect(startServer({ dataDirectory })).rejects.toMatchObject({
      code: 'RCV402',
      message: expect.stringContaining('already running') as string,
      hint: expect.stringContaining(String(running.processId)) as string,
    });
    expect(await query(running.url, 'SELECT x FROM t')).toEqual([[7]]);
    await running.crash();
    const lock = join(dataDirectory, 'postmaster.pid');
    const lines = readFileSync(lock, 'utf8').split('\n');
    await running.stop();
    writeFileSync(lock, [String(process.pid), ...lines.slice(1)].join('\n'));
    running = await startServer({ dataDirectory });
    expect(await query(running.url, 'SELECT x FROM t')).toEqual([[7]]);
    await running.stop();
    expect(existsSync(lock)).toBe(false);
    expect(existsSync(join(dataDirectory, 'PG_VERSION'))).toBe(true);
  });

  test('is initialised anew after an interrupted start; foreign files are respected', async () => {
    const dataDirectory = folder();
    writeFileSync(join(dataDirectory, 'letter.txt'), 'mine');
    await expect(startServer({ dataDirectory })).rejects.toMatchObject({ code: 'RCV402' });
    expect(readFileSync(join(dataDirectory, 'letter.txt'), 'utf8')).toBe('mine');
    rmSync(join(dataDirectory, 'letter.txt'));
    mkdirSync(join(dataDirectory, 'initialising', 'base'), { recursive: true });
    running = await startServer({ dataDirectory });
    expect(await query(running.url, 'SELECT 1')).toEqual([[1]]);
    expect(readdirSync(dataDirectory)).not.toContain('initialising');
  });
});
