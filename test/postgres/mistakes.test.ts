import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PostgresServer } from '../../src/postgres/server/running.ts';
import { documentIn, reconverge } from '../cli/cli.ts';
import { openDatabase } from './database.ts';
import { startTestServer } from './server-under-test.ts';

let server: PostgresServer;
const folder = mkdtempSync(join(tmpdir(), 'mistakes-test-'));
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

const HEAD = '{"history":"reconverge/history@1"}\n';
const history = (text: string): readonly string[] => {
  const file = join(folder, `${Math.abs(text.length)}.jsonl`);
  writeFileSync(file, text);
  return ['conform', 'order-fulfilment', '--history', file];
};

describe('mistakes that show where a database is needed', () => {
  it.each<[code: string, args: () => readonly string[], message: RegExp]>([
    ['RCV416', () => ['conform', 'resumable-step'], /does not run on PostgreSQL/],
    ['RCV603', () => history('{\n'), /no JSON/],
    ['RCV604', () => history(`${HEAD}{"state":{"nobody":{}}}\n{"end":1}\n`), /nobody/],
    [
      'RCV606',
      () => ['conform', 'order-fulfilment', '--history', server.url, '--schema', 'nothing'],
      /holds no checkpoints/,
    ],
    ['RCV607', () => ['conform', 'order-fulfilment', '--history', 'nowhere'], /cannot read/],
  ])('%s', async (code, args, message) => {
    const given = args();
    const where = given.includes('--history') ? [] : ['--postgres', server.url];
    const ran = await reconverge([...given, ...where, '--json'], { cwd: folder });
    const { error } = documentIn(ran);
    expect(error?.message).toMatch(message);
    expect(error?.code).toBe(code);
    expect(error?.hint).not.toBeNull();
    expect(ran.exitCode).toBe(2);
  });

  it('RCV601: a pause has no counterpart on the database', async () => {
    const pausing = fileURLToPath(new URL('fixtures/pausing.ts', import.meta.url));
    const ran = await reconverge(['conform', pausing, '--postgres', server.url, '--json']);
    expect([ran.exitCode, documentIn(ran).error?.code]).toEqual([2, 'RCV601']);
  });

  it('RCV402: nobody answers there', async () => {
    const nowhere = 'postgresql://127.0.0.1:1/nothing';
    const ran = await reconverge(['run', 'order-fulfilment', '--postgres', nowhere, '--json']);
    expect(ran.exitCode).toBe(2);
    expect(documentIn(ran).error?.code).toBe('RCV402');
  });

  it('faults that this server cannot suffer: nothing was played, so nothing is known', async () => {
    const asked = ['--set', 'crashes=0', '--faults', 'postmaster frozen'];
    const where = ['--postgres', server.url, '--json'];
    const ran = await reconverge(['conform', 'order-fulfilment', ...asked, ...where]);
    const { result, bounds, conformance } = documentIn(ran);
    expect([ran.exitCode, result]).toEqual([3, 'unknown']);
    expect(conformance?.points).toEqual({ covered: 0, total: 0 });
    expect(bounds['unavailable']).toHaveProperty('postmaster frozen');
  });

  it('RCV413: the database has workflows of another model', async () => {
    const run = (model: string) =>
      reconverge(['run', model, '--workflows', '1', '--postgres', server.url, '--json']);
    expect((await run('order-fulfilment')).exitCode).toBe(0);
    const ran = await run('order-by-steps');
    expect(documentIn(ran).error?.code).toBe('RCV413');
    expect(ran.exitCode).toBe(2);
  });

  it('RCV605: a checkpoint that holds no snapshot of a machine', async () => {
    const schema = 'reconverge_run';
    const database = await openDatabase(server.url, schema);
    const changed = `UPDATE checkpoints SET state_data = '{"step": 1}' WHERE seq = 1 RETURNING 1`;
    expect(await database.sql(changed, [])).not.toEqual([]);
    await database.close();
    const args = ['conform', 'order-fulfilment', '--history', server.url, '--schema', schema];
    const ran = await reconverge([...args, '--json']);
    expect([ran.exitCode, documentIn(ran).error?.code]).toEqual([2, 'RCV605']);
  });
});
