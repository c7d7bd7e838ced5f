import { lchownSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ReconvergeError } from '../../model/error.ts';

/** Numeric user and group that a process is started as. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Whom the server runs as; null means "as ourselves". PostgreSQL refuses to run as root, so root
 * drops to `nobody`, or to the owner of a data directory that already belongs to somebody else.
 */
export function serverAccount(dataDirectory: string | null): Account | null {
  if (process.getuid?.() !== 0) return null;
  const owner = dataDirectory === null ? undefined : statOf(dataDirectory);
  if (owner !== undefined && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  return nobody();
}

function nobody(): Account {
  let passwd = '';
  try {
    passwd = readFileSync('/etc/passwd', 'utf8');
  } catch {
    // Without a password file the conventional numbers below are the only guess left.
  }
  const line = passwd.split('\n').find((entry) => entry.startsWith('nobody:'));
  const [, , uid, gid] = line?.split(':') ?? [];
  return { uid: Number(uid ?? 65_534) >>> 0, gid: Number(gid ?? 65_534) >>> 0 };
}

/**
 * May the account walk down to `path` and look inside? Judged by the mode bits only, so that an
 * access list can make the answer too pessimistic (a copy is made then), never harmful.
 */
export function canTraverse(path: string, account: Account | null): boolean {
  if (account === null) return true;
  for (let at = realpathSync(path); ; at = dirname(at)) {
    if (!allows(at, account, 0o1)) return false;
    if (at === dirname(at)) return true;
  }
}

/** May the account read this file, its folders left aside? Mode bits only. */
export function canRead(path: string, account: Account | null): boolean {
  return account === null || allows(path, account, 0o4);
}

function allows(path: string, { uid, gid }: Account, bit: 0o1 | 0o4): boolean {
  const stat = statSync(path);
  if (stat.uid === uid) return (stat.mode & (bit << 6)) !== 0;
  if (stat.gid === gid) return (stat.mode & (bit << 3)) !== 0;
  return (stat.mode & bit) !== 0;
}

/** The first temporary folder that the account can reach, canonical. Throws RCV402 without any. */
export function temporaryBase(account: Account | null): string {
  for (const base of [tmpdir(), '/tmp', '/var/tmp']) {
    if (statOf(base)?.isDirectory() === true && canTraverse(base, account)) {
      return realpathSync(base);
    }
  }
  throw new ReconvergeError('RCV402', `no temporary folder is open to the server's user`, {
    hint: 'set TMPDIR to a folder that every user can traverse',
  });
}

/** The status of a file, or undefined when there is none. */
export function statOf(path: string) {
  return statSync(path, { throwIfNoEntry: false });
}

/** A folder with everything in it goes to the account; links themselves, not what they name. */
export function giveTo(folder: string, { uid, gid }: Account): void {
  for (const entry of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    lchownSync(join(folder, entry), uid, gid);
  }
  lchownSync(folder, uid, gid);
}
