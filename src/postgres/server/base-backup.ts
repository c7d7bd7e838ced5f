import { chmodSync, cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Client } from 'pg';
import { messageOf, ReconvergeError } from '../../model/error.ts';
import { type Account, giveTo } from './account.ts';

/** Folders whose content belongs to a running server, and is not copied. */
const EMPTIED = [
  'pg_wal',
  'pg_replslot',
  'pg_dynshmem',
  'pg_notify',
  'pg_serial',
  'pg_snapshots',
  'pg_stat_tmp',
  'pg_subtrans',
];
const LEFT_OUT = ['postmaster.pid', 'postmaster.opts'];

/** The primary that a standby copies and follows. */
export interface Primary {
  /** Where it is copied from: a superuser's URL, and its data directory on this machine. */
  readonly url: string;
  readonly dataDirectory: string;
  /** What it is followed through: host and port of the server itself, or of a proxy. */
  readonly host: string;
  readonly port: number;
  /** The name under which the standby streams, as in `synchronous_standby_names`. */
  readonly name: string;
}

/**
 * Copies a running primary into an empty folder, as the PostgreSQL manual's low-level base backup
 * does (section 25.3.4), and makes it a standby of it. Needs no program beside the server. The
 * primary must keep its WAL for as long as that takes (`wal_keep_size`).
 * @throws ReconvergeError RCV402 when the primary refuses
 */
export async function copyPrimary(
  primary: Primary,
  target: string,
  account: Account | null,
): Promise<void> {
  const client = new Client({ connectionString: primary.url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined); // The running query reports it.
  try {
    await client.connect();
    await client.query(`SELECT pg_backup_start('reconverge', true)`);
    copyFiles(primary.dataDirectory, target);
    const stop = 'SELECT labelfile FROM pg_backup_stop(false)';
    const { rows } = await client.query<{ labelfile: string }>(stop);
    writeFileSync(join(target, 'backup_label'), rows[0]?.labelfile ?? '');
  } catch (thrown) {
    const message = `the primary cannot be copied: ${messageOf(thrown)}`;
    throw new ReconvergeError('RCV402', message, { at: primary.dataDirectory, cause: thrown });
  } finally {
    await client.end().catch(() => undefined);
  }
  const { host, port, name } = primary;
  const follows = `host=${host} port=${port} user=postgres application_name=${name}`;
  // Later lines count; what the primary itself followed was copied, too.
  const settings = `\nprimary_conninfo = '${follows}'\nprimary_slot_name = ''\n`;
  writeFileSync(join(target, 'postgresql.auto.conf'), settings, { flag: 'a' });
  writeFileSync(join(target, 'standby.signal'), '');
  rmSync(join(target, 'recovery.signal'), { force: true });
  if (account !== null) giveTo(target, account);
}

function copyFiles(from: string, target: string): void {
  const isCopied = (path: string): boolean => {
    const [top = '', ...below] = relative(from, path).split('/');
    return !LEFT_OUT.includes(top) && !(EMPTIED.includes(top) && below.length > 0);
  };
  for (const entry of readdirSync(from).filter((name) => isCopied(join(from, name)))) {
    const options = { recursive: true, filter: isCopied, verbatimSymlinks: true };
    cpSync(join(from, entry), join(target, entry), options);
  }
  for (const folder of ['pg_wal/archive_status', 'pg_wal/summaries']) {
    mkdirSync(join(target, folder), { recursive: true, mode: 0o700 });
  }
  chmodSync(target, 0o700);
}
