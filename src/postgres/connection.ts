import { setTimeout as sleep } from 'node:timers/promises';
import { Pool, type QueryResultRow } from 'pg';
import { codedError, isPassing, unreachable } from './sql-error.ts';

/** A pool whose calls survive the loss of connections and of the server. */
export interface Connection {
  /**
   * Runs one statement, which is one transaction, and runs it again after a lost connection.
   * Only for statements that may be repeated. Throws coded errors, RCV403 after `patienceMs`.
   * @param name under which each connection prepares it once; null: planned each time
   */
  run<Row extends QueryResultRow>(
    text: string,
    values: readonly unknown[],
    name?: string | null,
  ): Promise<Row[]>;
  close(): Promise<void>;
}

/** Limits of a connection. */
export interface ConnectionLimits {
  /** How long one call is repeated while the server is away. 0 = one attempt. Milliseconds. */
  readonly patienceMs: number;
  /** After how long an unanswered attempt counts as lost, connecting included. Milliseconds. */
  readonly attemptMs: number;
  /** Connections open at the same time. */
  readonly connections: number;
}

/** Opens lazily: nothing is sent before the first call. Does not keep Node's event loop alive. */
export function openConnection(url: string, limits: ConnectionLimits): Connection {
  const { patienceMs, attemptMs, connections } = limits;
  const pool = new Pool({
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: attemptMs,
    query_timeout: attemptMs, // Else a connection that swallows everything is waited for.
    keepAlive: true,
    allowExitOnIdle: true,
  });
  pool.on('error', () => undefined); // An idle connection was lost; the pool replaces it.
  return {
    async run<Row extends QueryResultRow>(
      text: string,
      values: readonly unknown[],
      name: string | null = null,
    ) {
      const statement = { text, values: [...values], ...(name !== null && { name }) };
      const deadline = performance.now() + patienceMs;
      for (let pauseMs = 20; ; pauseMs = Math.min(2 * pauseMs, 320)) {
        try {
          return (await pool.query<Row>(statement)).rows;
        } catch (thrown) {
          if (!isPassing(thrown)) throw codedError(thrown);
          if (performance.now() + pauseMs > deadline) throw unreachable(thrown, patienceMs);
        }
        await sleep(pauseMs);
      }
    },
    close: () => pool.end(),
  };
}
