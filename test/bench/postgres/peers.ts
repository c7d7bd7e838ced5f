import { randomUUID } from 'node:crypto';
import { STEPS, type Contender } from './contender.ts';

/** DBOS: a workflow function, each step through `DBOS.runStep`. */
export async function dbos(url: string, concurrency: number): Promise<Contender> {
  const { DBOS } = await import('@dbos-inc/dbos-sdk');
  const name = 'reconverge-bench';
  DBOS.setConfig({
    name,
    systemDatabaseUrl: url,
    systemDatabasePoolSize: Math.max(concurrency, 8),
    logLevel: 'error',
    runAdminServer: false,
  });
  const five = DBOS.registerWorkflow(
    async () => {
      let sum = 0;
      for (let at = 0; at < STEPS; at += 1) {
        sum += await DBOS.runStep(() => Promise.resolve(at), { name: `step${at}` });
      }
      return sum;
    },
    { name: 'five' },
  );
  await DBOS.launch();
  return {
    async one() {
      const handle = await DBOS.startWorkflow(five, { workflowID: randomUUID() })();
      const sum = await handle.getResult();
      if (sum !== 10) throw new Error(`five steps gave ${sum}`);
    },
    close: () => DBOS.shutdown(),
  };
}

/**
 * pg-boss: a chain of five jobs, each fetched, completed and followed by the next. Fetched at once
 * by whoever sent it, which no poll is as fast as: an upper bound.
 */
export async function pgBoss(url: string, concurrency: number): Promise<Contender> {
  const { default: PgBoss } = await import('pg-boss');
  const boss = new PgBoss({
    connectionString: url,
    max: concurrency,
    supervise: false,
    schedule: false,
  });
  boss.on('error', () => undefined);
  await boss.start();
  const free = Array.from({ length: concurrency }, (_, lane) => `five-${lane}`);
  for (const queue of free) await boss.createQueue(queue);
  return {
    async one() {
      const queue = free.pop() ?? '';
      let sum = 0;
      for (let at = 0; at < STEPS; at += 1) {
        await boss.send(queue, { at, sum });
        const [job] = await boss.fetch<{ at: number; sum: number }>(queue);
        if (job === undefined) throw new Error('the job was not there');
        sum = job.data.sum + job.data.at;
        await boss.complete(queue, job.id);
      }
      free.push(queue);
    },
    close: () => boss.stop({ graceful: false }),
  };
}
