import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { Judged } from '../conform/judge-history.ts';
import { messageOf, ReconvergeError } from '../model/error.ts';
import type { Conformance, PropertyReport, Report } from '../model/verdict.ts';
import { commandText } from '../report/command.ts';
import { documentOf, type ModelIdentity } from '../report/document.ts';
import { historyText } from '../report/history.ts';
import { openDatabase } from './database.ts';
import { numberOr, setParameters, texts } from './flags.ts';
import type { HistoryProgress, HistoryRequest } from './history-task.ts';
import { boundOf, runIsolated } from './isolated.ts';
import { limitsOf } from './limits.ts';
import type { Asked } from './open-model.ts';
import type { ProgressLine } from './progress.ts';
import { outcomeOf, type Invocation, type Outcome } from './verb.ts';

/** States that are explored of a model, or for one history, unless more are asked for. */
export const STATES_MAX = 2_000_000;
/** Where `run` keeps its workflows. */
const SCHEMA = 'reconverge_run';
const FOLDER = '.reconverge/postgres';
/** What `--history` says for the tables of the database that `--postgres` names. */
const TABLES = 'checkpoints';

/** The flags that mean something with `--history` only. */
export const HISTORY_FLAGS = {
  schema: '--schema',
  workflow: '--workflow',
  data: '--data',
  suffix: '--suffix',
  prefix: '--prefix',
  timeout: '--timeout',
} as const;

type Options = Invocation['options'];
type Source = Pick<HistoryRequest, 'recorded'> & { readonly postgres: string | null };

const textOr = <T>(value: unknown, otherwise: T): string | T =>
  typeof value === 'string' ? value : otherwise;

async function ofTables(asked: Asked, options: Options): Promise<Source> {
  const [{ loadModel }, { openModel }, { Hosted }, { recordedWorkflows }] = await Promise.all([
    import('./load-model.ts'),
    import('./open-model.ts'),
    import('../postgres/hosted.ts'),
    import('../postgres/recorded.ts'),
  ]);
  const { parameters } = (await openModel(asked)).model;
  const { binding } = new Hosted(await loadModel(asked.model), parameters);
  const schema = textOr(options['schema'], SCHEMA);
  const dataDirectory = resolve(textOr(options['data'], FOLDER));
  const server = await openDatabase(options, { dataDirectory });
  try {
    const only = textOr(options['workflow'], null);
    const workflows = await recordedWorkflows(server.url, schema, binding, only);
    return { recorded: { is: 'tables', workflows }, postgres: server.version };
  } finally {
    await server.stop();
  }
}

async function ofFile(file: string): Promise<Source> {
  try {
    const text = await readFile(file, 'utf8');
    return { recorded: { is: 'lines', name: basename(file), text }, postgres: null };
  } catch (thrown) {
    throw new ReconvergeError('RCV607', `cannot read the history: ${messageOf(thrown)}`, {
      at: file,
      hint: `give a file of JSON lines, '${TABLES}', or the URL of a database`,
      cause: thrown,
    });
  }
}

function source(asked: Asked, options: Options): Promise<Source> {
  const from = String(options['history']);
  if (from === TABLES) return ofTables(asked, options);
  if (/^postgres(ql)?:\/\//.test(from))
    return ofTables(asked, { ...options, postgres: { url: from } });
  return ofFile(from);
}

function property({ name, result, because, isRunning, ...counts }: Judged) {
  const { rows, taken, states, explored } = counts;
  return {
    name,
    kind: 'history',
    result,
    failure: result === 'violated' ? 'step' : null,
    vacuous: rows === 0,
    because,
    values: { rows, taken, states, explored, ...(isRunning && { running: true }) },
    trace: null,
    replay: null,
  } satisfies PropertyReport;
}

/** Nothing judged is no agreement. */
function resultOf(judged: readonly Judged[]): Report['result'] {
  if (judged.some(({ result }) => result === 'violated')) return 'violated';
  const isAll = judged.length > 0 && judged.every(({ result }) => result === 'holds');
  return isAll ? 'holds' : 'unknown';
}

function documentFor(
  model: ModelIdentity | null,
  judged: readonly Judged[],
  postgres: string | null,
): Report {
  const sum = (count: (one: Judged) => number): number =>
    judged.reduce((total, one) => total + count(one), 0);
  const conformance: Conformance = {
    postgres,
    tier: postgres === null ? null : 'T1',
    points: { covered: sum(({ taken }) => taken), total: sum(({ rows }) => rows) },
    matrix: null,
    divergences: judged.flatMap(({ divergence }) => divergence ?? []),
  };
  const result = resultOf(judged);
  const properties = judged.map(property);
  const completeness = result === 'unknown' ? 'bounded' : 'exhaustive';
  return documentOf({ verb: 'conform', model, result, completeness, properties, conformance });
}

type Flag = readonly [flag: string, value: string | number | null];

/** What was asked for, for a command to copy. */
function flagsOf(options: Options): readonly Flag[] {
  const { major = 18 } = (options['postgres'] ?? {}) as { major?: number };
  const flags: Flag[] = [['--history', String(options['history'])]];
  if (major !== 18) flags.push(['--postgres', major]);
  for (const [name, flag] of Object.entries(HISTORY_FLAGS)) {
    const value = options[name];
    if (typeof value === 'string' || typeof value === 'number') flags.push([flag, value]);
    else if (value === true) flags.push([flag, null]);
  }
  return flags;
}

/** `conform --history`: whether the model has the behaviours that were recorded. */
export async function conformHistory(
  { model, options }: Invocation,
  line: ProgressLine,
): Promise<Outcome> {
  const limits = limitsOf(options);
  const asked = { model, set: setParameters(texts(options['set'])) };
  const { recorded, postgres } = await source(asked, options);
  const request: HistoryRequest = {
    ...asked,
    recorded,
    isSuffix: options['suffix'] === true,
    isPrefix: options['prefix'] === true,
    statesMax: numberOr(options['maxStates'], STATES_MAX),
    ...limits,
  };
  const ending = await runIsolated<readonly Judged[], HistoryProgress>('history', request, {
    ...limits,
    onProgress: ({ done, of }) => line.update(`judging: ${done} of ${of} histories`),
  });
  const identity = ending.started?.model ?? null;
  if (ending.is !== 'done') {
    const bounds = boundOf(ending.by, limits);
    const cut = documentOf({ verb: 'conform', model: identity, completeness: 'bounded', bounds });
    return outcomeOf(cut, (page) => historyText(cut, page));
  }
  const report = documentFor(identity, ending.answer, postgres);
  const given = ending.started?.given ?? {};
  const replay = commandText('conform', model, given, flagsOf(options));
  return outcomeOf(report, (page) => historyText(report, page, replay));
}
