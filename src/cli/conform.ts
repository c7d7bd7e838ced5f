import { availableParallelism } from 'node:os';
import type { ConformReport } from '../conform/conform.ts';
import { ReconvergeError } from '../model/error.ts';
import type { Report } from '../model/verdict.ts';
import { commandText } from '../report/command.ts';
import { conformanceText } from '../report/conformance.ts';
import { documentOf } from '../report/document.ts';
import { conformHistory, HISTORY_FLAGS, STATES_MAX } from './conform-history.ts';
import { interruptible, openDatabase, postgresFlag, workerEntry } from './database.ts';
import {
  numberOr,
  positiveNumber,
  refuseUnavailable,
  refuseWithout,
  setFlag,
  setParameters,
  texts,
  wholeNumber,
} from './flags.ts';
import { limitsOf } from './limits.ts';
import type { OpenModel } from './open-model.ts';
import { ProgressLine } from './progress.ts';
import { availableFaults, serverFaults, serverFaultsFlag } from './server-faults.ts';
import { outcomeOf, type Invocation, type Outcome, type Verb } from './verb.ts';

/** Runs side by side, on this many processors at most. */
const LANES_MAX = 4;

function documentFor(
  found: ConformReport,
  { model, given }: OpenModel,
  asked: string,
  unavailable: Record<string, string> | null,
): Report {
  const { conformance, interrupted } = found;
  const { points, divergences } = conformance;
  const isReproduced = found.properties.every(({ values }) => values['reproduced'] === true);
  // Nothing played is no agreement: no fault in the model, or none that the server can suffer.
  const isPlayed = found.points.length > 0;
  const isWhole = isPlayed && !interrupted && points.covered === points.total;
  const agrees = divergences.length === 0 && isWhole && isReproduced;
  const complete = agrees ? 'holds' : 'unknown';
  const replay = commandText('check', asked, given);
  return documentOf({
    verb: 'conform',
    model,
    result: divergences.length > 0 ? 'violated' : complete,
    completeness: 'bounded',
    bounds: {
      ...(interrupted ? { interrupted: true } : {}),
      ...(unavailable === null ? {} : { unavailable }),
    },
    properties: found.properties.map((property) => ({ ...property, replay })),
    conformance,
  });
}

async function conformed(invocation: Invocation, line: ProgressLine): Promise<Outcome> {
  const { model: asked, options } = invocation;
  refuseUnavailable(options, ['suite']);
  refuseWithout('history', options, HISTORY_FLAGS);
  const set = setParameters(texts(options['set']));
  const [{ conform }, { loadModel }, { openModel }] = await Promise.all([
    import('../conform/conform.js'),
    import('./load-model.ts'),
    import('./open-model.ts'),
  ]);
  const opened = await openModel({ model: asked, set });
  const model = await loadModel(asked);
  const named = options['faults'];
  const asks = typeof named === 'string' ? await serverFaults(named) : null;
  return interruptible(async (interrupted) => {
    const server = await openDatabase(options, { durable: false });
    try {
      const struck = asks === null ? null : availableFaults(asks, server);
      const found = await conform(model, opened.model.parameters, {
        url: server.url,
        version: server.version,
        worker: workerEntry({ model: asked, set }),
        lanes: numberOr(options['workers'], Math.min(LANES_MAX, availableParallelism())),
        ...(struck === null ? {} : { strikes: { server, faults: struck.faults } }),
        bounds: {
          statesMax: numberOr(options['maxStates'], STATES_MAX),
          memoryBytes: limitsOf(options).memoryBytes,
        },
        interrupted,
        onExploring: (states) => line.update(`exploring: ${states} states`),
        onProgress: (done, total) => line.update(`conforming: ${done} of ${total} behaviours`),
      });
      const report = documentFor(found, opened, asked, struck?.unavailable ?? null);
      const flags = typeof named === 'string' ? ([['--faults', named]] as const) : [];
      const replay = commandText('conform', asked, opened.given, flags);
      return outcomeOf(report, (page) => conformanceText(report, found.points, replay, page));
    } finally {
      await server.stop();
    }
  });
}

async function perform(invocation: Invocation): Promise<Outcome> {
  const line = new ProgressLine(process.stderr);
  try {
    if (invocation.options['history'] !== undefined) return await conformHistory(invocation, line);
    return await conformed(invocation, line);
  } catch (thrown) {
    const { UnboundedComponent } = await import('../machine/component.ts');
    if (!(thrown instanceof UnboundedComponent)) throw thrown;
    throw new ReconvergeError('RCV602', thrown.message, {
      hint: 'conform plays the whole span: bound the model first, check says what grows',
    });
  } finally {
    line.close();
  }
}

/** `reconverge conform`: model and PostgreSQL in lock-step, at every fault point. */
export const conformVerb: Verb = {
  name: 'conform',
  summary: 'play every fault point on PostgreSQL in lock-step, or judge what was recorded',
  examples: [
    'npx reconverge conform order-fulfilment --set crashes=0',
    'npx reconverge conform order-fulfilment --set crashes=0 --postgres 17 --out conformance',
  ],
  takesModel: true,
  declare: (command) => {
    command
      .addOption(setFlag())
      .addOption(postgresFlag())
      .addOption(serverFaultsFlag())
      .option('--workers <n>', 'behaviours played at the same time', wholeNumber(1))
      .option('--suite <file>', 'not available in this version')
      .option(
        '--history <file|checkpoints|URL>',
        'judge what was recorded: JSON lines, or the checkpoints of a database',
      )
      .option('--schema <name>', 'of the checkpoints (default reconverge_run)')
      .option('--workflow <name>', 'judge this workflow only, by name or id')
      .option('--data <dir>', 'the folder of the embedded server (default .reconverge/postgres)')
      .option('--suffix', 'the history may begin anywhere')
      .option('--prefix', 'the history may end anywhere')
      .option('--max-states <n>', 'explore so many states at most', wholeNumber(1))
      .option('--timeout <s>', 'stop after so many seconds', positiveNumber)
      .option('--memory <MiB>', 'stop at this resident size of the process', wholeNumber(1))
      .option('--out <dir>', 'write report.json into this folder');
  },
  perform,
};
