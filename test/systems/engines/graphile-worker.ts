import { Client } from 'pg';
import { STEPS } from '../steps.ts';
import type { Engine } from '../engine.ts';

interface Payload {
  readonly id: string;
  readonly step: number;
  readonly parts: readonly string[];
}

/** graphile-worker: a job for each step, which adds that of the next one under a key of its own. */
export const graphileWorker: Engine = {
  looksEveryMs: 400,
  async prepare(url) {
    const { runMigrations } = await import('graphile-worker');
    await runMigrations({ connectionString: url });
    const client = new Client({ connectionString: url });
    await client.connect();
    await client.query('CREATE TABLE results (id text PRIMARY KEY, result text NOT NULL)');
    await client.end();
  },
  async work({ url }, perform) {
    const { Logger, run } = await import('graphile-worker');
    const runner = await run({
      connectionString: url,
      concurrency: 1,
      pollInterval: 200,
      noHandleSignals: true,
      minResetLockedInterval: 300,
      maxResetLockedInterval: 400,
      logger: new Logger(() => () => {}),
      taskList: {
        step: async (payload, helpers) => {
          const { id, step, parts } = payload as Payload;
          const all = [...parts, await perform(step)];
          const next = step + 1;
          if (next === STEPS.length) {
            const text = 'INSERT INTO results VALUES ($1, $2) ON CONFLICT (id) DO NOTHING';
            await helpers.query(text, [id, all.join(' ')]);
          } else {
            const options = { jobKey: `${id}/${next}` };
            await helpers.addJob('step', { id, step: next, parts: all }, options);
          }
        },
      },
    });
    // Its maintainers advise to watch the runner: one that gives up ends its process here.
    const giveUp = (): never => process.exit(1);
    runner.promise.then(giveUp, giveUp);
    return {
      begin: async (id) => {
        await runner.addJob('step', { id, step: 0, parts: [] }, { jobKey: `${id}/0` });
      },
    };
  },
  async result(query, id) {
    const [row] = await query('SELECT result FROM results WHERE id = $1', [id]);
    return row === undefined ? null : String(row['result']);
  },
  elapse: async (query) => {
    await query(
      `UPDATE graphile_worker._private_jobs
       SET locked_at = locked_at - interval '5 hours', run_at = least(run_at, now())`,
    );
  },
};
