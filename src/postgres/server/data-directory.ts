import {
  chmodSync,
  chownSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { ReconvergeError } from '../../model/error.ts';
import { type Account, statOf } from './account.ts';
import type { Binaries } from './binaries.ts';
import { type Home, launch, readLog } from './home.ts';
import { processesOn } from './processes.ts';

/** A name that only an interrupted initialisation leaves in a data directory. */
const unfinished = 'initialising';

/** Makes a data directory (0700, the account's) where there is none; returns its canonical path. */
export function makeDataDirectory(path: string, account: Account | null): string {
  // Its parents stay open to the account that the server drops to.
  mkdirSync(path, { recursive: true });
  const entries = readdirSync(path);
  if (entries.length === 0 || entries.includes(unfinished)) {
    chmodSync(path, 0o700);
    if (account !== null) chownSync(path, account.uid, account.gid);
  }
  return realpathSync(path);
}

/**
 * Throws RCV402 when PostgreSQL processes work on the directory: one server at a time, and a
 * running one is never stopped on behalf of another. Otherwise a lock file that a killed server
 * left behind is removed, because its process number may meanwhile belong to somebody else, which
 * would keep PostgreSQL from starting. A server in another container that shares the folder is not
 * seen.
 */
export function claimDataDirectory(dataDirectory: string): void {
  const [pid] = processesOn(dataDirectory);
  if (pid !== undefined) {
    throw new ReconvergeError(
      'RCV402',
      `a PostgreSQL server is already running on this directory`,
      {
        at: dataDirectory,
        hint: `stop process ${pid}, or use another data directory`,
      },
    );
  }
  rmSync(join(dataDirectory, 'postmaster.pid'), { force: true });
}

/** How the files of a new data directory are made. */
export interface Making {
  /** Page checksums. */
  readonly checksums: boolean;
  /** Flushed: a loss of power leaves nothing or all. */
  readonly durable: boolean;
}

/**
 * Runs initdb where the directory is empty and leaves an initialised one alone. The files are made
 * in a subfolder and moved up, `PG_VERSION` last: an initialisation that was killed half-way is
 * recognised and begun anew. Throws RCV402 for a directory with foreign files or when initdb fails.
 */
export async function initialise(
  home: Home,
  binaries: Binaries,
  dataDirectory: string,
  making: Making,
): Promise<void> {
  if (statOf(join(dataDirectory, 'PG_VERSION')) !== undefined) return;
  const target = join(dataDirectory, unfinished);
  const entries = readdirSync(dataDirectory);
  if (entries.length > 0 && !entries.includes(unfinished)) {
    throw new ReconvergeError(
      'RCV402',
      'the data directory holds files that are not PostgreSQL’s',
      {
        at: dataDirectory,
        hint: 'name an empty folder, or one that PostgreSQL initialised',
      },
    );
  }
  for (const entry of entries) rmSync(join(dataDirectory, entry), { recursive: true });
  mkdirSync(target, { mode: 0o700 });
  if (home.account !== null) chownSync(target, home.account.uid, home.account.gid);
  await runInitdb(home, binaries, target, making);
  const made = readdirSync(target).filter((name) => name !== 'PG_VERSION');
  for (const name of made) renameSync(join(target, name), join(dataDirectory, name));
  if (making.durable) flushFolder(dataDirectory);
  renameSync(join(target, 'PG_VERSION'), join(dataDirectory, 'PG_VERSION'));
  rmdirSync(target);
  if (making.durable) for (const at of [dataDirectory, dirname(dataDirectory)]) flushFolder(at);
}

/** The names in a folder reach the disk, as fsync(2) asks for. */
function flushFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

async function runInitdb(home: Home, binaries: Binaries, target: string, making: Making) {
  const { native, major } = binaries;
  const { checksums, durable } = making;
  const options = ['-A', 'trust', '-U', 'postgres', '--locale=C', '-E', 'UTF8'];
  if (!durable) options.push('--no-sync');
  // Only from 18 on are checksums the default, and the switch against them known.
  const flag = checksums ? ['--data-checksums'] : major >= 18 ? ['--no-data-checksums'] : [];
  const initdb = join(native, 'bin', 'initdb');
  const { ended } = launch(home, [initdb, ...options, ...flag, '-D', target], target);
  const how = await ended;
  if (how === 'exit code 0') return;
  throw new ReconvergeError('RCV402', `initdb ended with ${how}: ${lastLine(readLog(home))}`, {
    at: target,
  });
}

/** The last line that says something, for messages. */
export function lastLine(log: string): string {
  const lines = log.split('\n').filter((line) => line.trim() !== '');
  const telling = lines.filter((line) => /FATAL|PANIC|ERROR|error|could not/.test(line));
  return (telling.at(-1) ?? lines.at(-1) ?? 'nothing was logged').trim();
}
