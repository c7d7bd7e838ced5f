import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { STEPS } from '../steps.ts';
import type { Engine, Perform, Place } from '../engine.ts';

const TABLES = `
  CREATE TABLE jobs (
    id text PRIMARY KEY,
    step int NOT NULL DEFAULT 0,
    done text[] NOT NULL DEFAULT '{}',
    locked_by text,
    locked_until timestamptz
  )`;
const CLAIM = `
  UPDATE jobs SET locked_by = $1, locked_until = now() + interval '1 minute'
  WHERE id = (
    SELECT id FROM jobs
    WHERE step < 3 AND (locked_until IS NULL OR locked_until < now())
    LIMIT 1 FOR UPDATE SKIP LOCKED
  )
  RETURNING id, step, done`;
const SAVE = {
  unfenced: `
    UPDATE jobs SET step = $2, done = $3, locked_until = now() + interval '1 minute'
    WHERE id = $1 AND $4::text IS NOT NULL`,
  fenced: `
    UPDATE jobs SET step = $2, done = $3, locked_until = now() + interval '1 minute'
    WHERE id = $1 AND locked_by = $4`,
};

interface Row {
  readonly id: string;
  readonly step: number;
  readonly done: readonly string[];
}

class TableWorker {
  private readonly place: Place;
  private readonly perform: Perform;
  private readonly save: string;
  private client: Client | null = null;

  constructor(place: Place, perform: Perform, isFenced: boolean) {
    this.place = place;
    this.perform = perform;
    this.save = isFenced ? SAVE.fenced : SAVE.unfenced;
  }

  private async query(text: string, values: unknown[]): Promise<{ rows: Row[]; count: number }> {
    if (this.client === null) {
      const client = new Client({ connectionString: this.place.url });
      client.on('error', () => {
        if (this.client === client) this.client = null;
      });
      await client.connect();
      this.client = client;
    }
    const used = this.client;
    try {
      const { rows, rowCount } = await used.query<Row>(text, values);
      return { rows, count: rowCount ?? 0 };
    } catch (thrown) {
      this.client = null;
      used.end().catch(() => {});
      throw thrown;
    }
  }

  async begin(id: string): Promise<void> {
    await this.query('INSERT INTO jobs (id) VALUES ($1)', [id]);
  }

  /** Looks for a job and works it off; an error leaves it to whoever finds it next. */
  private async once(): Promise<void> {
    const token = randomUUID();
    const { rows } = await this.query(CLAIM, [token]);
    const [job] = rows;
    if (job === undefined) return;
    const done = [...job.done];
    for (let step = job.step; step < STEPS.length; step += 1) {
      done.push(await this.perform(step));
      const { count } = await this.query(this.save, [job.id, step + 1, done, token]);
      if (count === 0) return;
    }
  }

  async loop(): Promise<never> {
    for (;;) {
      await this.once().catch(() => {});
      await sleep(50);
    }
  }
}

/** A table of jobs as teams write it: claimed with SKIP LOCKED under a lock that ends. */
export const jobTable = (isFenced: boolean): Engine => ({
  looksEveryMs: 50,
  async prepare(url) {
    const client = new Client({ connectionString: url });
    await client.connect();
    await client.query(TABLES);
    await client.end();
  },
  async work(place, perform) {
    const worker = new TableWorker(place, perform, isFenced);
    void worker.loop();
    return { begin: (id) => worker.begin(id) };
  },
  async result(query, id) {
    const [row] = await query('SELECT done FROM jobs WHERE id = $1 AND step = 3', [id]);
    return row === undefined ? null : (row['done'] as string[]).join(' ');
  },
  elapse: async (query) => {
    await query(`UPDATE jobs SET locked_until = now() - interval '1 second'`);
  },
});
