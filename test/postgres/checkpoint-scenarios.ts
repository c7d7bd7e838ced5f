import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Save } from '../../src/postgres/store.ts';
import type { Database } from './database.ts';

/** A workflow with checkpoints 0 to `count` - 1, state { at: n }. */
async function workflow(db: Database, count: number) {
  const id = randomUUID();
  const ids = Array.from({ length: count }, () => randomUUID());
  const at = (index: number): string => ids[index] ?? '';
  await db.store.start(id, at(0), { at: 0 });
  const save = (index: number, more: Partial<Save> = {}): Save => ({
    workflowId: id,
    epoch: 1,
    checkpointId: at(index),
    parentId: at(index - 1),
    step: index,
    state: { at: index },
    ...more,
  });
  for (let index = 1; index < count; index++) await db.store.save(save(index));
  const fresh = (epoch: number, parentId: string): Save =>
    save(count, { checkpointId: randomUUID(), parentId, epoch });
  return { id, at, save, fresh };
}

type Flow = Awaited<ReturnType<typeof workflow>>;

const rawSave = 'SELECT save_checkpoint($1, $2, $3, $4, $5, $6)';
const raw = (s: Save) => [s.workflowId, s.epoch, s.checkpointId, s.parentId, s.step, s.state];

const append = 'SELECT checkpoint_id, seq::int FROM append_checkpoints($1)';
const together = (...saves: Save[]): [string] => [
  JSON.stringify(
    saves.map((save) => ({
      workflow_id: save.workflowId,
      epoch: save.epoch,
      checkpoint_id: save.checkpointId,
      parent_id: save.parentId,
      step: save.step,
      state_data: save.state,
      final: save.final === true,
    })),
  ),
];

