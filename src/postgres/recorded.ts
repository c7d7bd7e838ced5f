import { DatabaseError } from 'pg';
import type { PostgresBinding } from '../model/define.ts';
import { ReconvergeError } from '../model/error.ts';
import { ServiceTables } from './services.ts';
import { openConnection, type Connection } from './connection.ts';
import {
  openStore,
  targetOf,
  type HistoryEntry,
  type RecoveryEntry,
  type WorkflowEntry,
} from './store.ts';

/** What a store knows of one workflow. */
export interface RecordedWorkflow extends WorkflowEntry {
  /** What people call it; null where nobody wrote it down. */
  readonly workflow: string | null;
  readonly checkpoints: readonly HistoryEntry[];
  readonly recoveries: readonly RecoveryEntry[];
  /**
   * What the services have of a workflow that is done, in the order in which they were asked; empty
   * for one that runs on, without a name, or whose services are no tables of this schema.
   */
  readonly services: readonly { readonly service: string; readonly context: unknown }[];
}

const PATIENCE = { patienceMs: 10_000, attemptMs: 5_000, connections: 1 };

async function has(connection: Connection, table: string): Promise<boolean> {
  const sql = 'SELECT to_regclass($1) IS NOT NULL AS found';
  const [row] = await connection.run<{ found: boolean }>(sql, [table]);
  return row?.found === true;
}

/** Names of workflows, from the ledger of `run` and from the executor's table. */
async function namesIn(connection: Connection): Promise<ReadonlyMap<string, string>> {
  const named = new Map<string, string>();
  const read = async (table: string, sql: string): Promise<void> => {
    if (!(await has(connection, table))) return;
    const rows = await connection.run<{ workflow_id: string; workflow: string }>(sql, []);
    for (const row of rows) named.set(row.workflow_id, row.workflow);
  };
  await read('orders', 'SELECT workflow_id, workflow FROM orders');
  await read('executions', 'SELECT workflow_id, key AS workflow FROM executions');
  return named;
}

const UNDEFINED_TABLE = '42P01';

/** What each service has of a workflow; nothing where their tables are not there. */
async function servicesOf(
  tables: ServiceTables,
  { services }: PostgresBinding,
  workflow: string,
): Promise<RecordedWorkflow['services']> {
  const found: RecordedWorkflow['services'][number][] = [];
  try {
    for (const service of Object.keys(services))
      found.push({ service, context: await tables.read(service, workflow) });
    return found;
  } catch (thrown) {
    const { cause } = thrown as Error;
    if (cause instanceof DatabaseError && cause.code === UNDEFINED_TABLE) return [];
    throw thrown;
  }
}

/**
 * All that is recorded of the workflows of a schema, or of one of them, by id or by name.
 * @throws ReconvergeError RCV606 for a schema without checkpoints, RCV406 for an unknown workflow
 */
export async function recordedWorkflows(
  url: string,
  schema: string,
  binding: PostgresBinding,
  only: string | null = null,
): Promise<readonly RecordedWorkflow[]> {
  const connection = openConnection(targetOf(url, schema), PATIENCE);
  const store = openStore(url, { schema, connections: 1 });
  const tables = new ServiceTables(url, schema, binding);
  try {
    if (!(await has(connection, 'checkpoints')))
      throw new ReconvergeError('RCV606', `the schema '${schema}' holds no checkpoints`, {
        at: schema,
        hint: 'name the schema of the executor with --schema',
      });
    const names = await namesIn(connection);
    const all = await store.workflows();
    const isAsked = ({ workflowId }: WorkflowEntry): boolean =>
      only === null || workflowId === only || names.get(workflowId) === only;
    const found: RecordedWorkflow[] = [];
    for (const entry of all.filter(isAsked)) {
      const { workflowId, status } = entry;
      const workflow = names.get(workflowId) ?? null;
      const checkpoints = await store.history(workflowId);
      const recoveries = await store.recoveries(workflowId);
      const isOver = status === 'done' && workflow !== null;
      const services = isOver ? await servicesOf(tables, binding, workflow) : [];
      found.push({ ...entry, workflow, checkpoints, recoveries, services });
    }
    if (only !== null && found.length === 0)
      throw new ReconvergeError('RCV406', `no workflow ${only}`, {
        at: schema,
        hint: 'leave --workflow out: all of the schema are judged',
      });
    return found;
  } finally {
    await Promise.all([connection.close(), store.close(), tables.close()]);
  }
}
