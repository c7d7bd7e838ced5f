import { Client } from 'pg';
import { markTransaction, type TransactionMark } from '../../src/postgres/fate.ts';
import { signal } from '../../src/postgres/server/processes.ts';
import type { PostgresServer } from '../../src/postgres/server/running.ts';

/** A session in a transaction that has written, and which is marked. */
export interface Victim {
  readonly client: Client;
  readonly pid: number;
  readonly mark: TransactionMark;
  /** What the session itself was told, by event: what ends it while it is idle. */
  readonly told: Promise<unknown>;
}

/** Makes one error happen to the victim; resolves with it. */
type Producer = (victim: Victim, server: PostgresServer) => Promise<unknown>;

export const connected = async (url: string): Promise<Client> => {
  const client = new Client({ connectionString: url, query_timeout: 10_000 });
  client.on('error', () => undefined);
  await client.connect();
  return client;
};

/** The error with which it fails; throws when it does not. */
export const errorOf = (attempt: Promise<unknown>): Promise<unknown> =>
  attempt.then(
    () => Promise.reject(new Error('it did not fail')),
    (thrown: unknown) => thrown,
  );

const failing =
  (text: string, before = 'SELECT 1'): Producer =>
  async ({ client }) => {
    await client.query(before);
    return errorOf(client.query(text));
  };

/** Another session does something meanwhile. */
const beside =
  (text: string, act: (other: Client, victim: Victim) => Promise<unknown>): Producer =>
  async (victim, { url }) => {
    const other = await connected(url);
    try {
      const failed = errorOf(victim.client.query(text));
      await act(other, victim);
      return await failed;
    } finally {
      await other.end();
    }
  };

const idle =
  (setting: string): Producer =>
  async ({ client, told }) => {
    await client.query(setting);
    return told;
  };

const atConnect =
  (change: (url: URL) => void): Producer =>
  (_, { url }) => {
    const other = new URL(url);
    change(other);
    return errorOf(connected(other.href));
  };

const asleep = async (other: Client, { pid }: Victim): Promise<void> => {
  const sql = `SELECT FROM pg_stat_activity WHERE pid = $1 AND wait_event = 'PgSleep'`;
  while ((await other.query(sql, [pid])).rowCount === 0);
};

const deadlocked: Producer = async ({ client }, { url }) => {
  const other = await connected(url);
  await other.query('BEGIN; SELECT pg_advisory_xact_lock(2)');
  // Whoever waits first checks first: the victim.
  await client.query(`SET LOCAL deadlock_timeout = '20ms'; SELECT pg_advisory_xact_lock(1)`);
  await other.query(`SET deadlock_timeout = '60s'`);
  const waiting = other.query('SELECT pg_advisory_xact_lock(1)');
  const error = await errorOf(client.query('SELECT pg_advisory_xact_lock(2)'));
  await waiting;
  await other.end();
  return error;
};

const conflicting: Producer = async ({ client }, { url }) => {
  const other = await connected(url);
  await other.query(`INSERT INTO rows VALUES (7) ON CONFLICT DO NOTHING`);
  await client.query('COMMIT; BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT * FROM rows');
  await other.query('UPDATE rows SET id = id WHERE id = 7');
  await other.end();
  return errorOf(client.query('UPDATE rows SET id = id WHERE id = 7'));
};

const tooMany: Producer = async (_, { url }) => {
  const open: Client[] = [];
  try {
    for (let more = 0; more < 100; more++) open.push(await connected(url));
    throw new Error('there is room for everybody');
  } catch (thrown) {
    return thrown;
  } finally {
    await Promise.all(open.map((client) => client.end()));
  }
};

/** The server drops everybody when one of its processes is killed. */
const dropped: Producer = async ({ client, told }, { url }) => {
  const other = await connected(url);
  const { rows } = await other.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  // 57P02 comes as a warning before the connection ends.
  const warned = new Promise((resolve) => {
    client.on('notice', (notice) => resolve(notice));
  });
  signal(rows[0]?.pid ?? 0, 'SIGKILL');
  await told;
  return warned;
};

/** Whoever comes while the server recovers is turned away. */
const recovering: Producer = async (_, { url }) => {
  for (;;) {
    const arrived = await connected(url).catch((thrown: unknown) => thrown);
    if ((arrived as { code?: string }).code === '57P03') return arrived;
    if (!(arrived instanceof Client)) continue;
    const { rows } = await arrived
      .query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
      .catch(() => ({ rows: [] }));
    for (const { pid } of rows) signal(pid, 'SIGKILL');
    await arrived.end().catch(() => undefined);
  }
};

/** Connects as soon as the server has recovered from the last error. */
async function connectedAgain(url: string): Promise<Client> {
  for (;;) {
    const arrived = await connected(url).catch((thrown: unknown) => thrown);
    if (arrived instanceof Client) return arrived;
    // The server may end a connection while it is made: then there is no code.
    const { code, message } = arrived as { code?: string; message: string };
    const passing = ['57P03', 'ECONNRESET', 'Connection terminated unexpectedly'];
    if (!passing.includes(code ?? message)) throw arrived;
  }
}

