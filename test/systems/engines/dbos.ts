import { STEPS } from '../steps.ts';
import type { Engine } from '../engine.ts';

/** DBOS: a workflow function, each step through `DBOS.runStep`; executor ids as configured. */
export const dbos = (executorId: ((process: number) => string) | null): Engine => ({
  looksEveryMs: 1000,
  async prepare(url) {
    const { DBOS } = await import('@dbos-inc/dbos-sdk');
    await DBOS.migrate(url);
  },
  async work({ url, process: number }, perform) {
    const { DBOS } = await import('@dbos-inc/dbos-sdk');
    DBOS.setConfig({
      name: 'payment',
      systemDatabaseUrl: url,
      runMigrations: false,
      logLevel: 'error',
      ...(executorId === null ? {} : { executorID: executorId(number) }),
    });
    const payment = DBOS.registerWorkflow(
      async () => {
        const parts: string[] = [];
        for (const [at, name] of STEPS.entries()) {
          parts.push(await DBOS.runStep(() => perform(at), { name }));
        }
        return parts.join(' ');
      },
      { name: 'payment' },
    );
    await DBOS.launch();
    return {
      begin: async (id) => {
        await DBOS.startWorkflow(payment, { workflowID: id })();
      },
    };
  },
  async result(query, id) {
    const [row] = await query(
      `SELECT o.output FROM dbos.workflow_status s
       JOIN dbos.workflow_output o ON o.workflow_uuid = s.workflow_uuid
       WHERE s.workflow_uuid = $1 AND s.status = 'SUCCESS'`,
      [id],
    );
    return row === undefined ? null : (JSON.parse(String(row['output'])) as { json: string }).json;
  },
  elapse: async () => {},
});
