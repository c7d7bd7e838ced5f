import { readFileSync, writeFileSync } from 'node:fs';
import { Client, DatabaseError } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { classify, natureOf } from '../../src/postgres/classify.ts';
import { fateOf, markTransaction } from '../../src/postgres/fate.ts';
import { type PostgresProxy, startProxy } from '../../src/postgres/proxy.ts';
import type { PostgresServer } from '../../src/postgres/server/running.ts';
import { CONNECTION_ERRORS, SQLSTATES } from '../../src/postgres/sqlstates.ts';
import { query } from './observe.ts';
import { connected, errorOf, errorSchema, producers, victimOf } from './real-errors.ts';
import { MAJOR, startTestServer } from './server-under-test.ts';

let server: PostgresServer;
let proxy: PostgresProxy;
beforeAll(async () => {
  const settings = { max_connections: '20', max_locks_per_transaction: '10' };
  server = await startTestServer({ settings });
  await query(server.url, errorSchema);
  proxy = await startProxy(server.url);
});
afterAll(async () => {
  await proxy.close();
  await server.stop();
});

/** Every SQLSTATE of the running server, from the list that it was made with. */
async function statesOfServer(): Promise<{ state: string; name: string }[]> {
  const path = `(SELECT setting FROM pg_config WHERE name = 'SHAREDIR') || '/errcodes.txt'`;
  const text = String((await query(server.url, `SELECT pg_read_file(${path})`))[0]?.[0]);
  return [...text.matchAll(/^([0-9A-Z]{5}) +[EWS] +ERRCODE_\w+(?: +(\w+))?/gm)].map(
    ([, state = '', name = '']) => ({ state, name }),
  );
}

/** In the table, and not in that version: 17 has transaction_timeout, 18 has XQuery. */
const elsewhere = { 16: ['10', '25P04'], 17: ['10', '72'], 18: ['72'] };

describe('every SQLSTATE that the server knows', () => {
  test('is classified by its class or itself, and no others are', async () => {
    const states = (await statesOfServer()).map(({ state }) => state);
    expect(states.length).toBeGreaterThan(230);
    const known = new Set(SQLSTATES.map(({ state }) => state));
    const classes = new Set(states.map((state) => state.slice(0, 2)));
    expect([...classes].filter((one) => !known.has(one))).toEqual([]);
    const here = new Set([...states, ...classes]);
    const foreign = [...known].filter((one) => !here.has(one) && !one.startsWith('RC'));
    expect(foreign.toSorted()).toEqual(elsewhere[MAJOR]);
  });

  test('is one that it can raise and name itself, and arrives as it was classified', async () => {
    const states = await statesOfServer();
    const client = await connected(server.url);
    const raise = `DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = current_setting('my.state'); END $$`;
    for (const { state } of states.filter((one) => one.state !== '00000')) {
      await client.query(`SELECT set_config('my.state', $1, false)`, [state]);
      const thrown = await errorOf(client.query(raise));
      expect(thrown).toMatchObject({ code: state, severity: 'ERROR' });
      expect(classify(thrown)).toEqual(natureOf(state));
    }
    const names = states.filter(({ state, name }) => name !== '' && !/^0[0-2]/.test(state));
    const conditions = names.map(({ name }) => name).join(' OR ');
    await client.query(`DO $$ BEGIN NULL; EXCEPTION WHEN ${conditions} THEN NULL; END $$`);
    const unknown = `${conditions} OR no_such_condition`;
    const block = `DO $$ BEGIN NULL; EXCEPTION WHEN ${unknown} THEN NULL; END $$`;
    expect(await errorOf(client.query(block))).toMatchObject({ code: '42704' });
    await client.end();
  });
});

/** What a server of that version cannot do. */
const notYet: readonly string[] = MAJOR === 16 ? ['25P04'] : [];
/** No error in the middle of the victim's transaction: nothing of it is to be undone. */
const noneOpen = new Set(['28000', '3D000', '53300', '40001', '55006', '57P05']);

describe('the real error', () => {
  test.each(Object.entries(producers).filter(([state]) => !notYet.includes(state)))(
    '%s is what it is, and undone where that is said',
    async (state, produce) => {
      const victim = await victimOf(server.url);
      const thrown = await produce(victim, server);
      await victim.client.end().catch(() => undefined);
      expect(thrown).toMatchObject({ code: state });
      const { consequence } = thrown instanceof DatabaseError ? classify(thrown) : natureOf(state);
      expect(consequence).toBe(natureOf(state).consequence);
      if (noneOpen.has(state) || consequence === 'unknown') return;
      await expect.poll(() => fateOf(server.url, victim.mark, 5000).catch(String)).toBe('aborted');
    },
  );
});

