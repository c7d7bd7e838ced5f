import { Client } from 'pg';
import { messageOf, ReconvergeError } from '../../model/error.ts';
import type { PostgresServer } from './running.ts';

/**
 * A server that somebody else runs: `stop` leaves it running; `crash` and `restart` are refused.
 * Throws RCV402 when it does not answer within ten seconds.
 */
export async function externalServer(url: string): Promise<PostgresServer> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: 10_000,
    query_timeout: 10_000,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ version: string }>(
      `SELECT current_setting('server_version') AS version`,
    );
    const version = /^[\d.]+/.exec(rows[0]?.version ?? '')?.[0] ?? 'unknown';
    return describe(url, client.port, version);
  } catch (cause) {
    throw new ReconvergeError('RCV402', `PostgreSQL does not answer: ${messageOf(cause)}`, {
      hint: 'check the URL, and that the server is running and lets this user in',
      cause,
    });
  } finally {
    await client.end().catch(() => undefined);
  }
}

function describe(url: string, port: number, version: string): PostgresServer {
  return {
    url,
    port,
    version,
    dataDirectory: null,
    processId: null,
    lost: new Promise(() => undefined),
    stop: () => Promise.resolve(),
    crash: refuse('crash'),
    restart: refuse('restart'),
  };
}

function refuse(what: string) {
  return () =>
    Promise.reject(
      new ReconvergeError('RCV402', `cannot ${what} a server that was not started here`, {
        hint: 'leave out the URL, so that a server of its own is started',
      }),
    );
}
