import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { MessageSplitter } from '../../src/postgres/frontend.ts';
import { type PostgresProxy, startProxy } from '../../src/postgres/proxy.ts';
import type { PostgresServer } from '../../src/postgres/server/running.ts';
import { startTestServer } from './server-under-test.ts';
import { openStore, type Save, type Store } from '../../src/postgres/store.ts';

let server: PostgresServer;
let proxy: PostgresProxy;
let direct: Store;
beforeAll(async () => {
  server = await startTestServer();
  proxy = await startProxy(server.url);
  direct = openStore(server.url);
  await direct.migrate();
});
afterAll(async () => {
  await direct.close();
  await proxy.close();
  await server.stop();
});

/** A workflow with its checkpoint 0, and a save that is ready to go. */
async function prepared(): Promise<Save> {
  const [workflowId, parentId, checkpointId] = [randomUUID(), randomUUID(), randomUUID()];
  const epoch = await direct.start(workflowId, parentId, { at: 0 });
  return { workflowId, epoch, checkpointId, parentId, step: 1, state: { at: 1 } };
}

async function saved(save: Save): Promise<boolean> {
  return (await direct.head(save.workflowId)).checkpointId === save.checkpointId;
}

/** What the client of one attempt sees, as text: message and code. */
async function seen(attempt: () => Promise<unknown>): Promise<string> {
  try {
    await attempt();
    return 'success';
  } catch (thrown) {
    const error = thrown as Error & { code?: string };
    const cause = error.cause as (Error & { code?: string }) | undefined;
    return `${error.code} ${error.message} / ${cause?.code} ${cause?.message}`;
  }
}

describe('a save as one statement', () => {
  test('cut before the commit: no row; after it: the row; the client sees no difference', async () => {
    const errors: string[] = [];
    for (const when of ['before', 'after'] as const) {
      const hasty = openStore(proxy.url, { patienceMs: 0 });
      const save = await prepared();
      const cut = when === 'before' ? proxy.cutBeforeCommit() : proxy.cutAfterCommit();
      errors.push(await seen(() => hasty.save(save)));
      await cut.fired;
      expect(cut.hasFired).toBe(true);
      expect(await saved(save), when).toBe(when === 'after');
      expect(await hasty.save(save), 'the plan is used up').toBe(1);
      await hasty.close();
    }
    expect(errors[0]).toMatch(/^RCV403 .*ECONNRESET/);
    expect(errors[1]).toBe(errors[0]);
  });

  test('a patient store finds out by itself, and saves exactly once', async () => {
    const store = openStore(proxy.url);
    for (const cutAt of [proxy.cutBeforeCommit, proxy.cutAfterCommit]) {
      const save = await prepared();
      const cut = cutAt();
      expect(await store.save(save)).toBe(1);
      expect(cut.hasFired).toBe(true);
      expect((await direct.history(save.workflowId)).map((entry) => entry.seq)).toEqual([0, 1]);
    }
    await store.close();
  });

  test('committed, answer lost, recovered by another: the retry is told what is true', async () => {
    const hasty = openStore(proxy.url, { patienceMs: 0 });
    const kept = await prepared();
    proxy.cutAfterCommit();
    await expect(hasty.save(kept)).rejects.toMatchObject({ code: 'RCV403' });
    await direct.recover(kept.workflowId, kept.checkpointId, randomUUID());
    expect(await hasty.save(kept)).toBe(1);

    const undone = await prepared();
    proxy.cutAfterCommit();
    await expect(hasty.save(undone)).rejects.toMatchObject({ code: 'RCV403' });
    await direct.recover(undone.workflowId, undone.parentId, randomUUID());
    await expect(hasty.save(undone)).rejects.toMatchObject({ code: 'RCV404' });
    await hasty.close();
  });
});

describe('a transaction block', () => {
  const insert = 'INSERT INTO marks SELECT save_mark($1)';
  let mark: string;
  let client: Client;
  beforeAll(async () => {
    const setup = new Client({ connectionString: server.url });
    await setup.connect();
    await setup.query(`
      CREATE TABLE marks (mark text);
      CREATE FUNCTION save_mark(text) RETURNS text LANGUAGE sql RETURN $1`);
    await setup.end();
  });
  beforeEach(async () => {
    mark = randomUUID();
    client = new Client({ connectionString: proxy.url });
    client.on('error', () => undefined);
    await client.connect();
  });

  async function marks(): Promise<number> {
    const reader = new Client({ connectionString: server.url });
    await reader.connect();
    const { rowCount } = await reader.query('SELECT FROM marks WHERE mark = $1', [mark]);
    await reader.end();
    return rowCount ?? -1;
  }

  test.each(['before', 'after'] as const)(
    'is cut %s its COMMIT, not at the statement',
    async (when) => {
      await client.query('BEGIN');
      const cut =
        when === 'before' ? proxy.cutBeforeCommit('save_mark') : proxy.cutAfterCommit('save_mark');
      await client.query(insert, [mark]);
      expect(cut.hasFired).toBe(false);
      await expect(client.query('COMMIT')).rejects.toThrow(/ECONNRESET/);
      expect(cut.hasFired).toBe(true);
      expect(await marks()).toBe(when === 'after' ? 1 : 0);
    },
  );

  test('a prepared statement is recognised when it is executed again', async () => {
    const named = { name: 'again', text: insert, values: [mark] };
    await client.query(named);
    const cut = proxy.cutBeforeCommit('save_mark');
    await expect(client.query(named)).rejects.toThrow(/ECONNRESET/);
    expect(cut.hasFired).toBe(true);
    expect(await marks()).toBe(1);
  });

  test('a plan that is withdrawn, or is about another statement, does nothing', async () => {
    proxy.cutBeforeCommit('save_mark').disarm();
    await client.query(insert, [mark]);
    const other = proxy.cutAfterCommit('no_such_function');
    await client.query(insert, [mark]);
    other.disarm();
    expect(other.hasFired).toBe(false);
    expect(await marks()).toBe(2);
    await client.end();
  });
});

describe('the network', () => {
  test('a stalled connection times out, and the store goes on once it flows', async () => {
    const store = openStore(proxy.url, { attemptMs: 150 });
    const save = await prepared();
    await store.head(save.workflowId);
    proxy.stall();
    const saving = store.save(save);
    await new Promise((resolve) => setTimeout(resolve, 300));
    proxy.flow();
    expect(await saving).toBe(1);
    expect(await saved(save)).toBe(true);
    await store.close();
  });

  test('cutting all connections is survived', async () => {
    const store = openStore(proxy.url);
    const save = await prepared();
    await store.head(save.workflowId);
    proxy.cutAll();
    expect(await store.save(save)).toBe(1);
    await store.close();
  });

  test('a client that asks for encryption is answered by the server itself', async () => {
    const client = new Client({ connectionString: proxy.url, ssl: true });
    await expect(client.connect()).rejects.toThrow('The server does not support SSL connections');
  });
});

test('messages are found whatever pieces they arrive in', () => {
  const startup = Buffer.from([0, 0, 0, 9, 0, 3, 0, 0, 0]);
  const query = Buffer.concat([Buffer.from([0x51, 0, 0, 0, 11]), Buffer.from('COMMIT\0')]);
  const stream = Buffer.concat([startup, query, query]);
  for (let size = 1; size <= stream.length; size++) {
    const splitter = new MessageSplitter('client');
    const types: string[] = [];
    for (let at = 0; at < stream.length; at += size) {
      types.push(...splitter.push(stream.subarray(at, at + size)).map((message) => message.type));
    }
    expect(types).toEqual(['', 'Q', 'Q']);
  }
});
