import { Option } from 'commander';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { extname, join, relative, resolve, sep } from 'node:path';
import { COVERAGES, type Coverage } from '../generate/suite/coverage.ts';
import type { SpanBound } from '../generate/suite/span.ts';
import type { WrittenStamp } from '../drive/suite-file.ts';
import { ReconvergeError, messageOf } from '../model/error.ts';
import type { PropertyReport, Report } from '../model/verdict.ts';
import { documentOf } from '../report/document.ts';
import { suiteText } from '../report/suite.ts';
import { numberOr, setFlag, setParameters, texts, wholeNumber } from './flags.ts';
import { boundOf, runIsolated } from './isolated.ts';
import { limitsOf } from './limits.ts';
import { isPath } from './library.ts';
import { ProgressLine } from './progress.ts';
import type { SuiteFormat, TestgenAnswer, TestgenRequest } from './testgen-task.ts';
import type { Ending } from './thread.ts';
import { outcomeOf, type Invocation, type Outcome, type Verb } from './verb.ts';

const STATES_MAX = 100_000;
const FORMATS = ['vitest', 'itf', 'json'] as const satisfies readonly SuiteFormat[];

/** @throws ReconvergeError RCV510 for a file that is no suite */
async function writtenStamp(file: string): Promise<WrittenStamp> {
  const hint = 'give a file that testgen wrote as vitest or json';
  const { stampIn } = await import('../drive/suite-file.ts');
  try {
    const stamp = stampIn(readFileSync(file, 'utf8'));
    if (stamp !== null) return stamp;
  } catch (cause) {
    const why = `'${file}' cannot be read: ${messageOf(cause)}`;
    throw new ReconvergeError('RCV510', why, { at: file, hint, cause });
  }
  throw new ReconvergeError('RCV510', `'${file}' is no suite`, { at: file, hint });
}

/** What a file in the folder imports as the model. */
function modelModule(model: string, folder: string): string {
  if (!isPath(model)) return `reconverge/models/${model}`;
  const path = relative(resolve(folder), resolve(model)).replaceAll(sep, '/');
  const extension = extname(path);
  if (extension === '') throw new Error('internal: a model is a file');
  return path.startsWith('.') ? path : `./${path}`;
}

function requestOf({ model, options }: Invocation, stamp: WrittenStamp | null): TestgenRequest {
  const { coverage, format, out } = options;
  const folder = typeof out === 'string' ? out : '.';
  const given = setParameters(texts(options['set']));
  const set =
    stamp === null
      ? given
      : Object.fromEntries(
          Object.entries(stamp.model.parameters).map(([name, value]) => [name, String(value)]),
        );
  return {
    model,
    set,
    coverage: coverage as Coverage,
    format: format as SuiteFormat,
    statesMax: numberOr(options['maxStates'], STATES_MAX),
    stamp: stamp?.behaviour ?? null,
    modelModule: modelModule(model, folder),
    files: typeof out === 'string',
    flags: [
      ['--coverage', String(coverage)],
      ['--format', String(format)],
      ['--out', folder],
    ],
  };
}

function propertyOf(answer: TestgenAnswer, request: TestgenRequest): PropertyReport {
  const plain = { failure: null, vacuous: false, trace: null, replay: null } as const;
  if (request.stamp !== null) {
    const because = answer.isFresh
      ? 'the model does what it did when the suite was made'
      : 'the model does something else than when the suite was made: make it again';
    const result = answer.isFresh ? 'holds' : 'violated';
    return { ...plain, name: 'fresh', kind: 'suite', result, because, values: {} };
  }
  const { goals, goalsByName, sequences, lowerBound, behaviour, cannot } = answer;
  const lengths = sequences.map(({ steps }) => steps);
  return {
    ...plain,
    name: request.coverage,
    kind: 'coverage',
    result: 'holds',
    because: null,
    values: {
      goals,
      covered: goals,
      sequences: sequences.length,
      lowerBound,
      steps: lengths.reduce((sum, length) => sum + length, 0),
      longest: lengths.reduce((most, length) => Math.max(most, length), 0),
      byName: goalsByName,
      cannot,
      behaviour,
    },
  };
}