describe('the connection', () => {
  const tell = async (attempt: Promise<unknown>): Promise<[string, string]> => {
    const thrown = await errorOf(attempt);
    expect(thrown).toBeInstanceOf(Error);
    expect(thrown).not.toBeInstanceOf(DatabaseError);
    const { kind, consequence } = classify(thrown);
    return [kind, consequence];
  };

  test('that nobody accepts, or whose host has no address: nothing was sent', async () => {
    const refused = connected('postgresql://postgres@127.0.0.1:1/postgres');
    expect(await tell(refused)).toEqual(['node', 'transient']);
    const nowhere = connected('postgresql://postgres@nowhere.invalid/postgres');
    expect(await tell(nowhere)).toEqual(['network', 'transient']);
  });

  test('that does not come about in time: nothing was sent', async () => {
    proxy.stall();
    const late = new Client({ connectionString: proxy.url, connectionTimeoutMillis: 50 });
    late.on('error', () => undefined);
    expect(await tell(late.connect())).toEqual(['network', 'transient']);
    proxy.flow();
    await late.end().catch(() => undefined);
  });

  test('that is lost or silent under way: nobody knows; lost before: nothing was sent', async () => {
    const lost = await connected(proxy.url);
    const cut = lost.query('SELECT pg_sleep(5)');
    await new Promise((resolve) => setTimeout(resolve, 30));
    proxy.cutAll();
    expect(await tell(cut)).toEqual(['network', 'unknown']);
    expect(await tell(lost.query('SELECT 1'))).toEqual(['network', 'transient']);
    const silent = new Client({ connectionString: proxy.url, query_timeout: 50 });
    silent.on('error', () => undefined);
    await silent.connect();
    proxy.stall();
    expect(await tell(silent.query('SELECT 1'))).toEqual(['network', 'unknown']);
    proxy.flow();
    await silent.end();
  });

  test('no error at all, or one of the program, is not passing', () => {
    expect(classify('text').consequence).toBe('permanent');
    expect(classify(new TypeError('x is not a function')).consequence).toBe('permanent');
    expect(classify(new Error('anything else')).consequence).toBe('unknown');
  });
});

describe('an unknown outcome', () => {
  test('is resolved by the number of the transaction, whichever way it went', async () => {
    for (const when of ['before', 'after'] as const) {
      const { client, mark } = await victimOf(proxy.url);
      const cut = when === 'before' ? proxy.cutBeforeCommit() : proxy.cutAfterCommit();
      expect(classify(await errorOf(client.query('COMMIT'))).consequence).toBe('unknown');
      expect(cut.hasFired).toBe(true);
      const fate = await fateOf(server.url, mark, 5000);
      expect(fate).toBe(when === 'before' ? 'aborted' : 'committed');
    }
  });

  test('that is still open is waited for, and said to be open when it stays so', async () => {
    const { client, mark } = await victimOf(server.url);
    await expect(fateOf(server.url, mark, 60)).rejects.toMatchObject({ code: 'RCV403' });
    const asked = fateOf(server.url, mark, 5000);
    await client.query('COMMIT');
    expect(await asked).toBe('committed');
    await client.end();
  });

  test('is not resolved by a number that a crash has given to another transaction', async () => {
    // It has written nothing, so that no WAL knows of its number.
    const client = await connected(server.url);
    await client.query('BEGIN');
    const lost = await markTransaction(client);
    await server.crash();
    await server.restart();
    expect(await fateOf(server.url, lost, 5000)).toBe('aborted');
    const later = await connected(server.url);
    for (let xid = 0n; xid < BigInt(lost.xid);) {
      const { rows } = await later.query<{ xid: string }>(
        'SELECT pg_current_xact_id()::text AS xid',
      );
      xid = BigInt(rows[0]?.xid ?? '');
    }
    await later.end();
    const sql = `SELECT pg_xact_status('${lost.xid}'::xid8)`;
    expect(await query(server.url, sql), 'the server itself confuses them').toEqual([
      ['committed'],
    ]);
    expect(await fateOf(server.url, lost, 5000)).toBe('unknown');
  });

  test('that was a commit is not denied after a crash', async () => {
    const { client, mark } = await victimOf(server.url);
    await client.query('COMMIT');
    await client.end();
    await server.crash();
    await server.restart();
    expect(await fateOf(server.url, mark, 5000)).toBe('unknown');
  });

  test('of a resource that runs out and takes the server down is one', () => {
    const running = (severity: string) =>
      Object.assign(new DatabaseError('x', 1, 'error'), { code: '53100', severity });
    expect(classify(running('ERROR')).consequence).toBe('transient');
    expect(classify(running('PANIC')).consequence).toBe('unknown');
  });
});

describe('the guide', () => {
  const page = new URL('../../docs/guide/sql-errors.md', import.meta.url);
  const rows = [
    '| SQLSTATE | kind | consequence | meaning |',
    '|---|---|---|---|',
    ...SQLSTATES.map(
      ({ state, kind, consequence, means }) =>
        `| ${state.length === 2 ? `${state}…` : state} | ${kind} | ${consequence} | ${means} |`,
    ),
  ];
  const others = [
    '| the driver says | kind | consequence | meaning |',
    '|---|---|---|---|',
    ...CONNECTION_ERRORS.map(
      ({ pattern, kind, consequence, means }) =>
        `| ${pattern.source.replaceAll('|', ', ')} | ${kind} | ${consequence} | ${means} |`,
    ),
    '| anything else | network | unknown | as if lost under way |',
  ];

  test('has the tables', () => {
    const text = readFileSync(page, 'utf8');
    let table = 0;
    const right = text.replaceAll(
      /^\|.*\n(\|.*\n)*/gm,
      () => `${[rows, others][table++]?.join('\n')}\n`,
    );
    if (process.env['UPDATE_TRANSCRIPTS'] === '1') writeFileSync(page, right);
    else expect(text).toBe(right);
    expect(table).toBe(2);
  });
});
