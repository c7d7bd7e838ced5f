import { openConnection, type Connection, type ConnectionLimits } from '../connection.ts';
import { Batches } from './batch.ts';

/** A workflow to start; `state` is the text of its checkpoint 0. */
export interface Start {
  readonly workflowId: string;
  readonly orchestration: string;
  readonly version: string;
  readonly key: string;
  readonly checkpointId: string;
  readonly state: string;
}

/** A checkpoint to save; `state` is its JSON text. */
export interface SaveText {
  readonly workflowId: string;
  readonly epoch: number;
  readonly checkpointId: string;
  readonly parentId: string;
  readonly step: number;
  readonly state: string;
  readonly final: boolean;
}

/** A workflow that was taken over. */
export interface Claimed {
  readonly workflowId: string;
  readonly orchestration: string;
  readonly version: string;
  readonly key: string;
  readonly cancelled: boolean;
  readonly epoch: number;
  readonly checkpointId: string;
  readonly state: unknown;
}

/** How an execution stands in the database. */
export interface Standing {
  readonly orchestration: string;
  readonly version: string;
  readonly key: string;
  readonly status: 'running' | 'done';
  readonly epoch: number;
  readonly isHeld: boolean;
  readonly isCancelled: boolean;
  readonly blocked: { readonly code: string; readonly message: string } | null;
  readonly state: unknown;
}

const saveAll = 'SELECT save_checkpoints($1)';
const startAll = 'SELECT checkpoint_id, is_new FROM start_executions($1, $2)';
const claim = 'SELECT * FROM claim_executions($1, $2, $3, $4, $5, $6)';
const standing = `
  SELECT x.orchestration, x.version, x.key, w.status, w.epoch::int AS epoch, x.blocked,
    x.cancelled AS "isCancelled", c.state_data AS state,
    coalesce(k.lease_until >= statement_timestamp(), false) AS "isHeld"
  FROM executions AS x
  JOIN workflows AS w ON w.workflow_id = x.workflow_id
  JOIN checkpoints AS c ON c.workflow_id = w.workflow_id AND c.checkpoint_id = w.head_id
  LEFT JOIN workers AS k ON k.worker_id = x.owner
  WHERE x.workflow_id = $1`;

/** Workflows in one transaction. */
const BATCH_MAX = 64;

/**
 * The functions of `spec/executor.sql`, typed. All may be repeated after a lost answer, and are.
 * Throws the codes of the store: RCV403 to RCV411.
 */
export class Journal {
  private readonly connection: Connection;
  private readonly saves: Batches<SaveText, undefined>;
  private readonly starts: Batches<Start & { readonly worker: string | null }, boolean>;

  /** The URL sets search_path to the schema. */
  constructor(url: string, limits: ConnectionLimits) {
    this.connection = openConnection(url, limits);
    this.saves = new Batches(BATCH_MAX, (items) => this.saveAll(items));
    this.starts = new Batches(BATCH_MAX, (items) => this.startAll(items));
  }

  /** False: it had been started before, as the same thing. */
  start(start: Start, worker: string | null): Promise<boolean> {
    return this.starts.add({ ...start, worker });
  }

  async save(save: SaveText): Promise<void> {
    await this.saves.add(save);
  }

  private async saveAll(saves: readonly SaveText[]): Promise<undefined[]> {
    const rows = saves.map(
      ({ workflowId, epoch, checkpointId, parentId, step, state, final }) =>
        `{"workflow_id":"${workflowId}","epoch":${epoch},"checkpoint_id":"${checkpointId}","parent_id":"${parentId}","step":${step},"final":${final},"state_data":${state}}`,
    );
    await this.connection.run(saveAll, [`[${rows.join(',')}]`], 'reconverge_save');
    return saves.map(() => undefined);
  }

