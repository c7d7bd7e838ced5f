import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { afterAll } from 'vitest';
import { isAlive } from '../../src/postgres/server/processes.ts';

const folders: string[] = [];

/** A new temporary folder that every user may enter; removed when the test file ends. */
export function folder(): string {
  const made = realpathSync(mkdtempSync(join(tmpdir(), 'reconverge-test-')));
  chmodSync(made, 0o755);
  folders.push(made);
  return made;
}

afterAll(() => {
  for (const made of folders) rmSync(made, { recursive: true, force: true });
});

/** Runs one statement on a connection of its own; rows are arrays. */
export async function query(url: string, text: string): Promise<unknown[][]> {
  const client = new Client({ connectionString: url, query_timeout: 5000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<unknown[]>({ text, rowMode: 'array' })).rows;
  } finally {
    await client.end();
  }
}

function read(what: () => string): string {
  try {
    return what();
  } catch {
    return ''; // Gone meanwhile, or not ours.
  }
}

/** Living processes whose command line, environment or working directory names the text. */
export function processesNaming(text: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .filter((pid) => isAlive(Number(pid)))
    .filter((pid) => {
      const seen = [
        read(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8')),
        read(() => readFileSync(`/proc/${pid}/environ`, 'utf8')),
        read(() => readlinkSync(`/proc/${pid}/cwd`)),
      ];
      return seen.some((part) => part.includes(text));
    })
    .map(Number);
}

/** Waits until the condition holds; its last value after `timeoutMs`. */
export async function until(what: () => boolean, timeoutMs: number): Promise<boolean> {
  for (const deadline = Date.now() + timeoutMs; Date.now() < deadline; await sleep(100)) {
    if (what()) return true;
  }
  return what();
}
