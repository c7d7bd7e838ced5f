import { ReconvergeError } from '../model/error.ts';
import { type Connection, type ConnectionLimits, openConnection } from './connection.ts';
import { loadCheckpointSql } from './migration.ts';

/** A place on the live path of a workflow, as recovery and `head` return it. */
export interface Position {
  /** From 1; what a worker must present with each save. */
  readonly epoch: number;
  readonly checkpointId: string;
  /** Order of commit within the workflow, from 0, without gaps. */
  readonly seq: number;
  /** The caller's count of transitions when the checkpoint was saved. */
  readonly step: number;
  readonly state: unknown;
  readonly status: 'running' | 'done';
}

/** A checkpoint to save. Its id is chosen by the caller, before the call. */
export interface Save {
  readonly workflowId: string;
  readonly epoch: number;
  readonly checkpointId: string;
  /** The checkpoint that was saved or recovered last. */
  readonly parentId: string;
  readonly step: number;
  /** JSON. */
  readonly state: unknown;
  /** The workflow is done with this checkpoint. Default false. */
  readonly final?: boolean;
}

/** What identifies an effect: its memo id, and what was executed under it. Input is JSON. */
export interface EffectKey {
  readonly workflowId: string;
  readonly effectId: string;
  readonly source: string;
  readonly input: unknown;
}

/** One saved checkpoint as history sees it. `supersededBy` is null on the live path. */
export interface HistoryEntry {
  readonly checkpointId: string;
  readonly parentId: string | null;
  readonly seq: number;
  readonly step: number;
  readonly epoch: number;
  readonly state: unknown;
  readonly final: boolean;
  readonly supersededBy: string | null;
}

/** A recovery as history sees it: after all checkpoints of lower epochs, before its own. */
export interface RecoveryEntry {
  readonly checkpointId: string;
  /** The epoch that it began. */
  readonly epoch: number;
}

/** A workflow that is known to the store. */
export interface WorkflowEntry {
  readonly workflowId: string;
  readonly status: 'running' | 'done';
  /** How many checkpoints were ever saved; at least 1. */
  readonly saved: number;
}

/** Where and how patiently to store. */
export interface StoreOptions extends Partial<ConnectionLimits> {
  /** Lower-case letters, digits and _, up to 63. Default "reconverge". */
  readonly schema?: string;
}

/**
 * Opens the checkpoint store in a database. Nothing is sent yet. Defaults: patience 10,000 ms,
 * 5,000 ms for an attempt, 4 connections. Throws RCV412 for a schema name that is not plain.
 */
export function openStore(url: string, options: StoreOptions = {}): Store {
  const { schema = 'reconverge', patienceMs = 10_000, attemptMs = 5000 } = options;
  const target = targetOf(url, schema);
  const limits = { patienceMs, attemptMs, connections: options.connections ?? 4 };
  return new Store(target, schema, openConnection(target, limits));
}

/**
 * The URL with search_path set to a schema.
 * @throws ReconvergeError RCV412 for a name that is not plain
 */
export function targetOf(url: string, schema: string): string {
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema)) {
    throw new ReconvergeError('RCV412', `"${schema}" is not a plain schema name`, {
      hint: 'use lower-case letters, digits and _',
    });
  }
  const target = new URL(url);
  const given = target.searchParams.get('options') ?? '';
  target.searchParams.set('options', `${given} -c search_path=${schema}`.trim());
  return target.href;
}

/**
 * The functions of `spec/checkpoints.sql`, typed. Each call is one statement and so one
 * transaction. When the connection is lost during a call, nobody knows whether it was committed;
 * the call is then made again, and the ids that the caller chose decide: the database recognises
 * them and answers as it did, or would have, the first time. Asking for the fate of the transaction
 * is not needed. Throws RCV403 (no server), 404 (fenced), 405 (damaged), 406 (unknown), 407
 * (superseded), 408 (done), 409 (wrong parent), 410 (id used before), 411 (memo mismatch).
 */
export class Store {
  readonly #url: string;
  readonly #schema: string;
  readonly #connection: Connection;

  constructor(url: string, schema: string, connection: Connection) {
    this.#url = url;
    this.#schema = schema;
    this.#connection = connection;
  }