/** What the producers need of the database. */
export const errorSchema = `
  CREATE TABLE rows (
    id int PRIMARY KEY, positive int CHECK (positive > 0), parent int REFERENCES rows
  );
  CREATE TABLE marks (mark int);
  CREATE TABLE needed (id int NOT NULL);
  CREATE VIEW small AS SELECT id FROM rows WHERE id < 10 WITH CHECK OPTION;
  CREATE SEQUENCE unused;
  CREATE FUNCTION forever() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN forever(); END';
  CREATE FUNCTION nothing() RETURNS int LANGUAGE plpgsql AS 'BEGIN END';
  CREATE ROLE weak;
  CREATE ROLE outsider NOLOGIN;
  INSERT INTO rows VALUES (1);`;

/** SQLSTATE by SQLSTATE, a way to the real error. */
export const producers: Readonly<Record<string, Producer>> = {
  '01000': failing(`DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '01000'; END $$`),
  '08P01': ({ client }) => errorOf(client.query('SELECT $1::int', [1, 2])),
  '0A000': failing('SELECT FROM rows GROUP BY id FOR UPDATE'),
  '0Z002': failing('DO $$ DECLARE x text; BEGIN GET STACKED DIAGNOSTICS x = MESSAGE_TEXT; END $$'),
  '20000': failing('DO $$ BEGIN CASE 1 WHEN 2 THEN NULL; END CASE; END $$'),
  '21000': failing('SELECT (SELECT generate_series(1, 2))'),
  '22012': failing('SELECT 1 / 0'),
  '22021': failing(`SELECT convert_from('\\xff', 'UTF8')`),
  '22P02': failing(`SELECT 'x'::int`),
  '22P05': failing(`SELECT '{"a": "\\u0000"}'::jsonb`),
  '23502': failing('INSERT INTO needed VALUES (NULL)'),
  '23503': failing('INSERT INTO rows VALUES (5, 1, 99)'),
  '23505': failing('INSERT INTO rows VALUES (1)'),
  '23514': failing('INSERT INTO rows VALUES (6, -1)'),
  '25001': ({ client }) => errorOf(client.query('VACUUM')),
  '25006': failing('DELETE FROM rows', 'SET TRANSACTION READ ONLY'),
  '25P02': async ({ client }) => {
    await errorOf(client.query('SELECT 1 / 0'));
    return errorOf(client.query('SELECT 1'));
  },
  '25P03': idle(`SET LOCAL idle_in_transaction_session_timeout = '20ms'`),
  '25P04': async ({ client }) => {
    await client.query(`SET LOCAL transaction_timeout = '20ms'`);
    return errorOf(client.query('SELECT pg_sleep(5)'));
  },
  '26000': failing('EXECUTE nothing'),
  '28000': atConnect((url) => (url.username = 'outsider')),
  '2BP01': failing('DROP TABLE rows'),
  '2D000': failing(`DO $$ BEGIN COMMIT; END $$`),
  '2F005': failing('SELECT nothing()'),
  '34000': failing('FETCH nothing'),
  '3B001': failing('ROLLBACK TO SAVEPOINT nothing'),
  '3D000': atConnect((url) => (url.pathname = '/nowhere')),
  '3F000': failing('CREATE TABLE nowhere.t (a int)'),
  '40001': conflicting,
  '40P01': deadlocked,
  '42501': failing('SELECT * FROM rows', 'SET LOCAL ROLE weak'),
  '42601': failing('SELEC'),
  '42P01': failing('SELECT * FROM nothing'),
  '44000': failing('INSERT INTO small VALUES (50)'),
  '53200': failing('SELECT pg_advisory_xact_lock(i) FROM generate_series(1, 200000) AS i'),
  '53300': tooMany,
  '53400': failing(
    'SELECT count(*) FROM (SELECT i FROM generate_series(1, 100000) AS i ORDER BY -i) AS x',
    `SET LOCAL temp_file_limit = '64kB'; SET LOCAL work_mem = '64kB'`,
  ),
  '54001': failing('SELECT forever()'),
  '55000': failing(`SELECT currval('unused')`),
  '55006': async ({ client }) => {
    await client.query('COMMIT');
    return errorOf(client.query('DROP DATABASE postgres'));
  },
  '55P03': async ({ client }, { url }) => {
    const other = await connected(url);
    await other.query('BEGIN; LOCK TABLE needed');
    const error = await errorOf(
      client.query(`SET LOCAL lock_timeout = '20ms'; SELECT * FROM needed`),
    );
    await other.end();
    return error;
  },
  '57014': beside('SELECT pg_sleep(5)', async (other, victim) => {
    await asleep(other, victim);
    await other.query('SELECT pg_cancel_backend($1)', [victim.pid]);
  }),
  '57P01': beside('SELECT pg_sleep(5)', async (other, victim) => {
    await asleep(other, victim);
    await other.query('SELECT pg_terminate_backend($1)', [victim.pid]);
  }),
  '57P02': dropped,
  '57P03': recovering,
  '57P05': async ({ client, told }) => {
    await client.query('COMMIT');
    await client.query(`SET idle_session_timeout = '20ms'`);
    return told;
  },
  '58P01': failing(`SELECT pg_read_file('nowhere')`),
  P0001: failing(`DO $$ BEGIN RAISE EXCEPTION 'no'; END $$`),
  P0002: failing('DO $$ DECLARE x int; BEGIN SELECT 1 INTO STRICT x WHERE false; END $$'),
};

/** A victim for a producer; the caller ends its client. */
export async function victimOf(url: string): Promise<Victim> {
  const client = await connectedAgain(url);
  const told = new Promise((resolve) => {
    client.on('error', resolve);
  });
  await client.query('BEGIN; INSERT INTO marks VALUES (1)');
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return { client, told, pid: rows[0]?.pid ?? 0, mark: await markTransaction(client) };
}
