import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const linux = process.platform === 'linux';

/** One letter as in ps (R, S, T stopped, Z zombie …), or null when there is no such process. */
function stateOf(pid: number): string | null {
  try {
    if (linux) {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      return stat.charAt(stat.lastIndexOf(')') + 2);
    }
    return execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).charAt(0);
  } catch {
    return null;
  }
}

/** Does the process still do anything? A zombie answers signals but is dead. */
export function isAlive(pid: number): boolean {
  const state = stateOf(pid);
  return state !== null && state !== 'Z' && state !== 'X';
}

/** Was the process stopped by a signal? */
export function isStopped(pid: number): boolean {
  return stateOf(pid) === 'T';
}

function childrenOf(pid: number): number[] {
  try {
    const text = linux
      ? readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      : execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' });
    return text.split(/\s+/).filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** Sends a signal; a process that is already gone is no error. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Waits until none of the processes is alive; false when some still is after `timeoutMs`. */
export async function waitGone(pids: readonly number[], timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (pids.some(isAlive)) {
    if (performance.now() > deadline) return false;
    await sleep(5);
  }
  return true;
}

/**
 * Kills a postmaster and every child so that none gets to run on: the postmaster is stopped first,
 * and seen stopped, so that it can neither fork nor react, then the children die, then itself.
 * Killing only the postmaster would leave backends that go on to commit.
 */
export async function killServerProcesses(postmaster: number): Promise<void> {
  signal(postmaster, 'SIGSTOP');
  const deadline = performance.now() + 1000;
  while (isAlive(postmaster) && stateOf(postmaster) !== 'T' && performance.now() < deadline) {
    await sleep(1);
  }
  const children = childrenOf(postmaster);
  for (const pid of children) signal(pid, 'SIGKILL');
  signal(postmaster, 'SIGKILL');
  await waitGone([postmaster, ...children], 5000);
}

/**
 * PostgreSQL processes that work on a data directory, whoever started them. They all have it as
 * their working directory. On systems without /proc only the postmaster in its lock file is seen.
 */
export function processesOn(dataDirectory: string): number[] {
  if (!linux) {
    const pid = lockHolder(dataDirectory);
    return pid !== null && isAlive(pid) ? [pid] : [];
  }
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => isAlive(pid) && isPostgresIn(pid, dataDirectory));
}

function isPostgresIn(pid: number, dataDirectory: string): boolean {
  try {
    const name = readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
    if (name !== 'postgres' && name !== 'initdb') return false;
    const at = readlinkSync(`/proc/${pid}/cwd`);
    return at === dataDirectory || at.startsWith(`${dataDirectory}/`);
  } catch {
    return false; // Ended meanwhile, or another user's, who could not own this directory either.
  }
}

/** The process number in `postmaster.pid`, or null without that file. */
function lockHolder(dataDirectory: string): number | null {
  try {
    const pid = Number.parseInt(readFileSync(`${dataDirectory}/postmaster.pid`, 'utf8'), 10);
    return Number.isNaN(pid) ? null : Math.abs(pid);
  } catch {
    return null;
  }
}
