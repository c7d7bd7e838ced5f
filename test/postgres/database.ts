import { Client } from 'pg';
import { openStore, type Store } from '../../src/postgres/store.ts';

/** One schema with the checkpoint functions, reached as a user's own SQL would and by the store. */
export interface Database {
  readonly store: Store;
  sql(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  /** On a connection of its own, beside a transaction of `sql`. */
  beside(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  /** The SQLSTATE and hint with which a statement fails; throws when it succeeds. */
  refusal(text: string, values?: readonly unknown[]): Promise<{ code: string; hint: string }>;
  close(): Promise<void>;
}

/** Connects to a schema that has been loaded. */
export async function openDatabase(url: string, schema: string): Promise<Database> {
  const connect = async (): Promise<Client> => {
    const client = new Client({ connectionString: url, options: `-c search_path=${schema}` });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  };
  const client = await connect();
  const store = openStore(url, { schema, patienceMs: 2000 });
  const sql = async (text: string, values: readonly unknown[] = []) =>
    (await client.query<Record<string, unknown>>(text, [...values])).rows;
  return {
    store,
    sql,
    async beside(text, values = []) {
      const other = await connect();
      try {
        return (await other.query<Record<string, unknown>>(text, [...values])).rows;
      } finally {
        await other.end();
      }
    },
    async refusal(text, values) {
      try {
        await sql(text, values);
      } catch (thrown) {
        const { code, hint } = thrown as { code: string; hint?: string };
        return { code, hint: hint ?? '' };
      }
      throw new Error(`was not refused: ${text}`);
    },
    async close() {
      await store.close();
      await client.end();
    },
  };
}
