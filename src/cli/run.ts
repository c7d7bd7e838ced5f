import { resolve } from 'node:path';
import { availableParallelism } from 'node:os';
import { InvalidArgumentError } from 'commander';
import type { RunReport } from '../postgres/run.ts';
import type { PropertyReport } from '../model/verdict.ts';
import { documentOf } from '../report/document.ts';
import { runText } from '../report/run.ts';
import { interruptible, openDatabase, postgresFlag, workerEntry } from './database.ts';
import { numberOr, seedOr, setFlag, setParameters, texts, wholeNumber } from './flags.ts';
import { ProgressLine } from './progress.ts';
import { outcomeOf, type Invocation, type Outcome, type Verb } from './verb.ts';

const SCHEMA = 'reconverge_run';
const WORKERS_MAX = 4;

function rate(text: string): number {
  const value = Number(text);
  if (/^\d*\.?\d+$/.test(text) && value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError('It must be a probability from 0 to 1.');
}

function property(found: RunReport): PropertyReport {
  const { inconsistencies, completed, takenOver, recoveries, ends, fired, interrupted } = found;
  const whole = interrupted ? 'unknown' : 'holds';
  const [first] = inconsistencies;
  return {
    name: 'every workflow ends consistent',
    kind: 'run',
    result: inconsistencies.length > 0 ? 'violated' : whole,
    failure: first === undefined ? null : 'state',
    vacuous: completed === 0,
    because: first === undefined ? null : `${first.workflow}: ${first.because}`,
    values: { completed, takenOver, recoveries, ends, fired },
    trace: null,
    replay: null,
  };
}

async function perform({ model: asked, options }: Invocation): Promise<Outcome> {
  const set = setParameters(texts(options['set']));
  const [{ runWorkflows }, { loadModel }, { openModel }] = await Promise.all([
    import('../postgres/run.js'),
    import('./load-model.ts'),
    import('./open-model.ts'),
  ]);
  const opened = await openModel({ model: asked, set });
  const model = await loadModel(asked);
  const seed = await seedOr(options['seed']);
  const line = new ProgressLine(process.stderr);
  try {
    return await interruptible(async (interrupted) => {
      const folder = resolve(String(options['data']));
      const server = await openDatabase(options, { dataDirectory: folder });
      try {
        const found = await runWorkflows(model, opened.model.parameters, {
          url: server.url,
          schema: SCHEMA,
          worker: workerEntry({ model: asked, set }),
          workflows: numberOr(options['workflows'], 10),
          workers: numberOr(options['workers'], Math.min(WORKERS_MAX, availableParallelism())),
          faultRate: numberOr(options['faults'], 0),
          seed,
          interrupted,
          onProgress: (done, total) => line.update(`running: ${done} of ${total} workflows`),
        });
        const properties = [property(found)];
        const { result } = properties[0] as PropertyReport;
        const bounds = found.interrupted ? { interrupted: true } : {};
        const base = { verb: 'run', model: opened.model, completeness: 'sampled' } as const;
        const report = documentOf({ ...base, result, bounds, seed, properties });
        return outcomeOf(report, (page) => runText(report, found, server.version, page));
      } finally {
        await server.stop();
      }
    });
  } finally {
    line.close();
  }
}

/** `reconverge run`: orchestrations in worker processes on PostgreSQL, faults included. */
export const runVerb: Verb = {
  name: 'run',
  summary: 'run orchestrations on PostgreSQL, after recovering what an earlier run left',
  examples: [
    'npx reconverge run order-fulfilment --workflows 4 --workers 2 --seed 1 --faults 0.2',
    'npx reconverge run order-fulfilment --workflows 0 --postgres 18 --json',
  ],
  takesModel: true,
  declare: (command) => {
    command
      .addOption(setFlag())
      .addOption(postgresFlag())
      .option('--workflows <n>', 'workflows to start (default 10)', wholeNumber(0))
      .option('--workers <n>', 'worker processes', wholeNumber(1))
      .option(
        '--faults <p>',
        'probability with which each declared fault strikes (default 0)',
        rate,
      )
      .option('--seed <n>', 'where chance starts; drawn and reported if left out', wholeNumber(0))
      .option('--data <dir>', 'the folder of the embedded server', '.reconverge/postgres')
      .option('--out <dir>', 'write report.json into this folder');
  },
  perform,
};
