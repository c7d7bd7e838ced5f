import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { folder, processesNaming, until } from '../postgres/observe.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A moment of a program: so long after it said this line. */
export interface Moment {
  readonly line: string;
  readonly delayMs: number;
}

/**
 * Kills a program at a moment, and demands that its temporary folder empties itself within
 * `emptyMs` and that no process of it is left. `before` looks at the folder before the kill.
 */
export async function nothingLeftAfterKill(
  script: string,
  { line, delayMs }: Moment,
  emptyMs: number,
  before: (temporary: string) => void,
): Promise<string> {
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
  before(temporary);
  child.kill('SIGKILL');
  await once(child, 'close');
  expect(await until(() => readdirSync(temporary).length === 0, emptyMs)).toBe(true);
  expect(await until(() => processesNaming(temporary).length === 0, 5000)).toBe(true);
  return temporary;
}
