import { InvalidArgumentError } from 'commander';
import type { SimulationReport } from '../generate/simulate.ts';
import type { PropertyReport, Report } from '../model/verdict.ts';
import { commandText } from '../report/command.ts';
import { documentOf } from '../report/document.ts';
import { counted } from '../report/lines.ts';
import { reportText } from '../report/text.ts';
import {
  numberOr,
  propertyFlag,
  seedOr,
  setFlag,
  setParameters,
  texts,
  wholeNumber,
} from './flags.ts';
import { boundOf, runIsolated } from './isolated.ts';
import { limitsOf, type LimitOptions } from './limits.ts';
import { ProgressLine } from './progress.ts';
import type { SimulateRequest } from './simulate-task.ts';
import type { Ending } from './thread.ts';
import { outcomeOf, type Invocation, type Outcome, type Page, type Verb } from './verb.ts';

function seedNumber(text: string): number {
  const value = Number(text);
  if (/^-?\d+$/.test(text) && value === (value | 0)) return value;
  throw new InvalidArgumentError('It must be a whole number of 32 bits.');
}

/** Chance comes from here and nowhere else: a seed that was not given is drawn, and reported. */
async function requestOf({ model, options }: Invocation): Promise<SimulateRequest> {
  const { path } = options;
  return {
    model,
    set: setParameters(texts(options['set'])),
    properties: texts(options['property']),
    runs: numberOr(options['runs'], null),
    seed: await seedOr(options['seed']),
    path: typeof path === 'string' ? path : null,
  };
}

/** Properties as the simulation reports them, their replay options made a whole command. */
function withCommands(
  properties: readonly PropertyReport[],
  command: string,
): readonly PropertyReport[] {
  return properties.map((property) => {
    const { replay } = property;
    return { ...property, replay: replay === null ? null : `${command} ${replay}` };
  });
}

function documentFor(
  ending: Ending<SimulationReport, number>,
  { model: asked, seed }: SimulateRequest,
  limits: LimitOptions,
): Report {
  const { started } = ending;
  const model = started?.model ?? null;
  const base = { verb: 'simulate', model, seed, completeness: 'sampled' } as const;
  if (ending.is === 'stopped') return documentOf({ ...base, bounds: boundOf(ending.by, limits) });
  const { result, stats, properties } = ending.answer;
  const command = commandText('simulate', asked, started?.given ?? {});
  const bounds = result === 'unknown' ? { interrupted: true } : {};
  return documentOf({
    ...base,
    result,
    bounds,
    stats,
    properties: withCommands(properties, command),
  });
}

function textFor(ending: Ending<SimulationReport, number>, report: Report, page: Page): string {
  const text = reportText(report, page);
  if (ending.is === 'stopped') return text;
  const { runs, seed, faults } = ending.answer;
  const fired = Object.entries(faults).map(([name, times]) => `${name} ${times}`);
  const faultLine = fired.length === 0 ? '' : `, faults: ${fired.join(', ')}`;
  return `${text}${counted(runs, 'run')}, seed ${seed}${faultLine}\n`;
}

async function perform(invocation: Invocation): Promise<Outcome> {
  const request = await requestOf(invocation);
  const limits = limitsOf({});
  const line = new ProgressLine(process.stderr);
  try {
    const ending = await runIsolated<SimulationReport, number>('simulate', request, {
      ...limits,
      onProgress: (done) => line.update(`simulating: ${counted(done, 'run')} done`),
    });
    const report = documentFor(ending, request, limits);
    return outcomeOf(report, (page) => textFor(ending, report, page));
  } finally {
    line.close();
  }
}

/** `reconverge simulate`: random failure sequences, shrunk where they violate a property. */
export const simulateVerb: Verb = {
  name: 'simulate',
  summary: 'run random failure sequences and shrink those that violate a property',
  examples: [
    'npx reconverge simulate order-fulfilment --runs 200 --seed 1',
    'npx reconverge simulate order-fulfilment --set bug=unrecalled --seed 5',
  ],
  takesModel: true,
  declare: (command) => {
    command
      .addOption(setFlag())
      .addOption(propertyFlag())
      .option('--runs <n>', 'failure sequences to run', wholeNumber(1))
      .option('--seed <n>', 'where chance starts; drawn and reported if left out', seedNumber)
      .option('--path <path>', 'run one reported sequence again, with its seed');
  },
  perform,
};
