import { Client, DatabaseError } from 'pg';
import { messageOf, ReconvergeError } from '../../model/error.ts';
import { loadExecutorSql } from '../migration.ts';
import { targetOf } from '../store.ts';

/** What this program must find in `schema_version`. */
export const SCHEMA_VERSION = 3;

const UNDEFINED_TABLE = '42P01';

/**
 * Creates what an executor needs in the schema, and the schema itself, or brings an older one up to
 * date; what is there stays. May run at any time and in several processes at once. Needs the right
 * to create, which executors themselves don't.
 * @throws ReconvergeError RCV434 for a schema that is newer than this program
 */
export async function migrate(url: string, options: { schema?: string } = {}): Promise<void> {
  const { schema = 'reconverge' } = options;
  const target = targetOf(url, schema);
  const version = await versionIn(target, schema);
  if (version !== null && version > SCHEMA_VERSION) throw newer(version);
  await loadExecutorSql(target, schema);
}

/** @throws ReconvergeError RCV434 unless the schema is of this program's version */
export async function requireVersion(target: string, schema: string): Promise<void> {
  const version = await versionIn(target, schema);
  if (version === SCHEMA_VERSION) return;
  if (version !== null && version > SCHEMA_VERSION) throw newer(version);
  const found = version === null ? 'has no tables for executors' : `is of version ${version}`;
  throw new ReconvergeError('RCV434', `the schema ${found}; this needs version ${SCHEMA_VERSION}`, {
    hint: 'await migrate(url, { schema }), once, under a role that may create tables',
  });
}

const newer = (version: number): ReconvergeError =>
  new ReconvergeError(
    'RCV434',
    `the schema is of version ${version}, newer than this program's ${SCHEMA_VERSION}`,
    { hint: 'update reconverge' },
  );

/** Null: there are no tables for executors. */
async function versionIn(target: string, schema: string): Promise<number | null> {
  const client = new Client({ connectionString: target, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined); // The running query reports it.
  try {
    await client.connect();
    const { rows: found } = await client.query<{ may: boolean }>(mayUse, [schema]);
    if (found[0]?.may === false) throw forbidden(`schema ${schema}`);
    const { rows } = await client.query<{ version: number }>('SELECT version FROM schema_version');
    return rows[0]?.version ?? null;
  } catch (thrown) {
    if (thrown instanceof DatabaseError && thrown.code === UNDEFINED_TABLE) return null;
    if (thrown instanceof DatabaseError && thrown.code === '42501') {
      throw forbidden(thrown.message, thrown);
    }
    if (thrown instanceof ReconvergeError) throw thrown;
    throw new ReconvergeError('RCV403', `PostgreSQL gives no answer: ${messageOf(thrown)}`, {
      hint: 'is the server running, and the URL right?',
      cause: thrown,
    });
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** PostgreSQL passes over a schema that a role may not use as if it were not there. */
const mayUse = `SELECT has_schema_privilege(oid, 'USAGE') AS may FROM pg_namespace WHERE nspname = $1`;

const forbidden = (what: string, cause?: unknown): ReconvergeError =>
  new ReconvergeError('RCV436', `the role lacks a right: ${what}`, {
    hint: 'grant it the schema, its tables and its functions',
    cause,
  });