/** What must hold of the functions; each throws when it does not. */
export const scenarios: Readonly<Record<string, (db: Database) => Promise<void>>> = {
  async 'the two statements of the specification work verbatim'(db) {
    const { id, at } = await workflow(db, 3);
    const rows = await db.sql(
      `SELECT workflow_id, checkpoint_id, state_data, created_at FROM checkpoints
       WHERE workflow_id = '${id}' ORDER BY seq`,
    );
    expect(rows.map((row) => row['state_data'])).toEqual([{ at: 0 }, { at: 1 }, { at: 2 }]);
    expect(rows[0]?.['created_at']).toBeInstanceOf(Date);
    expect(await db.sql(`SELECT recover_from_checkpoint('${id}', '${at(1)}')`)).toEqual([
      { recover_from_checkpoint: { at: 1 } },
    ]);
    expect((await db.store.head(id)).epoch).toBe(2);
  },

  async 'a start is repeatable by its author only, and fenced after a recovery'(db) {
    const { id, at } = await workflow(db, 2);
    expect(await db.store.start(id, at(0), { at: 0 })).toBe(1);
    const start = 'SELECT start_workflow($1, $2, $3)';
    expect((await db.refusal(start, [id, randomUUID(), { at: 0 }])).code).toBe('RC005');
    expect((await db.refusal(start, [id, at(0), { at: 9 }])).code).toBe('RC005');
    await db.store.recover(id, null, randomUUID());
    expect((await db.refusal(start, [id, at(0), { at: 0 }])).code).toBe('RC001');
  },

  async 'a save is answered again by its id, and only with the same content'(db) {
    const { id, at, save, fresh } = await workflow(db, 3);
    expect(await db.store.save(save(1))).toBe(1);
    expect(await db.store.save(save(2, { state: JSON.parse('{"at":2}') as unknown }))).toBe(2);
    for (const other of [{ state: { at: 9 } }, { step: 9 }, { parentId: at(0) }]) {
      expect((await db.refusal(rawSave, raw(save(2, other)))).code).toBe('RC005');
    }
    // Whose epoch and parent are right, but its id was used.
    expect((await db.refusal(rawSave, raw({ ...fresh(1, at(2)), checkpointId: at(1) }))).code).toBe(
      'RC005',
    );
    expect(await db.store.history(id)).toHaveLength(3);
  },

  async 'a head that was moved back by hand is found'(db) {
    const { id, at, save } = await workflow(db, 3);
    await db.sql('UPDATE workflows SET head_id = $2 WHERE workflow_id = $1', [id, at(1)]);
    expect((await db.refusal(rawSave, raw(save(2)))).code).toBe('XX001');
  },

  async 'a save under an old epoch is refused'(db) {
    const { id, at, fresh } = await workflow(db, 2);
    await db.store.recover(id, null, randomUUID());
    expect((await db.refusal(rawSave, raw(fresh(1, at(1))))).code).toBe('RC001');
    expect((await db.refusal(rawSave, raw(fresh(3, at(1))))).code).toBe('RC001');
    await expect(db.store.save(fresh(1, at(1)))).rejects.toMatchObject({ code: 'RCV404' });
    expect(await db.store.save(fresh(2, at(1)))).toBe(2);
  },

  async 'a fenced worker learns that its save was committed, unless it was left behind'(db) {
    const { id, at, save } = await workflow(db, 3);
    await db.store.recover(id, at(1), randomUUID());
    expect(await db.store.save(save(1))).toBe(1);
    expect((await db.refusal(rawSave, raw(save(2)))).code).toBe('RC001');
    // Not even by whoever has taken over, and goes on where it went on.
    expect((await db.refusal(rawSave, raw(save(2, { epoch: 2 })))).code).toBe('RC001');
  },

  async 'a save must name the head as its parent'(db) {
    const { at, fresh } = await workflow(db, 3);
    for (const parent of [at(1), randomUUID()]) {
      expect((await db.refusal(rawSave, raw(fresh(1, parent)))).code).toBe('RC002');
    }
    await expect(db.store.save(fresh(1, at(0)))).rejects.toMatchObject({ code: 'RCV409' });
  },

  async 'recovery supersedes what came later and deletes nothing'(db) {
    const { id, at, fresh } = await workflow(db, 4);
    const recovery = randomUUID();
    const back = await db.store.recover(id, at(1), recovery);
    expect(back).toEqual({
      epoch: 2,
      checkpointId: at(1),
      seq: 1,
      step: 1,
      state: { at: 1 },
      status: 'running',
    });
    expect(await db.store.head(id)).toEqual(back);
    const superseded = (await db.store.history(id)).map((entry) => entry.supersededBy);
    expect(superseded).toEqual([null, null, recovery, recovery]);
    expect(await db.store.save(fresh(2, at(1)))).toBe(4);
    expect((await db.store.history(id)).map((entry) => entry.seq)).toEqual([0, 1, 2, 3, 4]);
    const error = await db.refusal('SELECT recover_from_checkpoint($1, $2)', [id, at(3)]);
    expect(error.code).toBe('RC003');
    await expect(db.store.recover(id, at(3), randomUUID())).rejects.toMatchObject({
      code: 'RCV407',
    });
    const later = await db.store.recover(id, at(0), randomUUID());
    expect(later.epoch).toBe(3);
    expect((await db.store.history(id))[2]?.supersededBy).toBe(recovery);
  },

  async 'a recovery id makes recovery repeatable until another takes over'(db) {
    const { id, at } = await workflow(db, 3);
    const [first, second] = [randomUUID(), randomUUID()];
    expect((await db.store.recover(id, null, first)).epoch).toBe(2);
    expect(await db.store.recover(id, null, first)).toMatchObject({ epoch: 2, state: { at: 2 } });
    const long = 'SELECT * FROM recover_from_checkpoint($1, $2, $3)';
    expect((await db.refusal(long, [id, at(1), first])).code).toBe('RC005');
    expect((await db.store.recover(id, null, second)).epoch).toBe(3);
    expect((await db.refusal(long, [id, null, first])).code).toBe('RC001');
    const short = 'SELECT recover_from_checkpoint($1, $2) AS state';
    expect(await db.sql(short, [id, at(1)])).toEqual([{ state: { at: 1 } }]);
    expect(await db.sql(short, [id, at(1)])).toEqual([{ state: { at: 1 } }]);
    expect((await db.store.head(id)).epoch).toBe(5);
  },

  async 'of recoverers at the same time each gets its own epoch, and only the last may save'(db) {
    const { id, fresh } = await workflow(db, 2);
    const positions = await Promise.all(
      Array.from({ length: 4 }, () => db.store.recover(id, null, randomUUID())),
    );
    expect(positions.map((position) => position.epoch).toSorted()).toEqual([2, 3, 4, 5]);
    const saves = await Promise.allSettled(
      positions.map(({ epoch, checkpointId }) => db.store.save(fresh(epoch, checkpointId))),
    );
    const winners = positions.filter((_, index) => saves[index]?.status === 'fulfilled');
    expect(winners.map((position) => position.epoch)).toEqual([5]);
    for (const save of saves) {
      if (save.status === 'rejected') expect(save.reason).toMatchObject({ code: 'RCV404' });
    }
  },

  async 'saves sent together are judged one by one'(db) {
    const [good, fenced, other] = [
      await workflow(db, 2),
      await workflow(db, 2),
      await workflow(db, 3),
    ];
    await db.store.recover(fenced.id, null, randomUUID());
    const right = [good.fresh(1, good.at(1)), other.fresh(1, other.at(2))];
    const wrong = [fenced.fresh(1, fenced.at(1)), other.fresh(1, other.at(1)), other.save(1)];
    const saved = await db.sql(
      append,
      together(wrong[0]!, right[0]!, wrong[1]!, ...right, wrong[2]!),
    );
    const seqs = saved.map((row) => [row['checkpoint_id'], row['seq']]);
    expect(new Map(seqs as [string, number][])).toEqual(
      new Map([
        [right[0]?.checkpointId, 2],
        [right[1]?.checkpointId, 3],
      ]),
    );
    expect(await db.store.history(fenced.id)).toHaveLength(2);
    expect(await db.store.history(other.id)).toHaveLength(4);
  },

  async 'saves sent together lock in the order of their workflows'(db) {
    const flows = [await workflow(db, 2), await workflow(db, 2)];
    const [low, high] = flows.toSorted((a, b) => (a.id < b.id ? -1 : 1)) as [Flow, Flow];
    await db.sql('BEGIN');
    await db.sql('SELECT FROM workflows WHERE workflow_id = $1 FOR UPDATE', [low.id]);
    const saves = together(high.fresh(1, high.at(1)), low.fresh(1, low.at(1)));
    const saving = db.beside(append, saves);
    try {
      const waiting = 'SELECT FROM pg_locks WHERE NOT granted';
      while ((await db.sql(waiting)).length === 0) await sleep(5);
      const other = 'SELECT FROM workflows WHERE workflow_id = $1 FOR UPDATE NOWAIT';
      await db.sql(other, [high.id]);
    } finally {
      await db.sql('ROLLBACK');
    }
    expect(await saving).toHaveLength(2);
  },

  async 'no table is read from end to end in order to start or save'(db) {
    const { at, fresh } = await workflow(db, 2);
    await db.sql('BEGIN');
    const scans = async (): Promise<unknown> => {
      const rows = await db.sql(
        `SELECT sum(seq_scan)::int AS scans FROM pg_stat_xact_user_tables
         WHERE schemaname = current_schema AND relname IN ('workflows', 'checkpoints')`,
      );
      return rows[0]?.['scans'];
    };
    const before = await scans();
    await db.sql('SELECT start_workflow($1, $2, $3)', [randomUUID(), randomUUID(), { at: 0 }]);
    expect(await db.sql(append, together(fresh(1, at(1))))).toHaveLength(1);
    expect(await scans()).toBe(before);
    await db.sql('ROLLBACK');
  },

  async 'of saves at the same time on one head, one is taken'(db) {
    const { id, at, fresh } = await workflow(db, 2);
    const saves = Array.from({ length: 4 }, () => db.store.save(fresh(1, at(1))));
    const results = await Promise.allSettled(saves);
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
    expect(await db.store.history(id)).toHaveLength(3);
  },

  async 'a save that meets a recovery under way waits for it, and is fenced'(db) {
    const { id, fresh, at } = await workflow(db, 3);
    await db.sql('BEGIN');
    await db.sql('SELECT recover_from_checkpoint($1, $2)', [id, at(1)]);
    const saving = db.store.save(fresh(1, at(2)));
    const outcome = saving.then(
      () => 'saved',
      (error: { code?: string }) => error.code,
    );
    const waiting = 'SELECT FROM pg_locks WHERE NOT granted';
    while ((await db.sql(waiting)).length === 0) await sleep(5);
    await db.sql('COMMIT');
    expect(await outcome).toBe('RCV404');
    expect(await db.store.head(id)).toMatchObject({ epoch: 2, checkpointId: at(1) });
    expect(await db.store.history(id)).toHaveLength(3);
  },

  async 'a recovery that meets another one under way waits for it, and comes behind it'(db) {
    const { id, at } = await workflow(db, 3);
    await db.sql('BEGIN');
    await db.sql('SELECT recover_from_checkpoint($1, $2)', [id, at(1)]);
    const recovering = db.store.recover(id, null, randomUUID());
    const outcome = recovering.catch(({ code }: { code?: string }) => code);
    const waiting = 'SELECT FROM pg_locks WHERE NOT granted';
    while ((await db.sql(waiting)).length === 0) await sleep(5);
    await db.sql('COMMIT');
    expect(await outcome).toMatchObject({ epoch: 3, checkpointId: at(1) });
  },

  async 'a changed state is found, and the newest intact checkpoint is named'(db) {
    const { id, at } = await workflow(db, 4);
    await tamper(db, id, at(3));
    const error = await db.refusal('SELECT recover_from_checkpoint($1, $2)', [id, at(3)]);
    expect(error).toEqual({ code: 'XX001', hint: expect.stringContaining(at(2)) as string });
    await expect(db.store.recover(id, null, randomUUID())).rejects.toMatchObject({
      code: 'RCV405',
      hint: expect.stringContaining(at(2)) as string,
    });
    expect(await db.store.head(id)).toMatchObject({ epoch: 1, checkpointId: at(3) });
    expect(await db.store.recover(id, at(2), randomUUID())).toMatchObject({ state: { at: 2 } });
  },

  async 'a changed state in the past does not take later checkpoints with it'(db) {
    const { id, at } = await workflow(db, 4);
    await tamper(db, id, at(1));
    const intact = await db.sql('SELECT checkpoint_id FROM intact_checkpoints($1)', [id]);
    expect(intact.map((row) => row['checkpoint_id'])).toEqual([at(0), at(2), at(3)]);
    expect((await db.store.recover(id, at(3), randomUUID())).state).toEqual({ at: 3 });
  },

  async 'a state changed together with its hash breaks the chain'(db) {
    const { id, at } = await workflow(db, 3);
    await tamper(db, id, at(1));
    await db.sql(
      `UPDATE checkpoints SET state_sha256 = sha256_of(state_data)
       WHERE workflow_id = $1 AND checkpoint_id = $2`,
      [id, at(1)],
    );
    for (const target of [at(1), at(2)]) {
      const error = await db.refusal('SELECT recover_from_checkpoint($1, $2)', [id, target]);
      expect(error).toEqual({ code: 'XX001', hint: expect.stringContaining(at(0)) as string });
    }
  },

  async 'a tail that was rewritten consistently disagrees with the workflow'(db) {
    const { id, at } = await workflow(db, 3);
    await tamper(db, id, at(2));
    await db.sql(
      `UPDATE checkpoints AS c SET state_sha256 = sha256_of(c.state_data),
         chain_sha256 = chain_link(p.chain_sha256, c.workflow_id, c.checkpoint_id, c.seq, c.step,
           c.final, sha256_of(c.state_data))
       FROM checkpoints AS p
       WHERE c.workflow_id = $1 AND c.checkpoint_id = $2
         AND p.workflow_id = $1 AND p.checkpoint_id = c.parent_id`,
      [id, at(2)],
    );
    const error = await db.refusal('SELECT recover_from_checkpoint($1, $2)', [id, at(2)]);
    expect(error).toEqual({ code: 'XX001', hint: expect.stringContaining(at(1)) as string });
  },

  async 'a workflow that is done stays done, and its end can be read again'(db) {
    const { id, at, save, fresh } = await workflow(db, 2);
    const last = save(2, { checkpointId: randomUUID(), final: true });
    expect(await db.store.unfinished(10_000)).toContain(id);
    expect(await db.store.save(last)).toBe(2);
    expect(await db.store.save(last)).toBe(2);
    expect(await db.store.unfinished(10_000)).not.toContain(id);
    expect((await db.refusal(rawSave, raw(fresh(1, last.checkpointId)))).code).toBe('RC004');
    const final = await db.store.recover(id, null, randomUUID());
    expect(final).toMatchObject({ epoch: 1, state: { at: 2 }, status: 'done' });
    await expect(db.store.recover(id, at(1), randomUUID())).rejects.toMatchObject({
      code: 'RCV408',
    });
    await expect(
      db.store.saveEffect({ workflowId: id, effectId: 'e', source: 's', input: null }, 1, 1),
    ).rejects.toMatchObject({ code: 'RCV408' });
  },

  async 'what does not exist is said not to exist'(db) {
    const { id } = await workflow(db, 1);
    const recover = 'SELECT recover_from_checkpoint($1, $2)';
    expect((await db.refusal(recover, [id, randomUUID()])).code).toBe('RC006');
    expect((await db.refusal(recover, [randomUUID(), randomUUID()])).code).toBe('RC006');
    await expect(db.store.head(randomUUID())).rejects.toMatchObject({ code: 'RCV406' });
  },

  async 'an effect is remembered once, with its first outcome'(db) {
    const { id } = await workflow(db, 1);
    const key = { workflowId: id, effectId: 'wf/3/0', source: 'charge', input: { a: 1, b: 2 } };
    expect(await db.store.findEffect(key)).toBeNull();
    expect(await db.store.saveEffect(key, 1, null)).toBeNull();
    expect(await db.store.findEffect({ ...key, input: { b: 2, a: 1 } })).toEqual({ outcome: null });
    expect(await db.store.saveEffect(key, 1, { receipt: 'second' })).toBeNull();
    for (const other of [{ source: 'refund' }, { input: { a: 1, b: 3 } }]) {
      const changed = { ...key, ...other };
      await expect(db.store.findEffect(changed)).rejects.toMatchObject({ code: 'RCV411' });
      await expect(db.store.saveEffect(changed, 1, 0)).rejects.toMatchObject({ code: 'RCV411' });
    }
  },

  async 'a fenced worker may not remember a new effect, but may read an old one'(db) {
    const { id } = await workflow(db, 1);
    const key = { workflowId: id, effectId: 'wf/1/0', source: 'charge', input: [] };
    await db.store.saveEffect(key, 1, ['list', 'of', 'values']);
    await db.store.recover(id, null, randomUUID());
    expect(await db.store.saveEffect(key, 1, 'again')).toEqual(['list', 'of', 'values']);
    const another = { ...key, effectId: 'wf/1/1' };
    await expect(db.store.saveEffect(another, 1, 'late')).rejects.toMatchObject({ code: 'RCV404' });
    expect(await db.store.findEffect(another)).toBeNull();
    expect(await db.store.saveEffect(another, 2, 'mine')).toBe('mine');
  },
};

async function tamper(db: Database, workflowId: string, checkpointId: string): Promise<void> {
  const sql = `UPDATE checkpoints SET state_data = '{"at": 99}'
    WHERE workflow_id = $1 AND checkpoint_id = $2 RETURNING 1`;
  expect(await db.sql(sql, [workflowId, checkpointId])).toHaveLength(1);
}
