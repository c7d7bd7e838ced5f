import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Account, temporaryBase } from './account.ts';
import { markerVariable, openWatchdog, type Watchdog } from './watchdog.ts';

/**
 * The private folder of one server with the watchdog that removes it. It holds the log, and, unless
 * the caller keeps them elsewhere, the data and a copy of the binaries.
 */
export interface Home {
  readonly folder: string;
  /** Where the data will be: in the folder, or where the caller keeps it. */
  readonly dataDirectory: string;
  /** The folder's unguessable name; every process of the server carries it. */
  readonly marker: string;
  readonly account: Account | null;
  readonly watchdog: Watchdog;
}

/**
 * The watchdog is started before the folder exists: from the moment there is something to clean up,
 * somebody does. The folder belongs to us and only its subfolders to the dropped account, which
 * therefore can plant nothing where we write.
 */
export function openHome(account: Account | null, kept: string | null): Home {
  const marker = `reconverge-pg-${randomBytes(12).toString('hex')}`;
  const folder = join(temporaryBase(account), marker);
  const dataDirectory = resolve(kept ?? join(folder, 'data'));
  const watchdog = openWatchdog(folder, marker, dataDirectory);
  mkdirSync(folder, { mode: account === null ? 0o700 : 0o711 });
  return { folder, dataDirectory, marker, account, watchdog };
}

/** What the server and initdb wrote so far; empty before they wrote anything. */
export function readLog(home: Home): string {
  try {
    return readFileSync(join(home.folder, 'server.log'), 'utf8');
  } catch {
    return '';
  }
}

/**
 * $1 is the private folder. Once the watchdog has begun to clean up, nothing may start any more.
 */
const launcher = '[ -d "$1" ] && [ ! -e "$1/closed" ] || exit 1; shift; exec "$@"';

/**
 * Starts a program as the home's account, its output going to the log. It leads a process group of
 * its own, so that Ctrl-C reaches us and not the server; it inherits nothing of our environment but
 * the search path, so that PG* variables cannot lead it astray.
 */
export function launch(home: Home, command: readonly string[], workingDirectory: string) {
  const log = openSync(join(home.folder, 'server.log'), 'a', 0o600);
  try {
    const { account } = home;
    return exitOf(
      spawn('/bin/sh', ['-c', launcher, 'reconverge-launcher', home.folder, ...command], {
        ...(account === null ? {} : { uid: account.uid, gid: account.gid }),
        detached: true,
        stdio: ['ignore', log, log],
        cwd: workingDirectory,
        env: {
          PATH: process.env['PATH'] ?? '/usr/bin:/bin',
          LC_ALL: 'C',
          TZ: 'UTC',
          [markerVariable]: home.marker,
        },
      }),
    );
  } finally {
    closeSync(log);
  }
}

/** A started program: its process number, and how it ended ("exit code 1", "SIGKILL"). */
export interface Launched {
  readonly process: ChildProcess;
  readonly pid: number;
  readonly ended: Promise<string>;
}

function exitOf(child: ChildProcess): Launched {
  const ended = new Promise<string>((report) => {
    child.once('error', (error) => {
      report(error.message);
    });
    child.once('exit', (code, name) => {
      report(name ?? `exit code ${code}`);
    });
  });
  return { process: child, pid: child.pid ?? -1, ended };
}
