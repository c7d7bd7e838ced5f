import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { whyNoPowerCut } from '../../src/postgres/power/disk.ts';
import { folder, processesNaming, until } from '../postgres/observe.ts';

const obstacle = await whyNoPowerCut();
const root = fileURLToPath(new URL('../..', import.meta.url));

/** Opens a disk with a server on it, and stays; says "begin", and "runs" once it does. */
const script = `
  import { createJiti } from 'jiti';
  const jiti = createJiti(process.cwd() + '/x', { fsCache: false });
  const { openDisk } = await jiti.import('./src/postgres/power/disk.ts');
  const { startServer } = await jiti.import('./src/postgres/server/server.ts');
  console.log('begin');
  const disk = await openDisk();
  await startServer({ dataDirectory: disk.folder + '/data', durable: false });
  console.log('runs');
  setInterval(() => undefined, 1000);
`;

const mounts = (): string => readFileSync('/proc/self/mountinfo', 'utf8');

describe.skipIf(obstacle !== null)(
  'of a disk and its server nothing is left when their process is killed',
  () => {
    it.each([
      ['begin', 0],
      ['begin', 30],
      ['begin', 100],
      ['begin', 300],
      ['runs', 0],
    ])('after it said "%s", and %i ms', async (line, delayMs) => {
      const temporary = folder();
      const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
        cwd: root,
        env: { ...process.env, TMPDIR: temporary },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let said = '';
      child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
      expect(await until(() => said.includes(line), 60_000)).toBe(true);
      await sleep(delayMs);
      if (line === 'runs') expect(mounts()).toContain(temporary);
      child.kill('SIGKILL');
      await once(child, 'close');
      expect(await until(() => readdirSync(temporary).length === 0, 40_000)).toBe(true);
      expect(mounts()).not.toContain(temporary);
      expect(await until(() => processesNaming(temporary).length === 0, 5000)).toBe(true);
    });
  },
);
