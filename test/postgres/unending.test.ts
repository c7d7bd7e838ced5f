import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PostgresServer } from '../../src/postgres/server/running.ts';
import { documentIn, reconverge } from '../cli/cli.ts';
import { nothingLeft } from './left-behind.ts';
import { query } from './observe.ts';
import { startTestServer } from './server-under-test.ts';

const model = fileURLToPath(new URL('./fixtures/unending.ts', import.meta.url));

let server: PostgresServer;
const folder = mkdtempSync(join(tmpdir(), 'unending-test-'));
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

const on = (
  verb: 'run' | 'conform',
  set: string,
  flags: readonly string[],
  interrupt?: { readonly when: RegExp; readonly signals: readonly NodeJS.Signals[] },
) =>
  reconverge([verb, model, '--set', set, '--postgres', server.url, ...flags], {
    cwd: folder,
    env: { RECONVERGE_TEST: folder },
    ...(interrupt === undefined ? {} : { interrupt }),
  });

const isLong = process.env['RECONVERGE_TESTS'] === 'long';

describe('what would never end does', () => {
  it.each<readonly [code: string, statement: string, message: RegExp]>([
    ['RCV414', 'missing', /no statement for CALL of ledger/],
    ...(isLong ? [['RCV415', 'failing', /relation "nowhere" does not exist/] as const] : []),
  ])('%s: run, a statement that is %s', async (code, statement, message) => {
    // Two lanes: the other one has a workflow under way when the first is given up.
    const flags = ['--workflows', '4', '--workers', '2', '--json'];
    const ran = await on('run', `statement=${statement}`, flags);
    const { error } = documentIn(ran);
    expect(error?.code).toBe(code);
    expect(error?.message).toMatch(message);
    expect(ran.exitCode).toBe(2);
    await nothingLeft(folder, () => true);
    await query(server.url, 'DROP SCHEMA reconverge_run CASCADE');
  });

  it.runIf(isLong)('run, interrupted while a call is refused again and again', async () => {
    const flags = ['--workflows', '1', '--json'];
    const interrupt = { when: /running: 0 of 1/, signals: ['SIGTERM'] } as const;
    const ran = await on('run', 'statement=conflicting', flags, interrupt);
    expect(documentIn(ran)).toMatchObject({ result: 'unknown', bounds: { interrupted: true } });
    expect(ran.exitCode).toBe(3);
    expect(ran.secondsToEnd).toBeLessThan(5);
    await nothingLeft(folder, () => true);
    // What was left unfinished is there, and comes to its end once the statement lets it.
    const next = await on('run', 'statement=right', ['--workflows', '0', '--json']);
    const values = { completed: 1, takenOver: 1 };
    expect(documentIn(next).properties).toMatchObject([{ result: 'holds', values }]);
  });

  it('RCV602: conform, actors without end', async () => {
    const flags = isLong ? [] : ['--max-states', '50000'];
    const ran = await on('conform', 'counters=endless', [...flags, '--json']);
    const { error } = documentIn(ran);
    expect(error?.code).toBe('RCV602');
    expect(error?.message).toMatch(/after (2000|50)\d* states; .* (left|right)\.context\.n/);
    expect(ran.exitCode).toBe(2);
  });

  it('conform, interrupted while it explores', async () => {
    const interrupt = { when: /exploring: \d+ states/, signals: ['SIGTERM'] } as const;
    const flags = ['--max-states', '1000000000', '--json'];
    const ran = await on('conform', 'counters=endless', flags, interrupt);
    expect(documentIn(ran)).toMatchObject({ result: 'unknown', bounds: { interrupted: true } });
    expect(ran.exitCode).toBe(3);
    expect(ran.secondsToEnd).toBeLessThan(2);
    await nothingLeft(folder, () => true);
  });
});
