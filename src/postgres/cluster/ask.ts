import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { ReconvergeError } from '../../model/error.ts';

type Row = Readonly<Record<string, unknown>>;

/** The rows of one statement, on a connection of its own; 20 s at most. */
export async function ask(
  url: string,
  text: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const limits = { connectionTimeoutMillis: 10_000, query_timeout: 20_000 };
  const client = new Client({ connectionString: url, ...limits });
  client.on('error', () => undefined); // The running query reports it.
  try {
    await client.connect();
    return (await client.query<Row>(text, [...values])).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/**
 * Waits until the statement has a row.
 * @throws ReconvergeError RCV402 with `what` after 30 s
 */
export async function awaitRow(
  what: string,
  url: string,
  text: string,
  values: readonly unknown[] = [],
): Promise<Row> {
  for (const end = performance.now() + 30_000; performance.now() < end; await sleep(20)) {
    const [row] = await ask(url, text, values);
    if (row !== undefined) return row;
  }
  throw new ReconvergeError('RCV402', `waited 30 s, and in vain: ${what}`);
}
