import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PostgresServer } from '../../src/postgres/server/running.ts';
import { startTestServer } from './server-under-test.ts';
import { openStore } from '../../src/postgres/store.ts';
import { scenarios } from './checkpoint-scenarios.ts';
import { type Database, openDatabase } from './database.ts';

const script = readFileSync(new URL('../../spec/checkpoints.sql', import.meta.url), 'utf8');

let server: PostgresServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

/** Loads a text as psql would: a schema, a search_path, the script. */
async function load(schema: string, text: string): Promise<void> {
  const client = new Client({ connectionString: server.url });
  await client.connect();
  try {
    await client.query(`CREATE SCHEMA IF NOT EXISTS ${schema}; SET search_path = ${schema}`);
    await client.query(text);
  } finally {
    await client.end();
  }
}

describe('the functions', () => {
  let database: Database;
  beforeAll(async () => {
    await load('plain', script);
    database = await openDatabase(server.url, 'plain');
  });
  afterAll(() => database.close());

  test.each(Object.entries(scenarios))('%s', async (_, scenario) => {
    await scenario(database);
  });

  test('the script may be loaded again, and at once, and keeps what is there', async () => {
    const stores = [1, 2, 3].map(() => openStore(server.url, { schema: 'again' }));
    await Promise.all(stores.map((store) => store.migrate()));
    const [store] = stores;
    const id = randomUUID();
    await store?.start(id, randomUUID(), ['kept']);
    await Promise.all([...stores.map((each) => each.migrate()), load('again', script)]);
    expect((await store?.head(id))?.state).toEqual(['kept']);
    await Promise.all(stores.map((each) => each.close()));
  });

  test('the functions work by their schema name, whatever the search_path', async () => {
    const id = randomUUID();
    const client = new Client({ connectionString: server.url });
    await client.connect();
    await client.query('SELECT plain.start_workflow($1, $1, $2)', [id, { at: 0 }]);
    const { rows } = await client.query('SELECT plain.recover_from_checkpoint($1, $1) AS s', [id]);
    expect(rows).toEqual([{ s: { at: 0 } }]);
    await client.end();
  });

  test('what was acknowledged survives a crash of the server, and the store with it', async () => {
    const store = openStore(server.url, { schema: 'plain' });
    const [id, first, second] = [randomUUID(), randomUUID(), randomUUID()];
    await store.start(id, first, { at: 0 });
    await server.crash();
    const save = { workflowId: id, epoch: 1, checkpointId: second, parentId: first };
    const saving = store.save({ ...save, step: 1, state: { at: 1 } });
    await server.restart();
    expect(await saving).toBe(1);
    expect((await store.history(id)).map((entry) => entry.checkpointId)).toEqual([first, second]);
    await store.close();
    await database.close();
    database = await openDatabase(server.url, 'plain');
  });

  test('an absent server and a schema name that is not plain are coded errors', async () => {
    const store = openStore('postgresql://postgres@127.0.0.1:1/postgres', { patienceMs: 50 });
    await expect(store.head(randomUUID())).rejects.toMatchObject({ code: 'RCV403' });
    await store.close();
    expect(() => openStore(server.url, { schema: 'a; DROP' })).toThrow('not a plain schema name');
  });
});

