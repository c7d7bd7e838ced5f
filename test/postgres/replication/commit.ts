import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import type { Cluster } from '../../../src/postgres/cluster/cluster.ts';
import { query } from '../observe.ts';
import { until } from './pair.ts';

/** One commit of a cluster whose links are held, from the insertion to the answer. */
export class Commit {
  /** Whether it was answered with success. */
  isAnswered = false;
  private readonly cluster: Cluster;
  private readonly session: Client;
  private readonly lsn: string;
  private isOver = false;

  private constructor(cluster: Cluster, session: Client, lsn: string) {
    this.cluster = cluster;
    this.session = session;
    this.lsn = lsn;
  }

  /** It is flushed by the leader, and no standby has it. Waits for standbys at level `on`. */
  static async begin(cluster: Cluster, n: number, standbys: readonly string[]): Promise<Commit> {
    for (const name of standbys) cluster.member(name).link?.hold('back');
    const { url } = cluster.leader.server;
    const session = new Client({ connectionString: url });
    session.on('error', () => undefined);
    await session.connect();
    await session.query('SET synchronous_commit = on');
    const inserted = session.query('INSERT INTO commits VALUES ($1)', [n]);
    inserted.catch(() => undefined);
    const waits = `SELECT 1 FROM pg_stat_activity WHERE wait_event = 'SyncRep'`;
    await until(async () => (await query(url, waits)).length === 1);
    const [[lsn] = []] = await query(url, 'SELECT pg_current_wal_flush_lsn()::text');
    const commit = new Commit(cluster, session, String(lsn));
    void inserted.then(
      () => (commit.isAnswered = true),
      () => (commit.isOver = true),
    );
    return commit;
  }

  /** A standby receives and flushes it, and the leader knows. */
  async receive(name: string): Promise<void> {
    const { cluster, lsn } = this;
    const { link, server } = cluster.member(name);
    link?.open('back');
    const has = `SELECT application_name, flush_lsn >= '${lsn}' FROM pg_stat_replication`;
    await until(async () =>
      (await query(cluster.leader.server.url, has)).some(([of, is]) => of === name && is === true),
    );
    const received = `SELECT pg_last_wal_receive_lsn() >= '${lsn}'`;
    await until(async () => (await query(server.url, received))[0]?.[0] === true);
    await sleep(50);
    link?.hold('back');
  }

  answered(): Promise<void> {
    return until(() => Promise.resolve(this.isAnswered));
  }

  /** The session ends, answered or not. */
  async end(): Promise<void> {
    await this.session.end().catch(() => undefined);
    await until(() => Promise.resolve(this.isAnswered || this.isOver));
  }
}
