import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { test } from 'vitest';
import { nothingLeft } from '../postgres/left-behind.ts';

const script = fileURLToPath(new URL('fixtures/frozen.ts', import.meta.url));
const isLong = process.env['RECONVERGE_TESTS'] === 'long';

test.runIf(isLong)('a killed run leaves no process behind, a frozen one neither', async () => {
  const marker = randomUUID();
  const run = fork(script, {
    execArgv: ['--import', 'jiti/register'],
    env: { ...process.env, RECONVERGE_TEST_MARKER: marker },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  await once(run, 'message');
  run.kill('SIGKILL');
  await once(run, 'exit');
  await nothingLeft(marker, () => true);
});
