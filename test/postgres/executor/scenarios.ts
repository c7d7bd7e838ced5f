import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { expect } from 'vitest';
import { Journal, type Claimed } from '../../../src/postgres/executor/journal.ts';

/** One schema with the executors' functions. */
export interface Bench {
  readonly url: string;
  readonly journal: Journal;
  sql(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
}

const kinds = [{ name: 'errand', version: '1' }];

/** A live worker, by its id. */
async function worker(bench: Bench, leaseMs = 60_000): Promise<string> {
  const id = randomUUID();
  expect(await bench.journal.renew(id, leaseMs, 'a test')).toBe(true);
  return id;
}

async function started(bench: Bench, owner: string | null, state = '{"at":0}') {
  const start = {
    workflowId: randomUUID(),
    orchestration: 'errand',
    version: '1',
    key: "it's",
    checkpointId: randomUUID(),
    state,
  };
  expect(await bench.journal.start(start, owner)).toBe(true);
  return start;
}

const claim = (
  bench: Bench,
  by: string,
  options: { claim?: string; abandoned?: string[]; limit?: number } = {},
): Promise<Claimed[]> => {
  const { claim: name = randomUUID(), abandoned = [], limit = 1000 } = options;
  return bench.journal.claim({ worker: by, claim: name, abandoned }, kinds, limit);
};

const idsOf = (claimed: readonly Claimed[]): string[] => claimed.map((one) => one.workflowId);

/** A second session in the middle of a transaction. */
async function inTransaction(bench: Bench, during: (session: Client) => Promise<void>) {
  const session = new Client({ connectionString: bench.url });
  await session.connect();
  try {
    await session.query('BEGIN');
    await during(session);
  } finally {
    await session.end();
  }
}

/** What must hold of the functions; each throws when it does not. */
export const scenarios: Readonly<Record<string, (bench: Bench) => Promise<void>>> = {
  async 'what a live worker holds is not claimed, what nobody holds is'(bench) {
    const [one, two] = [await worker(bench), await worker(bench)];
    const [held, free] = [await started(bench, one), await started(bench, null)];
    const ids = idsOf(await claim(bench, two));
    expect(ids).toContain(free.workflowId);
    expect(ids).not.toContain(held.workflowId);
    expect(idsOf(await claim(bench, one))).not.toContain(free.workflowId);
  },

  async 'a lease that has run out frees what it held, and cannot be renewed'(bench) {
    const [one, two] = [await worker(bench, 1), await worker(bench)];
    const { workflowId } = await started(bench, one);
    await bench.sql('SELECT pg_sleep(0.01)');
    expect(await bench.journal.renew(one, 60_000, 'too late')).toBe(false);
    expect(idsOf(await claim(bench, two))).toContain(workflowId);
  },

  async 'a claim takes the workflow over: a new epoch, the old one fenced'(bench) {
    const [one, two] = [await worker(bench), await worker(bench)];
    const { workflowId, checkpointId } = await started(bench, one);
    await bench.journal.release(one);
    const [taken] = (await claim(bench, two)).filter((each) => each.workflowId === workflowId);
    expect(taken).toMatchObject({ epoch: 2, checkpointId, state: { at: 0 }, key: "it's" });
    const save = { workflowId, checkpointId: randomUUID(), parentId: checkpointId, step: 1 };
    const stale = bench.journal.save({ ...save, epoch: 1, state: '{"at":1}', final: false });
    await expect(stale).rejects.toMatchObject({ code: 'RCV404' });
    await bench.journal.save({ ...save, epoch: 2, state: '{"at":1}', final: false });
  },

  async 'claims that meet share what there is'(bench) {
    const workers = await Promise.all([1, 2, 3, 4].map(() => worker(bench)));
    // Claims of many take long enough that one ends while another is on its way.
    const many = Array.from({ length: 40 });
    for (let round = 0; round < 12; round += 1) {
      const made = await Promise.all(many.map(() => started(bench, null)));
      const claims = await Promise.all(workers.map((one) => claim(bench, one, { limit: 30 })));
      const ids = claims.flatMap(idsOf);
      for (const { workflowId } of made) {
        expect(ids.filter((id) => id === workflowId).length).toBeLessThanOrEqual(1);
      }
      await claim(bench, workers[0] as string);
    }
  },

  async 'a claim does not wait for one that is under way'(bench) {
    const [one, two] = [await worker(bench), await worker(bench)];
    const { workflowId } = await started(bench, null);
    await inTransaction(bench, async (session) => {
      await session.query('SELECT FROM executions WHERE workflow_id = $1 FOR UPDATE', [workflowId]);
      const other = await started(bench, null);
      expect(idsOf(await claim(bench, one))).toContain(other.workflowId);
    });
    expect(idsOf(await claim(bench, two))).toContain(workflowId);
  },

  async 'a claim takes no more than it has room for, and the oldest first'(bench) {
    const one = await worker(bench);
    await claim(bench, one);
    const first = await started(bench, null);
    await started(bench, null);
    expect(idsOf(await claim(bench, one, { limit: 1 }))).toEqual([first.workflowId]);
  },

  async 'a claim repeated under its id gives what it took, another one does not'(bench) {
    const one = await worker(bench);
    const { workflowId } = await started(bench, null);
    const name = randomUUID();
    expect(idsOf(await claim(bench, one, { claim: name }))).toContain(workflowId);
    expect(idsOf(await claim(bench, one, { claim: name }))).toContain(workflowId);
    expect(idsOf(await claim(bench, one))).not.toContain(workflowId);
    const again = await claim(bench, one, { abandoned: [workflowId] });
    expect(idsOf(again)).toEqual([workflowId]);
  },

  async 'other orchestrations and versions are left alone'(bench) {
    const one = await worker(bench);
    const { workflowId } = await started(bench, null);
    for (const other of [
      { name: 'errand', version: '2' },
      { name: 'other', version: '1' },
    ]) {
      const by = { worker: one, claim: randomUUID(), abandoned: [] };
      expect(idsOf(await bench.journal.claim(by, [other], 100))).not.toContain(workflowId);
    }
  },

  async 'what is done is not claimed'(bench) {
    const [one, two] = [await worker(bench), await worker(bench)];
    const { workflowId, checkpointId: parentId } = await started(bench, one);
    const save = { workflowId, epoch: 1, checkpointId: randomUUID(), parentId, step: 1 };
    await bench.journal.save({ ...save, state: '{"at":1}', final: true });
    await bench.journal.release(one);
    expect(idsOf(await claim(bench, two))).not.toContain(workflowId);
  },

  async 'a damaged workflow is blocked, the others are not held up'(bench) {
    const one = await worker(bench);
    const [bad, good] = [await started(bench, null), await started(bench, null)];
    const wrong = `UPDATE checkpoints SET state_data = '{"at":9}' WHERE workflow_id = $1`;
    await bench.sql(wrong, [bad.workflowId]);
    const ids = idsOf(await claim(bench, one));
    expect(ids).toContain(good.workflowId);
    expect(ids).not.toContain(bad.workflowId);
    const standing = await bench.journal.standing(bad.workflowId);
    expect(standing?.blocked?.message).toContain('is damaged');
    expect(standing?.epoch).toBe(1);
    expect(idsOf(await claim(bench, one))).not.toContain(bad.workflowId);
  },

  async 'a blocked workflow is left alone until it is unblocked'(bench) {
    const [one, two] = [await worker(bench), await worker(bench)];
    const { workflowId } = await started(bench, one);
    const late = bench.journal.block(workflowId, 2, { code: 'X', message: 'y' });
    await expect(late).rejects.toMatchObject({ code: 'RCV404' });
    await bench.journal.block(workflowId, 1, { code: 'X', message: 'y' });
    expect(idsOf(await claim(bench, two))).not.toContain(workflowId);
    expect(await bench.journal.unblock(workflowId)).toBe(true);
    expect(await bench.journal.unblock(workflowId)).toBe(false);
    expect(idsOf(await claim(bench, two))).toContain(workflowId);
  },

  async 'a start is repeatable, also by others, as the same thing only'(bench) {
    const [one, two] = [await worker(bench), await worker(bench)];
    const start = await started(bench, one);
    expect(await bench.journal.start(start, one)).toBe(true);
    const others = { ...start, checkpointId: randomUUID() };
    expect(await bench.journal.start(others, two)).toBe(false);
    for (const change of [{ version: '2' }, { orchestration: 'x' }, { state: '{"at":7}' }]) {
      const different = bench.journal.start({ ...others, ...change }, two);
      await expect(different).rejects.toMatchObject({ code: 'RCV410' });
    }
    await bench.journal.release(one);
    await claim(bench, two);
    expect(await bench.journal.start(start, one)).toBe(false);
  },

  async 'a cancellation is remembered for whoever takes the workflow over'(bench) {
    const [one, two] = [await worker(bench), await worker(bench)];
    const { workflowId } = await started(bench, one);
    expect(await bench.journal.cancel(workflowId)).toBe(true);
    expect(await bench.journal.cancel(randomUUID())).toBe(false);
    await bench.journal.release(one);
    const taken = (await claim(bench, two)).find((each) => each.workflowId === workflowId);
    expect(taken?.cancelled).toBe(true);
  },
};

/** Each bug that could creep into the script, and the scenario that must notice. */
export const mutants: readonly [
  name: string,
  from: string | RegExp,
  to: string,
  noticedBy: string,
][] = [
  [
    'a live lease is no obstacle',
    'k.lease_until >= statement_timestamp()',
    'false',
    'what a live worker holds is not claimed, what nobody holds is',
  ],
  [
    'a dead lease is an obstacle',
    ' AND k.lease_until >= statement_timestamp()',
    '',
    'a lease that has run out frees what it held, and cannot be renewed',
  ],
  [
    'a stale lease is renewed',
    'WHERE k.lease_until >= clock_timestamp()',
    '',
    'a lease that has run out frees what it held, and cannot be renewed',
  ],
  [
    'a claim recovers nothing',
    /SELECT \* INTO place\s+FROM recover_from_checkpoint\(e\.workflow_id, NULL, gen_random_uuid\(\)\) AS r;/,
    `SELECT w.epoch, c.checkpoint_id, c.step, c.state_data, w.status INTO place FROM workflows w
       JOIN checkpoints c ON c.checkpoint_id = w.head_id WHERE w.workflow_id = e.workflow_id;`,
    'a claim takes the workflow over: a new epoch, the old one fenced',
  ],
  [
    'a claim is not written down',
    'SET owner = p_worker, claim = p_claim WHERE',
    'SET owner = owner WHERE',
    'what a live worker holds is not claimed, what nobody holds is',
  ],
  [
    'the lease is joined, and not looked at again',
    /(ON x\.workflow_id = w\.workflow_id)([\s\S]*?)NOT EXISTS \([^)]*\(\)\s+\)/,
    `$1 LEFT JOIN workers AS k ON k.worker_id = x.owner$2
       (k.worker_id IS NULL OR k.lease_until < statement_timestamp())`,
    'claims that meet share what there is',
  ],
  [
    'a claim waits for others',
    'FOR UPDATE OF x SKIP LOCKED',
    'FOR UPDATE OF x',
    'a claim does not wait for one that is under way',
  ],
  [
    'a claim takes all there is',
    'LIMIT p_limit',
    '',
    'a claim takes no more than it has room for, and the oldest first',
  ],
  [
    'the newest come first',
    'ORDER BY w.created_at, w.workflow_id LIMIT',
    'ORDER BY w.created_at DESC, w.workflow_id LIMIT',
    'a claim takes no more than it has room for, and the oldest first',
  ],
  [
    'a lost answer is lost',
    '(x.claim = p_claim OR x.workflow_id = ANY (p_abandoned))',
    'x.workflow_id = ANY (p_abandoned)',
    'a claim repeated under its id gives what it took, another one does not',
  ],
  [
    'what was abandoned stays so',
    '(x.claim = p_claim OR x.workflow_id = ANY (p_abandoned))',
    'x.claim = p_claim',
    'a claim repeated under its id gives what it took, another one does not',
  ],
  [
    'versions do not matter',
    /\(x\.orchestration, x\.version\) IN \(SELECT \* FROM unnest\(p_names, p_versions\)\)/,
    'x.orchestration = ANY (p_names)',
    'other orchestrations and versions are left alone',
  ],
  [
    'what is done is recovered',
    /WHERE w\.status = 'running' AND x\.blocked IS NULL([\s\S]*?)IF place\.status = 'running' THEN/,
    'WHERE x.blocked IS NULL$1IF true THEN',
    'what is done is not claimed',
  ],
  [
    'damage holds everybody up',
    'EXCEPTION WHEN data_corrupted THEN',
    'EXCEPTION WHEN division_by_zero THEN',
    'a damaged workflow is blocked, the others are not held up',
  ],
  [
    'blocked workflows are claimed',
    ' AND x.blocked IS NULL',
    '',
    'a blocked workflow is left alone until it is unblocked',
  ],
  [
    'anybody may block',
    'PERFORM require_epoch(locked_workflow(p_workflow_id), p_epoch);',
    '',
    'a blocked workflow is left alone until it is unblocked',
  ],
  [
    'a start may be repeated as something else',
    /AND \(earlier\.orchestration, earlier\.version\) = \(s\.orchestration, s\.version\)/,
    '',
    'a start is repeatable, also by others, as the same thing only',
  ],
  [
    'a start may be repeated with another input',
    /\s+AND c\.state_sha256 = sha256_of\(s\.state_data\)/,
    '',
    'a start is repeatable, also by others, as the same thing only',
  ],
  [
    'everybody owns what he starts again',
    'w.epoch = 1 AND c.checkpoint_id = s.checkpoint_id',
    'w.epoch = 1',
    'a start is repeatable, also by others, as the same thing only',
  ],
  [
    'a start owns for ever',
    'w.epoch = 1 AND c.checkpoint_id = s.checkpoint_id',
    'c.checkpoint_id = s.checkpoint_id',
    'a start is repeatable, also by others, as the same thing only',
  ],
  [
    'a cancellation is forgotten',
    'SET cancelled = true',
    'SET cancelled = false',
    'a cancellation is remembered for whoever takes the workflow over',
  ],
];
