import { randomUUID } from 'node:crypto';
import { Pool } from 'pg';
import { STEPS, type Contender } from './contender.ts';

/** One commit of one small row: what no durable step can be cheaper than. */
export async function bareCommit(url: string, concurrency: number): Promise<Contender> {
  const pool = new Pool({ connectionString: url, max: concurrency });
  await pool.query('CREATE TABLE IF NOT EXISTS bare (id uuid, at int)');
  const insert = { name: 'insert', text: 'INSERT INTO bare VALUES ($1, $2)' };
  return {
    async one() {
      await pool.query({ ...insert, values: [randomUUID(), 1] });
    },
    close: () => pool.end(),
  };
}

const schema = `
  CREATE TABLE IF NOT EXISTS hand_workflows (
    id uuid PRIMARY KEY, epoch bigint NOT NULL, head uuid NOT NULL, chain bytea NOT NULL,
    status text NOT NULL);
  CREATE TABLE IF NOT EXISTS hand_checkpoints (
    workflow_id uuid NOT NULL REFERENCES hand_workflows, id uuid NOT NULL, parent uuid,
    state jsonb NOT NULL, hash bytea NOT NULL, chain bytea NOT NULL,
    PRIMARY KEY (workflow_id, id));`;
const create = {
  name: 'create',
  text: `
    WITH w AS (
      INSERT INTO hand_workflows VALUES ($1, 1, $2, sha256($3::text::bytea), 'running')
      RETURNING id, head, chain
    )
    INSERT INTO hand_checkpoints SELECT id, head, NULL, $3::jsonb, chain, chain FROM w`,
};
const save = {
  name: 'save',
  text: `
    WITH w AS (
      UPDATE hand_workflows SET head = $4, chain = sha256(chain || sha256($5::text::bytea)),
        status = $6
      WHERE id = $1 AND epoch = $2 AND head = $3
      RETURNING id, chain
    )
    INSERT INTO hand_checkpoints
    SELECT id, $4, $3, $5::jsonb, sha256($5::text::bytea), chain FROM w`,
};

/**
 * What an expert writes by hand for this one workflow: a loop with one prepared statement for each
 * fenced, hashed and chained checkpoint. Nobody recovers anything.
 */
export async function byHand(url: string, concurrency: number): Promise<Contender> {
  const pool = new Pool({ connectionString: url, max: concurrency });
  await pool.query(schema);
  return {
    async one() {
      const id = randomUUID();
      let head = randomUUID();
      let sum = 0;
      const stateAt = (at: number): string => JSON.stringify({ at, sum, order: id });
      await pool.query({ ...create, values: [id, head, stateAt(0)] });
      for (let at = 0; at < STEPS; at += 1) {
        sum += await Promise.resolve(at);
        const next = randomUUID();
        const status = at === STEPS - 1 ? 'done' : 'running';
        const values = [id, 1, head, next, stateAt(at + 1), status];
        const { rowCount } = await pool.query({ ...save, values });
        if (rowCount !== 1) throw new Error('fenced');
        head = next;
      }
    },
    close: () => pool.end(),
  };
}
