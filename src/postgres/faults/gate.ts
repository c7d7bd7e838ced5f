import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'pg';
import { ReconvergeError } from '../../model/error.ts';

/** Where a transaction that saves or recovers can be held: inside the server, by a trigger. */
export type Barrier = 'write' | 'commit';

const install = `
  CREATE TABLE gate (barrier text PRIMARY KEY, closed boolean NOT NULL DEFAULT false);
  INSERT INTO gate VALUES ('write'), ('commit');
  CREATE FUNCTION wait_at_gate() RETURNS trigger
  LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
  BEGIN
    WHILE EXISTS (SELECT FROM gate AS g WHERE g.barrier = TG_ARGV[0] AND g.closed) LOOP
      PERFORM pg_sleep(0.01);
    END LOOP;
    RETURN NULL;
  END
  $$;
  CREATE TRIGGER written AFTER INSERT ON checkpoints
    FOR EACH ROW EXECUTE FUNCTION wait_at_gate('write');
  CREATE TRIGGER written AFTER INSERT ON recoveries
    FOR EACH ROW EXECUTE FUNCTION wait_at_gate('write');
  CREATE CONSTRAINT TRIGGER committing AFTER INSERT ON checkpoints
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait_at_gate('commit');
  CREATE CONSTRAINT TRIGGER committing AFTER INSERT ON recoveries
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait_at_gate('commit')`;
const set = 'UPDATE gate SET closed = $2 WHERE barrier = $1';
const sessions = `
  SELECT pid FROM pg_stat_activity
  WHERE application_name = $1 AND backend_type = 'client backend'
  ORDER BY state_change DESC LIMIT 1`;
const waiting = `
  SELECT pid, xact_start::text AS since FROM pg_stat_activity
  WHERE application_name = $1 AND wait_event = 'PgSleep'`;

interface SessionRow {
  pid: number;
  since: string;
}

/** How long something that must come about may take. Milliseconds. */
const PATIENCE_MS = 20_000;

/**
 * Holds the transactions of one schema between their write and their COMMIT, or at the COMMIT, and
 * knows the processes that serve a worker, by its application name. Survives what it witnesses.
 */
export class Gate {
  private readonly pool: Pool;
  /** How often the server has ended a session of ours that was idle. */
  drops = 0;
  private readonly application: string;
  /** Since when the transaction runs that was last seen at the gate, by process. */
  private readonly seen = new Map<number, string>();

  /** The URL is the server's own. */
  constructor(url: string, schema: string, application: string) {
    const options = `-c search_path=${schema}`;
    this.pool = new Pool({ connectionString: url, options, max: 1, query_timeout: 5000 });
    this.pool.on('error', () => (this.drops += 1));
    this.application = application;
  }

  /** Needs the checkpoint tables. */
  async install(): Promise<void> {
    await this.pool.query(install);
  }

  async close(barrier: Barrier): Promise<void> {
    await this.insist(set, [barrier, true]);
  }

  /** Repeated until the server is there. */
  async open(barrier: Barrier): Promise<void> {
    await this.insist(set, [barrier, false]);
  }

  /** The process that is held. @throws ReconvergeError RCV403 when none comes */
  async reached(): Promise<number> {
    const { pid, since } = await this.find(waiting, 'no transaction came to the gate');
    this.seen.set(pid, since);
    return pid;
  }

  /** The process that served the worker last. @throws ReconvergeError RCV403 when there is none */
  async session(): Promise<number> {
    return (await this.find(sessions, 'the worker has no session')).pid;
  }

  /** Has the transaction ended that the process was held in? */
  async hasLeft(pid: number): Promise<boolean> {
    const rows = await this.insist(waiting, [this.application]);
    return rows.every((row) => row.pid !== pid || row.since !== this.seen.get(pid));
  }

  /** Waits until the server takes connections, which it does not while it recovers. */
  async answers(): Promise<void> {
    await this.insist('SELECT pg_backend_pid() AS pid', []);
  }

  async cancel(pid: number): Promise<boolean> {
    const rows = await this.insist('SELECT pg_cancel_backend($1)::int AS pid', [pid]);
    return rows[0]?.pid === 1;
  }

  async terminate(pid: number): Promise<boolean> {
    const rows = await this.insist('SELECT pg_terminate_backend($1, 5000)::int AS pid', [pid]);
    return rows[0]?.pid === 1;
  }

  private async find(sql: string, otherwise: string): Promise<SessionRow> {
    for (const deadline = performance.now() + PATIENCE_MS; performance.now() < deadline;) {
      const [row] = await this.insist(sql, [this.application]);
      if (row !== undefined) return row;
      await sleep(10);
    }
    throw new ReconvergeError('RCV403', otherwise);
  }

  /** Asked again while the server is away. */
  private async insist(sql: string, values: readonly unknown[]): Promise<SessionRow[]> {
    for (const deadline = performance.now() + PATIENCE_MS; ;) {
      try {
        return (await this.pool.query<SessionRow>(sql, [...values])).rows;
      } catch (thrown) {
        if (performance.now() > deadline) throw thrown;
        await sleep(20);
      }
    }
  }

  async end(): Promise<void> {
    await this.pool.end();
  }
}
