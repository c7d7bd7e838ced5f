import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { whyNoPowerCut } from '../../src/postgres/power/disk.ts';
import { nothingLeftAfterKill } from './killed.ts';

const obstacle = await whyNoPowerCut();

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
      const looked = (temporary: string): void => {
        if (line === 'runs') expect(mounts()).toContain(temporary);
      };
      const temporary = await nothingLeftAfterKill(script, { line, delayMs }, 40_000, looked);
      expect(mounts()).not.toContain(temporary);
    });
  },
);