type Answer = TestgenAnswer | SpanBound;

function documentFor(
  ending: Ending<Answer, number>,
  request: TestgenRequest,
  limits: object,
): Report {
  const base = { verb: 'testgen', model: ending.started?.model ?? null } as const;
  if (ending.is === 'stopped') {
    const bounds = boundOf(ending.by, limits as ReturnType<typeof limitsOf>);
    return documentOf({ ...base, bounds });
  }
  const { answer } = ending;
  if (answer === 'interrupted') return documentOf({ ...base, bounds: { interrupted: true } });
  if (answer === 'states') return documentOf({ ...base, bounds: { states: request.statesMax } });
  const property = propertyOf(answer, request);
  const { result } = property;
  return documentOf({ ...base, result, completeness: 'exhaustive', properties: [property] });
}

/** @throws ReconvergeError RCV503 when a file cannot be written */
function write(folder: string, { files }: TestgenAnswer, note: (line: string) => void): void {
  const told: string[] = [];
  for (const { name, text, keeps } of files) {
    const file = join(folder, name);
    if (keeps && existsSync(file)) continue;
    try {
      mkdirSync(folder, { recursive: true });
      writeFileSync(file, text);
    } catch (cause) {
      const why = `the suite cannot be written: ${messageOf(cause)}`;
      const hint = '--out names a folder; it is made if need be';
      throw new ReconvergeError('RCV503', why, { at: file, hint, cause });
    }
    told.push(file);
  }
  const [first, second] = told;
  if (told.length > 2) note(`suite: ${first} and ${told.length - 1} more`);
  else for (const file of [first, second]) if (file !== undefined) note(`suite: ${file}`);
}

async function perform(invocation: Invocation): Promise<Outcome> {
  const { options, note } = invocation;
  const stamp = typeof options['check'] === 'string' ? await writtenStamp(options['check']) : null;
  const request = requestOf(invocation, stamp);
  const limits = limitsOf(options);
  const line = new ProgressLine(process.stderr);
  try {
    const ending = await runIsolated<Answer, number>('testgen', request, {
      ...limits,
      onProgress: (states) => line.update(`exploring: ${states} states`),
    });
    const report = documentFor(ending, request, limits);
    const isMade = ending.is === 'done' && typeof ending.answer !== 'string';
    if (isMade && typeof options['out'] === 'string') {
      write(options['out'], ending.answer as TestgenAnswer, note);
    }
    return outcomeOf(report, (page) => suiteText(report, page));
  } finally {
    line.close();
  }
}

/** `reconverge testgen`: few and short sequences that cover a model, as tests. */
export const testgenVerb: Verb = {
  name: 'testgen',
  summary: 'write few, short sequences that cover the model, as tests of a real system',
  examples: [
    'npx reconverge testgen two-phase-commit --out suites',
    'npx reconverge testgen order-fulfilment --set crashes=0 --coverage transitions --json',
  ],
  takesModel: true,
  declare: (command) => {
    command
      .addOption(setFlag())
      .addOption(
        new Option('--coverage <what>', 'what each suite has to show of the model')
          .choices([...COVERAGES])
          .default('faults' satisfies Coverage),
      )
      .addOption(
        new Option(
          '--format <name>',
          'vitest: a test file and a driver to fill in; itf, json: data',
        )
          .choices([...FORMATS])
          .default('vitest' satisfies SuiteFormat),
      )
      .option('--out <dir>', 'write the suite and report.json there')
      .option('--check <file>', 'whether a suite that was written is still of the model')
      .option('--max-states <n>', 'give up beyond so many distinct states', wholeNumber(1))
      .option('--timeout <seconds>', 'stop after so many seconds', wholeNumber(1))
      .option('--memory <MiB>', 'stop at this resident size of the process', wholeNumber(1));
  },
  perform,
};
