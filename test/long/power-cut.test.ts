import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDisk, whyNoPowerCut, type PowerDisk } from '../../src/postgres/power/disk.ts';
import type { PostgresServer } from '../../src/postgres/server/running.ts';
import { startServer, type ServerOptions } from '../../src/postgres/server/server.ts';
import { query } from '../postgres/observe.ts';
import { Writers } from '../postgres/power/writers.ts';

const obstacle = await whyNoPowerCut();
if (obstacle !== null) console.warn(`tier T3 unavailable: ${obstacle}`);

describe.each([18, 17, 16] as const)('tier T3, PostgreSQL %i', { timeout: 120_000 }, (major) => {
  let disk: PowerDisk;
  let server: PostgresServer | null = null;

  beforeEach(async ({ skip }) => {
    if (obstacle !== null) skip(`unavailable: ${obstacle}`);
    disk = await openDisk();
  });
  afterEach(async () => {
    if (obstacle !== null) return;
    await server?.crash();
    await server?.stop();
    server = null;
    await disk.close();
  });

  async function start(options: ServerOptions = {}): Promise<Writers> {
    const dataDirectory = join(disk.folder, 'data');
    server = await startServer({ major, dataDirectory, ...options });
    return new Writers(server.url);
  }

  async function cutPower(writers: Writers): Promise<void> {
    if (server === null) throw new Error('there is no server');
    await disk.cutPower(server);
    await writers.ended();
    await server.restart();
  }

  it('fsync on: no acknowledged checkpoint is lost, however often the power is cut', async () => {
    const writers = await start();
    await writers.prepare();
    for (let cut = 1; cut <= (major === 18 ? 5 : 2); cut++) {
      writers.begin();
      await writers.reach(cut * 40);
      await cutPower(writers);
      expect(await writers.lost()).toBe(0);
      await writers.recoverAll();
    }
  });

  it('synchronous_commit off: those after the last synchronous commit are lost', async () => {
    const writers = await start({ settings: { wal_writer_delay: '10s' } });
    await writers.prepare();
    writers.begin(['synchronous_commit=off']);
    await writers.reach(100);
    const before = [...writers.acknowledged];
    await query(server?.url ?? '', 'CREATE TABLE synchronous ()');
    await writers.reach(200);
    const all = [...writers.acknowledged];
    await cutPower(writers);
    expect(await writers.lost(before)).toBe(0);
    expect(await writers.lost(all)).toBeGreaterThan(0);
  });

  it('fsync off: every acknowledged checkpoint is lost', async () => {
    await (await start()).prepare();
    await server?.stop();
    const writers = await start({ durable: false });
    writers.begin();
    await writers.reach(200);
    const all = [...writers.acknowledged];
    await cutPower(writers);
    expect(await writers.lost(all)).toBe(all.length);
  });

  it('a new data directory is on the disk when its server answers', async () => {
    await start();
    await disk.cutPower(server!);
    await server?.restart();
    expect(await query(server?.url ?? '', 'SELECT 1')).toEqual([[1]]);
  });
});

describe('what is no power cut is refused', () => {
  it.skipIf(obstacle !== null)('a disk that writes everything at once loses nothing', async () => {
    const disk = await openDisk(16);
    try {
      execFileSync('mount', ['-o', 'remount,sync', disk.folder]);
      const refused = { code: 'RCV417', message: /not flushed is on the disk/ };
      await expect(disk.cutPower()).rejects.toMatchObject({
        code: refused.code,
        message: expect.stringMatching(refused.message) as unknown,
      });
    } finally {
      await disk.close();
    }
  });

  it.skipIf(obstacle !== null)('a server whose data are elsewhere', async () => {
    const disk = await openDisk(16);
    const server = await startServer({ durable: false });
    try {
      await expect(disk.cutPower(server)).rejects.toMatchObject({ code: 'RCV417' });
      expect(await query(server.url, 'SELECT 1')).toEqual([[1]]);
    } finally {
      await server.stop();
      await disk.close();
    }
  });
});
