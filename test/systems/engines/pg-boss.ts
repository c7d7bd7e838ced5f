import { createHash } from 'node:crypto';
import { STEPS } from '../steps.ts';
import type { Engine } from '../engine.ts';

interface Step {
  readonly id: string;
  readonly step: number;
  readonly parts: readonly string[];
}

/** The id of the job of a step, so that a step is sent once however often it is asked for. */
function jobOf(id: string, step: number): string {
  const hex = createHash('sha256').update(`${id}/${step}`).digest('hex');
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`];
  return [...parts, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join('-');
}

/** pg-boss: a job for each step, which sends that of the next one under an id of its own. */
export const pgBoss: Engine = {
  looksEveryMs: 1000,
  async prepare(url) {
    const { default: PgBoss } = await import('pg-boss');
    const boss = new PgBoss({ connectionString: url, supervise: false, schedule: false });
    await boss.start();
    await boss.createQueue('payment');
    await boss.stop({ graceful: false });
  },
  async work({ url }, perform) {
    const { default: PgBoss } = await import('pg-boss');
    const boss = new PgBoss({
      connectionString: url,
      schedule: false,
      maintenanceIntervalSeconds: 1,
    });
    boss.on('error', () => {});
    await boss.start();
    const send = (id: string, step: number, parts: readonly string[]) =>
      boss.send(
        'payment',
        { id, step, parts },
        {
          id: jobOf(id, step),
          retryLimit: 10,
          expireInSeconds: 600,
        },
      );
    await boss.work<Step>('payment', { pollingIntervalSeconds: 0.5 }, async ([job]) => {
      if (job === undefined) return null;
      const { id, step, parts } = job.data;
      const all = [...parts, await perform(step)];
      if (step + 1 === STEPS.length) return { result: all.join(' ') };
      await send(id, step + 1, all);
      return null;
    });
    return {
      begin: async (id) => {
        await send(id, 0, []);
      },
    };
  },
  async result(query, id) {
    const text = `SELECT output FROM pgboss.job WHERE id = $1 AND state = 'completed'`;
    const [row] = await query(text, [jobOf(id, STEPS.length - 1)]);
    return row === undefined ? null : (row['output'] as { result: string }).result;
  },
  elapse: async (query) => {
    await query(
      `UPDATE pgboss.job SET started_on = started_on - expire_in - interval '1 second'
       WHERE state = 'active'`,
    );
  },
};