/** Each bug that could creep into the script, and the scenario that must notice. */
const mutants: [name: string, from: string | RegExp, to: string, noticedBy: string][] = [
  ['no fence', 'AND w.epoch = a.epoch AND', 'AND', 'a save under an old epoch is refused'],
  [
    'a fenced worker is told something else',
    'IF w.epoch IS DISTINCT FROM p_epoch THEN',
    'IF false THEN',
    'a save under an old epoch is refused',
  ],
  [
    'an epoch from the future passes',
    'AND w.epoch = a.epoch AND',
    'AND w.epoch <= a.epoch AND',
    'a save under an old epoch is refused',
  ],
  [
    'no idempotent retry',
    'RETURN earlier.seq;',
    '',
    'a save is answered again by its id, and only with the same content',
  ],
  [
    'a retry may change its content',
    /IF \(earlier\.parent_id[^;]*?THEN/,
    'IF false THEN',
    'a save is answered again by its id, and only with the same content',
  ],
  [
    'the epoch is compared before the id is looked up',
    'w := locked_workflow(p_workflow_id);\n  SELECT * INTO earlier',
    'w := locked_workflow(p_workflow_id); PERFORM require_epoch(w, p_epoch); SELECT * INTO earlier',
    'a fenced worker learns that its save was committed, unless it was left behind',
  ],
  [
    'a superseded save is called committed',
    'ELSIF earlier.superseded_by IS NOT NULL THEN',
    'ELSIF false THEN',
    'a fenced worker learns that its save was committed, unless it was left behind',
  ],
  [
    'any parent will do',
    'AND w.head_id = a.parent_id',
    '',
    'a save must name the head as its parent',
  ],
  [
    'the epoch is not raised',
    'SET epoch = w.epoch + 1, head_id',
    'SET head_id',
    'of recoverers at the same time each gets its own epoch, and only the last may save',
  ],
  [
    'no row lock',
    'FOR UPDATE;',
    ';',
    'a recovery that meets another one under way waits for it, and comes behind it',
  ],
  [
    'nothing is superseded',
    'c.seq > target.seq AND c.superseded_by IS NULL;',
    'false;',
    'recovery supersedes what came later and deletes nothing',
  ],
  [
    'an old supersession is overwritten',
    'c.seq > target.seq AND c.superseded_by IS NULL;',
    'c.seq > target.seq;',
    'recovery supersedes what came later and deletes nothing',
  ],
  [
    'later checkpoints are deleted',
    /UPDATE checkpoints AS c SET superseded_by[^;]*;/,
    'DELETE FROM checkpoints AS c WHERE c.workflow_id = p_workflow_id AND c.seq > target.seq;',
    'recovery supersedes what came later and deletes nothing',
  ],
  [
    'a superseded checkpoint is a target',
    'ELSIF target.superseded_by IS NOT NULL THEN',
    'ELSIF false THEN',
    'recovery supersedes what came later and deletes nothing',
  ],
  [
    'the state is not verified',
    'IF sha256_of(target.state_data) = target.state_sha256 THEN',
    'IF true THEN',
    'a changed state is found, and the newest intact checkpoint is named',
  ],
  [
    'the chain is not verified',
    /PERFORM FROM linked_checkpoints[^;]*;/,
    'PERFORM 1;',
    'a state changed together with its hash breaks the chain',
  ],
  [
    'the head is not compared',
    'WHERE w.head_id <> p.checkpoint_id OR w.chain = p.chain_sha256',
    '',
    'a tail that was rewritten consistently disagrees with the workflow',
  ],
  [
    'the oldest intact checkpoint is named',
    'ORDER BY i.seq DESC LIMIT 1',
    'ORDER BY i.seq LIMIT 1',
    'a changed state is found, and the newest intact checkpoint is named',
  ],
  [
    'a repeated recovery is a new one',
    'PERFORM require_epoch(w, known.new_epoch);',
    '',
    'a recovery id makes recovery repeatable until another takes over',
  ],
  [
    'a save after the end is taken',
    "AND w.status <> 'done'",
    '',
    'a workflow that is done stays done, and its end can be read again',
  ],
  [
    'a head that was moved back by hand passes',
    'ELSIF w.head_id = earlier.parent_id THEN',
    'ELSIF false THEN',
    'a head that was moved back by hand is found',
  ],
  [
    'a final save ends nothing',
    "WHEN a.final THEN 'done'",
    "WHEN a.final THEN 'running'",
    'a workflow that is done stays done, and its end can be read again',
  ],
  [
    'a second start is taken over',
    /AND c\.seq = 0 AND c\.chain_sha256 = chain_link\([\s\S]*?\n {2}\);/,
    'AND c.seq = 0;',
    'a start is repeatable by its author only, and fenced after a recovery',
  ],
  [
    'saves sent together lock as they come',
    ' ORDER BY s.workflow_id\n  ), moved',
    '\n  ), moved',
    'saves sent together lock in the order of their workflows',
  ],
  [
    'the planner is left alone',
    'SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off',
    '',
    'no table is read from end to end in order to start or save',
  ],
  [
    'a used id moves the head',
    /AND NOT EXISTS \(\n\s+SELECT FROM checkpoints AS c[\s\S]*?\n {6}\)/,
    '',
    'a save is answered again by its id, and only with the same content',
  ],
  [
    'only one of those sent together is saved',
    'FROM moved AS m\n',
    'FROM moved AS m LIMIT 1\n',
    'saves sent together are judged one by one',
  ],
  [
    'a memo answers for another effect',
    /IF FOUND AND \(memo\.source.*THEN/,
    'IF false THEN',
    'an effect is remembered once, with its first outcome',
  ],
];

describe('every seeded bug is noticed', () => {
  test.each(mutants)('%s', async (name, from, to, noticedBy) => {
    const mutated = script.replace(from, to);
    expect(mutated, 'the script has the text to change').not.toBe(script);
    const schema = `mutant_${name.replaceAll(/\W/g, '_')}`;
    await load(schema, mutated);
    const database = await openDatabase(server.url, schema);
    const scenario = scenarios[noticedBy];
    expect(scenario, noticedBy).toBeDefined();
    const failure = await scenario?.(database).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    await database.close();
    expect(failure).toBeInstanceOf(Error);
  });
});
