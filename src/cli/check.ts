import { Option } from 'commander';
import type { CheckReport } from '../check/check.ts';
import type { Progress } from '../explore/exploration.ts';
import type { PropertyReport, Report, Stats } from '../model/verdict.ts';
import { commandText } from '../report/command.ts';
import { checkDocument, documentOf } from '../report/document.ts';
import { counted, grouped } from '../report/lines.ts';
import { reportText } from '../report/text.ts';
import type { CheckRequest } from './check-task.ts';
import { EXIT_MISTAKE } from './exit-code.ts';
import { numberOr, positiveNumber, propertyFlag, refuseUnavailable } from './flags.ts';
import { setFlag, setParameters, texts, wholeNumber } from './flags.ts';
import { boundOf, runIsolated, type Ending } from './isolated.ts';
import { limitsOf } from './limits.ts';
import { ProgressLine } from './progress.ts';
import { replay } from './replay.ts';
import { outcomeOf, type Invocation, type Outcome, type Verb } from './verb.ts';

function requestOf({ model, options }: Invocation): CheckRequest {
  return {
    model,
    set: setParameters(texts(options['set'])),
    properties: texts(options['property']),
    statesMax: numberOr(options['maxStates'], null),
    depthMax: numberOr(options['maxDepth'], null),
    ...limitsOf(options),
  };
}

function exploring({ states, transitions, depth, queued }: Progress): string {
  const counts = `${counted(states, 'state')}, ${counted(transitions, 'transition')}`;
  const level = depth === null ? '' : `, depth ${depth}`;
  return `exploring: ${counts}${level}, ${grouped(queued)} to do`;
}

function lastKnown({ states, transitions, depth, elapsedMs }: Progress): Stats {
  const seconds = elapsedMs / 1000;
  return {
    states,
    transitions,
    depth,
    seconds,
    statesPerSecond: Math.round(states / Math.max(seconds, 1e-6)),
    bytesPerState: 0,
    visited: 'exact table',
    peakRssBytes: process.resourceUsage().maxRSS * 1024,
  };
}

/**
 * What is left to say of a check that was stopped: how far it was, and that nothing was decided.
 */
function stoppedReport(
  ending: Extract<Ending<unknown, Progress>, { is: 'stopped' }>,
  request: CheckRequest,
) {
  const { by, started, progress } = ending;
  const because = 'the check was stopped before a verdict';
  const properties = (started?.properties ?? []).map(({ name, kind }): PropertyReport => {
    const open = { result: 'unknown', failure: null, vacuous: false, because } as const;
    return { name, kind, ...open, values: {}, trace: null, replay: null };
  });
  return {
    result: 'unknown',
    completeness: 'bounded',
    bounds: boundOf(by, request),
    stats: progress === null ? null : lastKnown(progress),
    properties,
    assumptions: [],
  } as const;
}

function documentFor(ending: Ending<CheckReport, Progress>, request: CheckRequest): Report {
  const found = ending.is === 'done' ? ending.answer : stoppedReport(ending, request);
  const { started } = ending;
  const { model, given = {} } = started ?? {};
  if (model === undefined) return documentOf({ verb: 'check', ...found });
  return checkDocument(model, found, (property) =>
    commandText('check', request.model, given, [['--property', property]]),
  );
}

async function perform(invocation: Invocation): Promise<Outcome> {
  const { options, note } = invocation;
  refuseUnavailable(options, ['symmetry', 'reduce', 'watch']);
  if (typeof options['replay'] === 'string') return replay(invocation, options['replay']);
  if (numberOr(options['workers'], 1) > 1) note('note: this version explores with one worker');
  const request = requestOf(invocation);
  const line = new ProgressLine(process.stderr);
  try {
    const { timeoutMs, memoryBytes } = request;
    const onProgress = (progress: Progress): void => line.update(exploring(progress));
    const limits = { timeoutMs, memoryBytes, onProgress };
    const ending = await runIsolated<CheckReport, Progress>('check', request, limits);
    const report = documentFor(ending, request);
    const assumptions = ending.is === 'done' ? ending.answer.assumptions : [];
    const outcome = outcomeOf(report, (page) => reportText(report, { ...page, assumptions }));
    const vacuous = report.properties.filter((property) => property.vacuous);
    if (options['strict'] !== true || vacuous.length === 0) return outcome;
    note(`strict: vacuous: ${vacuous.map(({ name }) => name).join(', ')}`);
    return report.result === 'violated' ? outcome : { ...outcome, exitCode: EXIT_MISTAKE };
  } finally {
    line.close();
  }
}

/** `reconverge check`: every property, on every reachable state. */
export const checkVerb: Verb = {
  name: 'check',
  summary: 'decide all properties on every reachable state',
  takesModel: true,
  declare: (command) => {
    command
      .addOption(setFlag())
      .addOption(propertyFlag())
      .option('--max-states <n>', 'stop after so many distinct states', wholeNumber(1))
      .option('--max-depth <n>', 'stop at this many states on a path', wholeNumber(1))
      .option('--timeout <seconds>', 'stop after so many seconds', positiveNumber)
      .option('--memory <MiB>', 'stop at this resident size of the process', wholeNumber(1))
      .option('--workers <n>', 'threads that explore', wholeNumber(1))
      .option('--strict', 'a vacuous property is a mistake (exit code 2)')
      .option('--no-tolerance', 'leave out the tolerance table')
      .option('--replay <file>', 'walk the traces of a report, or one trace, through the model')
      .option('--out <dir>', 'write report.json there')
      .addOption(new Option('--symmetry').hideHelp())
      .addOption(new Option('--reduce').hideHelp())
      .addOption(new Option('--watch').hideHelp());
  },
  perform,
};
