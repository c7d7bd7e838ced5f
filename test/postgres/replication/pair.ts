import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { startLink, type Link } from '../../../src/postgres/link.ts';
import type { PostgresServer } from '../../../src/postgres/server/running.ts';
import { startServer } from '../../../src/postgres/server/server.ts';
import { MAJOR } from '../server-under-test.ts';

/** PostgreSQL's `synchronous_commit`, from the weakest promise to the strongest. */
export const LEVELS = ['off', 'local', 'remote_write', 'on', 'remote_apply'] as const;
export type Level = (typeof LEVELS)[number];

/** What the session was told of its commit: nothing yet, success, or success with a warning. */
export type Told = '' | '1' | '0';

const NO_REPLICATION_WAIT = '01000';

/** Waits until it holds, for so many milliseconds. */
export async function until(what: () => Promise<boolean>, timeoutMs = 10_000): Promise<void> {
  for (const end = performance.now() + timeoutMs; performance.now() < end; await sleep(10)) {
    if (await what()) return;
  }
  throw new Error(`it did not come to that within ${timeoutMs} ms: ${String(what)}`);
}

/**
 * A primary, one synchronous standby that receives what the link lets through and replays when it
 * is told to, and a session that commits one row.
 */
export class Pair {
  readonly primary: PostgresServer;
  readonly standby: PostgresServer;
  readonly link: Link;
  private readonly level: Level;
  private session: Client | null = null;
  told: Told = '';
  /** Where the commit ends in the log of the primary. */
  private commit: string | null = null;
  private isWaiting = false;
  isPromoted = false;

  private constructor(primary: PostgresServer, standby: PostgresServer, link: Link, level: Level) {
    this.primary = primary;
    this.standby = standby;
    this.link = link;
    this.level = level;
  }

  /** @param replays whether the standby replays by itself, or only in `apply` */
  static async start(level: Level, { replays = false } = {}): Promise<Pair> {
    const primary = await startServer({
      major: MAJOR,
      durable: false, // Killed processes leave to the system what they had written.
      settings: { wal_keep_size: '128MB', wal_writer_delay: '10s', checkpoint_timeout: '1h' },
    });
    const link = await startLink(primary.port);
    const dataDirectory = primary.dataDirectory ?? '';
    const { url } = primary;
    await query(url, 'CREATE TABLE commits (n int)');
    const standby = await startServer({
      major: MAJOR,
      durable: false,
      standbyOf: { url, dataDirectory, host: '127.0.0.1', port: link.port, name: 'standby' },
      settings: { wal_retrieve_retry_interval: '50ms' },
    });
    const streams = 'SELECT FROM pg_stat_replication WHERE state = $1';
    await until(async () => (await query(url, streams, ['streaming'])).length === 1);
    await query(url, `ALTER SYSTEM SET synchronous_standby_names = 'standby'`);
    await query(url, 'SELECT pg_reload_conf()');
    const isSync = `SELECT FROM pg_stat_replication WHERE sync_state = 'sync'`;
    await until(async () => (await query(url, isSync)).length === 1);
    if (!replays) await query(standby.url, 'SELECT pg_wal_replay_pause()');
    // What flows back over the link is the log.
    link.hold('back');
    const pair = new Pair(primary, standby, link, level);
    await pair.connect();
    return pair;
  }

  private async connect(): Promise<void> {
    const session = new Client({ connectionString: this.primary.url });
    session.on('error', () => undefined);
    await session.connect();
    await session.query(`SELECT set_config('synchronous_commit', $1, false)`, [this.level]);
    this.session = session;
  }

  /** The commit is in the log of the primary; whether it is answered is seen in `told`. */
  async insert(): Promise<void> {
    const { session } = this;
    if (session === null) throw new Error('there is no session');
    let warned = false;
    session.on('notice', ({ code }) => (warned ||= code === NO_REPLICATION_WAIT));
    this.isWaiting = true;
    session.query('INSERT INTO commits VALUES (1)').then(
      () => {
        this.told = warned ? '0' : '1';
        this.isWaiting = false;
      },
      () => (this.isWaiting = false),
    );
    const waits = `SELECT FROM pg_stat_activity WHERE wait_event = 'SyncRep'`;
    await until(async () => !this.isWaiting || (await query(this.primary.url, waits)).length === 1);
    const [row] = await query(this.primary.url, 'SELECT pg_current_wal_insert_lsn()::text AS lsn');
    this.commit = String(row?.['lsn']);
  }

  /** What the log of the primary holds goes to disk. */
  async flush(): Promise<void> {
    await query(this.primary.url, 'CHECKPOINT');
  }

  /** The link carries until the standby has the commit. */
  async receive(): Promise<void> {
    const { commit, standby } = this;
    const [row] = await query(this.primary.url, 'SELECT pg_current_wal_flush_lsn()::text AS lsn');
    if (String(row?.['lsn']) !== commit) await this.flush();
    this.link.open('back');
    const has = 'SELECT pg_last_wal_receive_lsn() >= $1::pg_lsn AS has';
    await until(async () => (await query(standby.url, has, [commit]))[0]?.['has'] === true);
    await sleep(30);
    this.link.hold('back');
  }

  /** The standby replays the commit. */
  async apply(): Promise<void> {
    const { commit, standby, isPromoted } = this;
    if (isPromoted) return;
    await query(standby.url, 'SELECT pg_wal_replay_resume()');
    const has = 'SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn AS has';
    await until(async () => (await query(standby.url, has, [commit]))[0]?.['has'] === true);
    await query(standby.url, 'SELECT pg_wal_replay_pause()');
    await sleep(30);
  }

  /** The session's wait for the standby is cancelled. */
  async cancel(): Promise<void> {
    const sql = `SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'`;
    await query(this.primary.url, sql);
    await until(() => Promise.resolve(!this.isWaiting));
  }

  /** All processes of the primary are killed, and it stays away. */
  async lose(): Promise<void> {
    await this.primary.crash();
    await this.disconnect();
  }

  /** All processes of the primary are killed, and it comes back. */
  async restart(): Promise<void> {
    await this.lose();
    await this.primary.restart();
  }

  async restartStandby(): Promise<void> {
    await this.standby.crash();
    await this.standby.restart();
  }

  async promote(): Promise<void> {
    await query(this.standby.url, 'SELECT pg_promote(true, 30)');
    this.isPromoted = true;
  }

  /** Rows that a query on the server sees. */
  async rowsOn(which: 'primary' | 'standby'): Promise<number> {
    const [row] = await query(this[which].url, 'SELECT count(*)::int AS n FROM commits');
    return Number(row?.['n']);
  }

  private async disconnect(): Promise<void> {
    const { session } = this;
    this.session = null;
    await session?.end().catch(() => undefined);
    await until(() => Promise.resolve(!this.isWaiting));
  }

  async stop(): Promise<void> {
    const closing = this.session?.end().catch(() => undefined);
    // Nobody needs what an orderly end would write.
    await Promise.all([this.link.close(), this.standby.crash(), this.primary.crash()]);
    await Promise.all([this.standby.stop(), this.primary.stop()]);
    await closing;
  }
}

async function query(
  url: string,
  text: string,
  values: readonly unknown[] = [],
): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url, query_timeout: 20_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text, [...values])).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}
