import { setTimeout as sleep } from 'node:timers/promises';
import { Client, DatabaseError } from 'pg';
import { ReconvergeError } from '../model/error.ts';

/** A transaction, as it named itself before its COMMIT. */
export interface TransactionMark {
  readonly xid: string;
  /** Changes when the server recovers from a crash, which may give the number to another one. */
  readonly serverLife: string;
}

/** What became of a transaction; `unknown`: the server cannot tell any more. */
export type Fate = 'committed' | 'aborted' | 'unknown';

const mark = `
  SELECT pg_current_xact_id()::text AS xid, stats_reset::text AS "serverLife" FROM pg_stat_wal`;
const status = `
  SELECT pg_xact_status($1::text::xid8) AS status, stats_reset::text AS "serverLife"
  FROM pg_stat_wal`;
const IN_THE_FUTURE = '22023';

/** Marks the transaction that the client is in. */
export async function markTransaction(client: Client): Promise<TransactionMark> {
  const { rows } = await client.query<TransactionMark>(mark);
  return rows[0] as TransactionMark;
}

async function statusOf(
  client: Client,
  { xid, serverLife }: TransactionMark,
): Promise<Fate | 'in progress'> {
  const { rows } = await client
    .query<{ status: Fate | 'in progress' | null; serverLife: string }>(status, [xid])
    .catch((thrown: unknown) => {
      // A crash took the number back before anything of the transaction was durable.
      if (thrown instanceof DatabaseError && thrown.code === IN_THE_FUTURE) return { rows: [] };
      throw thrown;
    });
  const [row] = rows;
  if (row === undefined) return 'aborted';
  const isSure = row.serverLife === serverLife || row.status !== 'committed';
  return isSure ? (row.status ?? 'unknown') : 'unknown';
}

/**
 * Resolves an unknown outcome: asks the server what became of a transaction. One that is under way
 * is waited for, because a session whose client is gone may yet commit. After a crash "committed"
 * may be about another transaction that got the same number, and is not believed.
 * @param patienceMs how long a transaction may stay under way
 * @throws ReconvergeError RCV403 when it does
 */
export async function fateOf(
  url: string,
  transaction: TransactionMark,
  patienceMs: number,
): Promise<Fate> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: patienceMs });
  client.on('error', () => undefined); // The running query reports it.
  const deadline = performance.now() + patienceMs;
  try {
    await client.connect();
    for (;;) {
      const fate = await statusOf(client, transaction);
      if (fate !== 'in progress') return fate;
      if (performance.now() > deadline) break;
      await sleep(20);
    }
  } finally {
    await client.end().catch(() => undefined);
  }
  throw new ReconvergeError('RCV403', `transaction ${transaction.xid} is still under way`, {
    hint: 'its session may be waiting or stopped: ask again, or terminate it',
  });
}
