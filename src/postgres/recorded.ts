import { ReconvergeError } from '../model/error.ts';
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

/**
 * All that is recorded of the workflows of a schema, or of one of them, by id or by name.
 * @throws ReconvergeError RCV606 for a schema without checkpoints, RCV406 for an unknown workflow
 */
export async function recordedWorkflows(
  url: string,
  schema: string,
  only: string | null,
): Promise<readonly RecordedWorkflow[]> {
  const connection = openConnection(targetOf(url, schema), PATIENCE);
  const store = openStore(url, { schema, connections: 1 });
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
      const { workflowId } = entry;
      const checkpoints = await store.history(workflowId);
      const recoveries = await store.recoveries(workflowId);
      found.push({ ...entry, workflow: names.get(workflowId) ?? null, checkpoints, recoveries });
    }
    if (only !== null && found.length === 0)
      throw new ReconvergeError('RCV406', `no workflow ${only}`, {
        at: schema,
        hint: 'leave --workflow out: all of the schema are judged',
      });
    return found;
  } finally {
    await Promise.all([connection.close(), store.close()]);
  }
}
