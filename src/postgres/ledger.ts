import { randomUUID } from 'node:crypto';
import { Pool } from 'pg';

/** A workflow that was ordered: its business name, its id, and how far it has come. */
export interface Ordered {
  readonly workflow: string;
  readonly workflowId: string;
  /** `new`: not even its first checkpoint exists. */
  readonly status: 'new' | 'running' | 'done';
}

/**
 * Which workflows there are to run, by name. A name is written down before its workflow starts, so
 * that whoever comes next knows of all of them.
 */
export class Ledger {
  private readonly pool: Pool;

  constructor(url: string, schema: string) {
    this.pool = new Pool({
      connectionString: url,
      options: `-c search_path=${schema}`,
      max: 1,
      query_timeout: 10_000,
      allowExitOnIdle: true,
    });
    this.pool.on('error', () => undefined);
  }

  async create(): Promise<void> {
    await this.pool.query(
      `create table if not exists orders (
         position bigint generated always as identity,
         workflow text primary key, workflow_id uuid not null unique)`,
    );
  }

  /** Orders one workflow more; its name is unique for ever. */
  async add(prefix: string): Promise<Ordered> {
    const workflowId = randomUUID();
    const workflow = `${prefix}-${workflowId.slice(0, 8)}`;
    const sql = 'insert into orders (workflow, workflow_id) values ($1, $2)';
    await this.pool.query(sql, [workflow, workflowId]);
    return { workflow, workflowId, status: 'new' };
  }

  /** All workflows ever ordered, in order. */
  async all(): Promise<readonly Ordered[]> {
    const { rows } = await this.pool.query<Ordered>(
      `select o.workflow, o.workflow_id as "workflowId", coalesce(w.status, 'new') as status
       from orders o left join workflows w using (workflow_id) order by o.position`,
    );
    return rows;
  }

  async close(): Promise<void> {
    await this.pool.end();
  }
}