  /** Creates what is missing. Idempotent. */
  migrate(): Promise<void> {
    return loadCheckpointSql(this.#url, this.#schema);
  }

  /** Creates a workflow with checkpoint 0; returns its epoch, which is 1. */
  async start(workflowId: string, checkpointId: string, state: unknown): Promise<number> {
    const sql = 'SELECT start_workflow($1, $2, $3) AS value';
    return this.#number(sql, [workflowId, checkpointId, json(state)]);
  }

  /** Saves a checkpoint on top of the head; returns its seq. */
  async save(save: Save): Promise<number> {
    const { workflowId, epoch, checkpointId, parentId, step, state, final = false } = save;
    const sql = 'SELECT save_checkpoint($1, $2, $3, $4, $5, $6, $7) AS value';
    const values = [workflowId, epoch, checkpointId, parentId, step, json(state), final];
    return this.#number(sql, values);
  }

  /**
   * Takes the workflow over at a checkpoint (null: its head) and fences whoever ran it. The
   * recovery id makes the call repeatable; a fresh one makes it a new recovery.
   */
  async recover(
    workflowId: string,
    checkpointId: string | null,
    recoveryId: string,
  ): Promise<Position> {
    const sql = 'SELECT * FROM recover_from_checkpoint($1, $2, $3)';
    return this.#position(sql, [workflowId, checkpointId, recoveryId], workflowId);
  }

  /** Where the workflow stands, without taking it over and without checking hashes. */
  async head(workflowId: string): Promise<Position> {
    const sql = `
      SELECT w.epoch, c.checkpoint_id, c.seq, c.step, c.state_data, w.status
      FROM workflows AS w
      JOIN checkpoints AS c ON c.workflow_id = w.workflow_id AND c.checkpoint_id = w.head_id
      WHERE w.workflow_id = $1`;
    return this.#position(sql, [workflowId], workflowId);
  }

  /** All checkpoints ever saved, superseded ones included, in order of commit. */
  async history(workflowId: string): Promise<HistoryEntry[]> {
    const sql = `
      SELECT checkpoint_id, parent_id, seq, step, epoch, state_data, final, superseded_by
      FROM checkpoints WHERE workflow_id = $1 ORDER BY seq`;
    const rows = await this.#connection.run<HistoryRow>(sql, [workflowId]);
    return rows.map((row) => ({
      checkpointId: row.checkpoint_id,
      parentId: row.parent_id,
      seq: Number(row.seq),
      step: Number(row.step),
      epoch: Number(row.epoch),
      state: row.state_data,
      final: row.final,
      supersededBy: row.superseded_by,
    }));
  }

  /** All recoveries ever made of a workflow, in order. */
  async recoveries(workflowId: string): Promise<RecoveryEntry[]> {
    const sql = `
      SELECT checkpoint_id, new_epoch FROM recoveries WHERE workflow_id = $1 ORDER BY new_epoch`;
    const rows = await this.#connection.run<{ checkpoint_id: string; new_epoch: string }>(sql, [
      workflowId,
    ]);
    return rows.map((row) => ({ checkpointId: row.checkpoint_id, epoch: Number(row.new_epoch) }));
  }

  /** All workflows, oldest first. */
  async workflows(): Promise<WorkflowEntry[]> {
    const sql = `
      SELECT workflow_id, status, next_seq FROM workflows ORDER BY created_at, workflow_id`;
    const rows = await this.#connection.run<WorkflowRow>(sql, []);
    return rows.map((row) => ({
      workflowId: row.workflow_id,
      status: row.status,
      saved: Number(row.next_seq),
    }));
  }

  /** Ids of workflows that are not done, oldest first, at most `limit` (1 to 10,000). */
  async unfinished(limit = 100): Promise<string[]> {
    const sql = `
      SELECT workflow_id FROM workflows WHERE status = 'running'
      ORDER BY created_at, workflow_id LIMIT $1`;
    const rows = await this.#connection.run<{ workflow_id: string }>(sql, [limit]);
    return rows.map((row) => row.workflow_id);
  }

  /** The remembered outcome of an effect, or null when it has none yet. */
  async findEffect(key: EffectKey): Promise<{ outcome: unknown } | null> {
    const sql = 'SELECT find_effect($1, $2, $3, $4)::text AS outcome';
    const values = [key.workflowId, key.effectId, key.source, json(key.input)];
    const [row] = await this.#connection.run<{ outcome: string | null }>(sql, values);
    const text = row?.outcome ?? null;
    return text === null ? null : { outcome: JSON.parse(text) as unknown };
  }

  /** Remembers an outcome; returns the one that stays, which is the first. */
  async saveEffect(key: EffectKey, epoch: number, outcome: unknown): Promise<unknown> {
    const sql = 'SELECT save_effect($1, $2, $3, $4, $5, $6) AS outcome';
    const { workflowId, effectId, source, input } = key;
    const values = [workflowId, epoch, effectId, source, json(input), json(outcome)];
    const [row] = await this.#connection.run<{ outcome: unknown }>(sql, values);
    return row?.outcome;
  }

  /** Waits for running calls and closes the connections. */
  close(): Promise<void> {
    return this.#connection.close();
  }

  async #number(sql: string, values: readonly unknown[]): Promise<number> {
    const [row] = await this.#connection.run<{ value: string }>(sql, values);
    return Number(row?.value);
  }

  async #position(sql: string, values: readonly unknown[], workflowId: string): Promise<Position> {
    const [row] = await this.#connection.run<PositionRow>(sql, values);
    if (row === undefined) throw new ReconvergeError('RCV406', `no workflow ${workflowId}`);
    return {
      epoch: Number(row.epoch),
      checkpointId: row.checkpoint_id,
      seq: Number(row.seq),
      step: Number(row.step),
      state: row.state_data,
      status: row.status,
    };
  }
}

/** 64-bit integers arrive as text; they stay far below 2^53 here. */
interface PositionRow {
  epoch: string;
  checkpoint_id: string;
  seq: string;
  step: string;
  state_data: unknown;
  status: 'running' | 'done';
}

interface HistoryRow {
  checkpoint_id: string;
  parent_id: string | null;
  seq: string;
  step: string;
  epoch: string;
  state_data: unknown;
  final: boolean;
  superseded_by: string | null;
}

interface WorkflowRow {
  workflow_id: string;
  status: 'running' | 'done';
  next_seq: string;
}

/**
 * The driver would turn arrays into PostgreSQL arrays, so JSON goes in as text. Undefined is null.
 */
function json(value: unknown): string {
  return JSON.stringify(value ?? null);
}
