import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import primaryStandby from '../../models/primary-standby.ts';
import { check } from '../../src/check/check.ts';
import { parameterValues } from '../../src/model/parameter.ts';
import { configure } from '../../src/postgres/cluster/role.ts';
import { openDisk, whyNoPowerCut, type PowerDisk } from '../../src/postgres/power/disk.ts';
import type { PostgresServer } from '../../src/postgres/server/running.ts';
import { startServer } from '../../src/postgres/server/server.ts';
import { query } from '../postgres/observe.ts';
import { until } from '../postgres/replication/pair.ts';

const obstacle = await whyNoPowerCut();
if (obstacle !== null) console.warn(`tier T3 unavailable: ${obstacle}`);

type Level = 'remote_write' | 'on' | 'remote_apply';

/** The model's shortest way to lose an answered commit if the standby may lose power, too. */
function wayToLose(level: Level): readonly string[] | null {
  const set = { standbys: '1', scope: 'failover', restarts: '0', standbyLosses: '0', cancels: '0' };
  const values = parameterValues(primaryStandby.parameters, { ...set, level });
  const properties = ['no answered commit is lost'];
  const [asked] = check(primaryStandby.build(values), { properties }).properties;
  expect(asked?.result).not.toBe('unknown');
  if (asked?.result === 'holds') return null;
  return asked?.trace?.steps.map(({ actor, event }) => `${actor} ${event.type}`) ?? [];
}

describe.each([18, 17, 16] as const)('T3, PostgreSQL %i', { timeout: 120_000 }, (major) => {
  let disk: PowerDisk | null = null;
  const servers: PostgresServer[] = [];

  beforeEach(async ({ skip }) => {
    if (obstacle !== null) skip(`unavailable: ${obstacle}`);
    disk = await openDisk();
  });
  afterEach(async () => {
    await Promise.all(servers.map((server) => server.crash()));
    await Promise.all(servers.map((server) => server.stop()));
    servers.length = 0;
    await disk?.close();
    disk = null;
  });

  /**
   * Rows of one answered commit that are left after the primary is lost, the standby lost power,
   * and was promoted. Unless the standby flushes, no flush comes between its writing and the cut.
   */
  async function rowsLeft(level: Level, { flushes }: { flushes: boolean }): Promise<number> {
    const settings = { wal_keep_size: '128MB', wal_retrieve_retry_interval: '50ms' };
    const primary = await startServer({ major, durable: false, settings });
    servers.push(primary);
    await query(primary.url, 'CREATE TABLE commits (n int)');
    const { url, port } = primary;
    const of = { url, port, host: '127.0.0.1', name: 'standby' };
    const data = { major, dataDirectory: join(disk?.folder ?? '', 'standby') };
    const standbyOf = { ...of, dataDirectory: primary.dataDirectory ?? '' };
    const copied = await startServer({ ...data, standbyOf });
    const streams = `SELECT 1 FROM pg_stat_replication WHERE state = 'streaming'`;
    const isStreaming = (): Promise<boolean> =>
      query(url, streams).then((rows) => rows.length === 1);
    await until(isStreaming, 30_000);
    await copied.stop();
    const standby = await startServer({ ...data, durable: flushes });
    servers.push(standby);
    await until(isStreaming, 30_000);
    configure(primary.dataDirectory ?? '', { synchronous_standby_names: 'standby' });
    await query(url, 'SELECT pg_reload_conf()');
    const isSync = `SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'`;
    await until(async () => (await query(url, isSync)).length === 1);

    await query(url, `SET synchronous_commit = ${level}; INSERT INTO commits VALUES (1)`);
    if (flushes) {
      const flushed = 'SELECT flush_lsn >= pg_current_wal_flush_lsn() FROM pg_stat_replication';
      await until(async () => (await query(url, flushed))[0]?.[0] === true);
    }
    await primary.crash();
    await disk?.cutPower(standby);
    await standby.restart();
    await query(standby.url, 'SELECT pg_promote(true, 60)');
    const [[rows] = []] = await query(standby.url, 'SELECT count(*)::int FROM commits');
    return Number(rows);
  }

  it('remote_write: what the standby was only handed is lost with its power', async () => {
    expect(wayToLose('remote_write')).toEqual([
      'server[0] INSERT',
      'server[0] FLUSH',
      'server[1] RECEIVE',
      'client ANSWER',
      'server[0] LOSE',
      'server[1] POWER_OFF',
      'server[1] PROMOTE',
    ]);
    expect(await rowsLeft('remote_write', { flushes: false })).toBe(0);
  });

  it('remote_write: what the standby has flushed before the cut is kept', async () => {
    expect(await rowsLeft('remote_write', { flushes: true })).toBe(1);
  });

  it.each(['on', 'remote_apply'] as const)('%s: an answered commit is kept', async (level) => {
    expect(wayToLose(level)).toBeNull();
    expect(await rowsLeft(level, { flushes: true })).toBe(1);
  });

  // PostgreSQL flushes a data directory that was not shut down when it starts on it.
  it('a copy is on the disk when its server answers', async () => {
    const primary = await startServer({ major, durable: false });
    servers.push(primary);
    await query(primary.url, 'CREATE TABLE copied ()');
    const { url, port } = primary;
    const of = { url, port, host: '127.0.0.1', name: 'standby' };
    const standby = await startServer({
      major,
      dataDirectory: join(disk?.folder ?? '', 'standby'),
      standbyOf: { ...of, dataDirectory: primary.dataDirectory ?? '' },
    });
    servers.push(standby);
    await disk?.cutPower(standby);
    await standby.restart();
    expect(await query(standby.url, 'SELECT count(*)::int FROM copied')).toEqual([[0]]);
  });

  it('on: a standby with fsync off says that it flushed, and did not', async () => {
    expect(await rowsLeft('on', { flushes: false })).toBe(0);
  });
});
