import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { assertInternal } from '../model/error.ts';
import { codedError } from './sql-error.ts';

/** The schema's name goes in as a value: SQL is never put together from strings. */
const nameSchema = `SELECT set_config('reconverge.schema', $1, false)`;
const createSchema = `
DO $$ BEGIN
  PERFORM pg_advisory_xact_lock(7239054617342);
  EXECUTE format('CREATE SCHEMA IF NOT EXISTS %I', current_setting('reconverge.schema'));
END $$`;

const dropNamed = `
DO $$ BEGIN
  EXECUTE format('DROP SCHEMA IF EXISTS %I CASCADE', current_setting('reconverge.schema'));
END $$`;

/** Statements in one session that knows the schema's name. */
async function inSession(
  url: string,
  schema: string,
  statements: readonly string[],
): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined); // The running query reports it.
  try {
    await client.connect();
    await client.query(nameSchema, [schema]);
    for (const statement of statements) await client.query(statement);
  } catch (thrown) {
    throw codedError(thrown);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/**
 * Loads `spec/checkpoints.sql` into the schema, which is made if need be. May run at any time and
 * in several processes at once. The URL must set search_path to the schema.
 */
export function loadCheckpointSql(url: string, schema: string): Promise<void> {
  return inSession(url, schema, [createSchema, scriptOf('checkpoints')]);
}

/** The same, and what executors need besides: `spec/executor.sql`. */
export function loadExecutorSql(url: string, schema: string): Promise<void> {
  const scripts = [scriptOf('checkpoints'), scriptOf('executor')];
  return inSession(url, schema, [createSchema, ...scripts]);
}

/** Removes a schema with everything in it, if it exists. */
export function dropSchema(url: string, schema: string): Promise<void> {
  return inSession(url, schema, [dropNamed]);
}

/** A file of the package root, which is two folders up from here, three once compiled. */
function scriptOf(name: 'checkpoints' | 'executor'): string {
  const path = ['../..', '../../..']
    .map((root) => fileURLToPath(new URL(`${root}/spec/${name}.sql`, import.meta.url)))
    .find((candidate) => existsSync(candidate));
  assertInternal(path !== undefined, `spec/${name}.sql is missing from the package`);
  return readFileSync(path, 'utf8');
}
