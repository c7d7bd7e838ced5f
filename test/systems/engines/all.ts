import type { Engine } from '../engine.ts';

/** The systems under test by name; a process loads the one that it runs. */
export const ENGINES = {
  reconverge: async () => (await import('./reconverge.ts')).reconverge,
  dbos: async () => (await import('./dbos.ts')).dbos(null),
  'dbos-own-ids': async () => (await import('./dbos.ts')).dbos((process) => `executor-${process}`),
  'pg-boss': async () => (await import('./pg-boss.ts')).pgBoss,
  'graphile-worker': async () => (await import('./graphile-worker.ts')).graphileWorker,
  'job-table': async () => (await import('./job-table.ts')).jobTable(false),
  'job-table-fenced': async () => (await import('./job-table.ts')).jobTable(true),
} satisfies Record<string, () => Promise<Engine>>;

export type EngineName = keyof typeof ENGINES;
