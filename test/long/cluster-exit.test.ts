import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { folder, processesNaming, until } from '../postgres/observe.ts';

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
    const temporary = folder();
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      env: { ...process.env, TMPDIR: temporary },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    expect(await until(() => said.includes(line), 60_000)).toBe(true);
    await sleep(delayMs);
    if (line === 'runs') expect(readdirSync(temporary)).toHaveLength(3);
    child.kill('SIGKILL');
    await once(child, 'close');
    expect(await until(() => readdirSync(temporary).length === 0, 20_000)).toBe(true);
    expect(await until(() => processesNaming(temporary).length === 0, 5000)).toBe(true);
  });
});
