import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { nothingLeft } from './left-behind.ts';

const main = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));
/** A temporary base of this test's own, so that what is left in it is left by this test. */
const base = mkdtempSync(join(tmpdir(), 'reconverge-left-'));
spawnSync('chmod', ['755', base]);
afterAll(() => rmSync(base, { recursive: true, force: true }));

const isClean = (): boolean => readdirSync(base).length === 0;

it.each([300, 900, 2500])('conform killed after %i ms leaves nothing', async (delayMs) => {
  const run = spawn(process.execPath, [main, 'conform', 'order-fulfilment'], {
    stdio: 'ignore',
    env: { ...process.env, TMPDIR: base },
  });
  const exited = once(run, 'exit');
  await sleep(delayMs);
  run.kill('SIGKILL');
  await exited;
  await nothingLeft(base, isClean);
});

it('conform interrupted ends by itself with exit 3 and leaves nothing', async () => {
  const run = spawn(process.execPath, [main, 'conform', 'order-fulfilment', '--json'], {
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
    env: { ...process.env, TMPDIR: base },
  });
  let text = '';
  run.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const exited = once(run, 'exit');
  await sleep(3000);
  // To all of the process group, as a supervisor does.
  process.kill(-(run.pid ?? NaN), 'SIGTERM');
  expect(await exited).toEqual([3, null]);
  expect(JSON.parse(text)).toMatchObject({ result: 'unknown', bounds: { interrupted: true } });
  await nothingLeft(base, isClean);
});
