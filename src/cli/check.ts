import type { Report } from '../model/verdict.ts';
import { ONE_ORDER, THREADS } from '../explore/exploration.ts';
import { commandText } from '../report/command.ts';
import { checkDocument, documentOf } from '../report/document.ts';
import { reportText } from '../report/text.ts';
import { example } from './example.ts';
import { exploring, stoppedReport } from './check-progress.ts';
import type { CheckAnswer, CheckProgress, CheckRequest } from './check-task.ts';
import { EXIT_MISTAKE } from './exit-code.ts';
import { boundFlags, numberOr, propertyFlag, setFlag, setParameters, texts } from './flags.ts';
import { runIsolated } from './isolated.ts';
import { limitsOf } from './limits.ts';
import { ProgressLine } from './progress.ts';
import { replay } from './replay.ts';
import type { Ending } from './thread.ts';
import { outcomeOf, type Invocation, type Outcome, type Verb } from './verb.ts';

const UNREDUCED =
  '--reduce left nothing out: a property needs every state, or no steps are independent';

const BY_ONE = 'explored by one worker: only a large search over a bitmap is shared out';

/** A check as the flags ask for it. */
export function checkRequestOf({ model, options }: Invocation): CheckRequest {
  return {
    model,
    set: setParameters(texts(options['set'])),
    properties: texts(options['property']),
    symmetry: options['symmetry'] === true,
    reduce: options['reduce'] === true,
    tolerance: options['tolerance'] !== false && texts(options['property']).length === 0,
    statesMax: numberOr(options['maxStates'], null),
    depthMax: numberOr(options['maxDepth'], null),
    workers: numberOr(options['workers'], 1),
    ...limitsOf(options),
  };
}

/** What a check found, or what is left to say of one that was stopped. */
export function checkReportOf(
  ending: Ending<CheckAnswer, CheckProgress>,
  request: CheckRequest,
): Report {
  const found = ending.is === 'done' ? ending.answer : stoppedReport(ending, request);
  const { started } = ending;
  const { model, given = {} } = started ?? {};
  if (model === undefined) return documentOf({ verb: 'check', ...found });
  return checkDocument(model, found, (property) =>
    commandText('check', request.model, given, [['--property', property]]),
  );
}

async function perform(invocation: Invocation): Promise<Outcome> {
  const { options, note, signal } = invocation;
  if (typeof options['replay'] === 'string') return replay(invocation, options['replay']);
  if (typeof options['example'] === 'string') return example(invocation, options['example']);
  const request = checkRequestOf(invocation);
  const line = new ProgressLine(process.stderr);
  try {
    const { timeoutMs, memoryBytes } = request;
    const ending = await runIsolated<CheckAnswer, CheckProgress>('check', request, {
      timeoutMs,
      memoryBytes,
      onProgress: (progress) => line.update(exploring(progress)),
      signal,
    });
    const report = checkReportOf(ending, request);
    const assumptions = ending.is === 'done' ? ending.answer.assumptions : [];
    const missing = ending.is === 'done' ? ending.answer.toleranceMissing : null;
    if (missing !== null) note(`note: the tolerance table is not complete: ${missing}`);
    if (request.reduce && isUnreduced(ending)) note(`note: ${UNREDUCED}`);
    if (request.workers > 1 && isByOne(ending)) note(`note: ${BY_ONE}`);
    const outcome = outcomeOf(report, (page) => reportText(report, { ...page, assumptions }));
    const vacuous = report.properties.filter((property) => property.vacuous);
    if (options['strict'] !== true || vacuous.length === 0) return outcome;
    note(`strict: vacuous: ${vacuous.map(({ name }) => name).join(', ')}`);
    return report.result === 'violated' ? outcome : { ...outcome, exitCode: EXIT_MISTAKE };
  } finally {
    line.close();
  }
}

/** Whether nothing could be left out for all that was asked. */
function isUnreduced(ending: Ending<CheckAnswer, CheckProgress>): boolean {
  return ending.is === 'done' && !ending.answer.stats.visited.includes(ONE_ORDER);
}

/** Whether one worker has explored it all. */
function isByOne(ending: Ending<CheckAnswer, CheckProgress>): boolean {
  return ending.is === 'done' && !ending.answer.stats.visited.includes(THREADS);
}

/** `reconverge check`: every property, on every reachable state. */
export const checkVerb: Verb = {
  name: 'check',
  summary: 'decide all properties on every reachable state',
  examples: [
    'npx reconverge check two-phase-commit --set participants=4 --out before',
    'npx reconverge check order-fulfilment --set bug=forgetful --property converges',
  ],
  takesModel: true,
  declare: (command) => {
    boundFlags(command.addOption(setFlag()).addOption(propertyFlag()))
      .option('--strict', 'a vacuous property is a mistake (exit code 2)')
      .option('--no-tolerance', 'leave out the tolerance table')
      .option('--replay <file>', 'walk the traces of a report, or one trace, through the model')
      .option('--example <property>', 'a shortest run that shows what a property asks for')
      .option('--out <dir>', 'write report.json there')
      .option('--symmetry', 'count states that differ by a permutation of replicas once')
      .option('--reduce', 'take independent steps in one order where that changes no verdict')
      .option('--watch', 'check again whenever the model file, or one it imports, is saved');
  },
  perform,
};
