import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { ReconvergeError } from '../../model/error.ts';
import { serverAccount, temporaryBase } from './account.ts';
import { copyPrimary, type Primary } from './base-backup.ts';
import { type Major, prepareBinaries } from './binaries.ts';
import { claimDataDirectory, initialise, makeDataDirectory } from './data-directory.ts';
import { externalServer } from './external.ts';
import { openHome } from './home.ts';
import { ownServer } from './own-server.ts';
import { type Start, startAnywhere } from './postmaster.ts';
import type { PostgresServer } from './running.ts';

/** How to start a server. Everything is optional. */
export interface ServerOptions {
  /** Default 18. */
  readonly major?: Major;
  /** Use this running server instead of starting one; the other options are ignored then. */
  readonly url?: string;
  /**
   * A folder that is kept: initialised when empty, used again otherwise. Default: a temporary one.
   */
  readonly dataDirectory?: string;
  /** Keep the temporary data directory after the end, to look at. Default false. */
  readonly keepData?: boolean;
  /** fsync. Default true; false only for data that may be lost with the machine's power. */
  readonly durable?: boolean;
  /** Page checksums of a data directory that is made now. Default true. */
  readonly checksums?: boolean;
  /** Further configuration parameters, for example `{ max_prepared_transactions: '10' }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Be a standby of that server: its data is copied instead of made. */
  readonly standbyOf?: Primary;
  /** How long a start may take, recovery after a crash included. Default 60,000 ms. */
  readonly startTimeoutMs?: number;
}

/**
 * Starts a PostgreSQL server on 127.0.0.1, or refers to a running one. Runs as any user; root drops
 * to `nobody`. However this process ends, a watchdog stops the server and removes its folders.
 * Throws RCV401 without binaries and RCV402 when it does not start.
 */
export async function startServer(options: ServerOptions = {}): Promise<PostgresServer> {
  if (options.url !== undefined) return externalServer(options.url);
  if (process.platform === 'win32') {
    throw new ReconvergeError('RCV402', 'servers are started on Linux and macOS only', {
      hint: 'name a running PostgreSQL by its URL',
    });
  }
  const account = serverAccount(options.dataDirectory ?? null);
  const kept =
    options.dataDirectory ??
    (options.keepData === true
      ? mkdtempSync(join(temporaryBase(account), 'reconverge-data-'))
      : null);
  const durable = options.durable ?? true;
  const home = openHome(account, kept);
  try {
    const binaries = await prepareBinaries(
      options.major ?? 18,
      account,
      join(home.folder, 'native'),
    );
    const dataDirectory = makeDataDirectory(home.dataDirectory, account);
    if (kept !== null) claimDataDirectory(dataDirectory);
    if (options.standbyOf !== undefined) {
      await copyPrimary(options.standbyOf, dataDirectory, account);
    } else {
      // Temporary data do not outlive this process, let alone the machine.
      const making = { checksums: options.checksums ?? true, durable: durable && kept !== null };
      await initialise(home, binaries, dataDirectory, making);
    }
    const start: Start = {
      home,
      native: binaries.native,
      dataDirectory,
      settings: { fsync: durable ? 'on' : 'off', ...options.settings },
      timeoutMs: options.startTimeoutMs ?? 60_000,
    };
    return ownServer(start, await startAnywhere(start), binaries.version, kept === null);
  } catch (error) {
    await home.watchdog.close(false);
    throw error;
  }
}