  private async startAll(
    starts: readonly (Start & { readonly worker: string | null })[],
  ): Promise<boolean[]> {
    const isNew = new Map<string, boolean>();
    for (const worker of new Set(starts.map((one) => one.worker))) {
      const rows = starts
        .filter((one) => one.worker === worker)
        .map(({ workflowId, orchestration, version, key, checkpointId, state }) => {
          const named = { orchestration, version, key };
          const text = JSON.stringify({
            workflow_id: workflowId,
            ...named,
            checkpoint_id: checkpointId,
          });
          return `${text.slice(0, -1)},"state_data":${state}}`;
        });
      const answers = await this.connection.run<{ checkpoint_id: string; is_new: boolean }>(
        startAll,
        [worker, `[${rows.join(',')}]`],
        'reconverge_start',
      );
      for (const { checkpoint_id, is_new } of answers) isNew.set(checkpoint_id, is_new);
    }
    return starts.map(({ checkpointId }) => isNew.get(checkpointId) === true);
  }

  /** Takes over what nobody holds. Repeated under the same claim it includes what that took. */
  async claim(
    by: { readonly worker: string; readonly claim: string; readonly abandoned: readonly string[] },
    kinds: readonly { readonly name: string; readonly version: string }[],
    limit: number,
  ): Promise<Claimed[]> {
    const names = kinds.map(({ name }) => name);
    const versions = kinds.map(({ version }) => version);
    const values = [by.worker, by.claim, by.abandoned, names, versions, limit];
    const rows = await this.connection.run<ClaimedRow>(claim, values);
    return rows.map((row) => ({
      workflowId: row.workflow_id,
      orchestration: row.orchestration,
      version: row.version,
      key: row.key,
      cancelled: row.cancelled,
      epoch: Number(row.epoch),
      checkpointId: row.checkpoint_id,
      state: row.state_data,
    }));
  }

  /** False: the lease had run out. */
  renew(worker: string, leaseMs: number, description: string): Promise<boolean> {
    const sql = 'SELECT renew_lease($1, $2, $3) AS answer';
    return this.answer(sql, [worker, leaseMs, description]);
  }

  async release(worker: string): Promise<void> {
    await this.connection.run('SELECT release_executions($1)', [worker]);
  }

  async block(workflowId: string, epoch: number, reason: object): Promise<void> {
    const sql = 'SELECT block_execution($1, $2, $3)';
    await this.connection.run(sql, [workflowId, epoch, JSON.stringify(reason)]);
  }

  unblock(workflowId: string): Promise<boolean> {
    return this.answer('SELECT unblock_execution($1) AS answer', [workflowId]);
  }

  cancel(workflowId: string): Promise<boolean> {
    return this.answer('SELECT cancel_execution($1) AS answer', [workflowId]);
  }

  async standing(workflowId: string): Promise<Standing | null> {
    const [row] = await this.connection.run<Standing>(standing, [workflowId]);
    return row ?? null;
  }

  /** The remembered outcome of an effect, or null (spec 5.8). */
  async findEffect(workflowId: string, effectId: string, source: string, input: string) {
    const sql = 'SELECT find_effect($1, $2, $3, $4)::text AS outcome';
    const values = [workflowId, effectId, source, input];
    const [row] = await this.connection.run<{ outcome: string | null }>(sql, values);
    const text = row?.outcome ?? null;
    return text === null ? null : { outcome: JSON.parse(text) as unknown };
  }

  async saveEffect(
    place: { readonly workflowId: string; readonly epoch: number },
    effect: { readonly id: string; readonly source: string; readonly input: string },
    outcome: string,
  ): Promise<void> {
    const { workflowId, epoch } = place;
    const { id, source, input } = effect;
    const sql = 'SELECT save_effect($1, $2, $3, $4, $5, $6)';
    await this.connection.run(sql, [workflowId, epoch, id, source, input, outcome]);
  }

  /** Waits for running calls and closes the connections. */
  close(): Promise<void> {
    return this.connection.close();
  }

  private async answer(sql: string, values: readonly unknown[]): Promise<boolean> {
    const [row] = await this.connection.run<{ answer: boolean }>(sql, values);
    return row?.answer === true;
  }
}

interface ClaimedRow {
  workflow_id: string;
  orchestration: string;
  version: string;
  key: string;
  cancelled: boolean;
  epoch: string;
  checkpoint_id: string;
  state_data: unknown;
}
