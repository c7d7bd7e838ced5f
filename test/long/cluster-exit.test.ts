import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { nothingLeftAfterKill } from './killed.ts';

/** Starts a cluster of three, and stays; says "begin", and "runs" once it does. */
const script = `
  import { createJiti } from 'jiti';
  const jiti = createJiti(process.cwd() + '/x', { fsCache: false });
  const { Cluster } = await jiti.import('./src/postgres/cluster/cluster.ts');
  console.log('begin');
  await Cluster.start({ durable: false, standbys: 2 });
  console.log('runs');
  setInterval(() => undefined, 1000);
`;

describe('of a cluster nothing is left when its process is killed', () => {
  it.each([
    ['begin', 500],
    ['begin', 1500],
    ['runs', 0],
  ])('after it said "%s", and %i ms', async (line, delayMs) => {
    await nothingLeftAfterKill(script, { line, delayMs }, 20_000, (temporary) => {
      if (line === 'runs') expect(readdirSync(temporary)).toHaveLength(3);
    });
  });
});
