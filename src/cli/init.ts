import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { ReconvergeError, messageOf } from '../model/error.ts';
import type { PropertyReport } from '../model/verdict.ts';
import { documentOf } from '../report/document.ts';
import { aligned } from '../report/lines.ts';
import { MODEL_FILES, MODEL_PATH, TEST_PATH, workflowFile, type FirstFile } from './init-files.ts';
import { outcomeOf, type Outcome, type Page, type Verb } from './verb.ts';

/** A file, where it belongs, and whether it was there already. */
interface Placed extends FirstFile {
  readonly at: string;
  readonly isKept: boolean;
}

/** The nearest folder, from this one upwards, that is a repository; null: none is. */
function repositoryOf(folder: string): string | null {
  if (existsSync(join(folder, '.git'))) return folder;
  return dirname(folder) === folder ? null : repositoryOf(dirname(folder));
}

function filesFor(project: string): readonly Placed[] {
  const repository = repositoryOf(project) ?? project;
  const folder = relative(repository, project).replaceAll(sep, '/');
  const placed = [
    ...MODEL_FILES.map((file) => ({ ...file, at: join(project, file.path) })),
    ...[workflowFile(folder)].map((file) => ({ ...file, at: join(repository, file.path) })),
  ];
  return placed.map((file) => ({ ...file, isKept: existsSync(file.at) }));
}

/** @throws ReconvergeError RCV503 when it cannot be written; a file that is there is left alone */
function write({ at, text, isKept }: Placed): void {
  if (isKept) return;
  try {
    mkdirSync(dirname(at), { recursive: true });
    writeFileSync(at, text, { flag: 'wx' });
  } catch (thrown) {
    throw new ReconvergeError('RCV503', `the file cannot be written: ${messageOf(thrown)}`, {
      at,
      hint: 'see that you may write there',
      cause: thrown,
    });
  }
}

const WHAT = ['a first model', 'its test', 'runs the test on GitHub'];

function textOf(files: readonly Placed[], project: string, { paint }: Page): string {
  const rows = files.map(({ at, isKept }, index) => [
    isKept ? 'kept' : 'wrote',
    relative(project, at).replaceAll(sep, '/'),
    isKept ? 'it was there already' : (WHAT[index] ?? ''),
  ]);
  const lines = aligned(rows).map(([done = '', path = '', what = '']) => {
    const look = done.startsWith('kept') ? 'doubtful' : 'good';
    return `${paint(look, done)}  ${path}  ${what}`;
  });
  const steps = aligned([
    [`npx reconverge check ${MODEL_PATH} --watch`, 'edit it, and see'],
    [`node --test ${TEST_PATH}`, 'the same as a test'],
  ]);
  const shown = steps.map(([command = '', what = '']) => `  ${paint('strong', command)}  ${what}`);
  return `${[...lines, '', 'next:', ...shown].join('\n')}\n`;
}

/** A file as a finding: holds, it is there now. */
function finding({ path, isKept }: Placed): PropertyReport {
  const rest = { failure: null, vacuous: false, trace: null, replay: null };
  const because = isKept ? 'it was there already' : null;
  return { name: path, kind: 'file', result: 'holds', because, values: { isKept }, ...rest };
}

async function perform(): Promise<Outcome> {
  const project = resolve('.');
  if (!existsSync(join(project, 'package.json'))) {
    throw new ReconvergeError('RCV509', 'this folder is no project: it has no package.json', {
      at: project,
      hint: 'npm init --yes makes it one; or go to the folder of yours',
    });
  }
  const files = filesFor(project);
  for (const file of files) write(file);
  const properties = files.map(finding);
  const report = documentOf({ verb: 'init', result: 'holds', properties });
  return outcomeOf(report, (page) => textOf(files, project, page));
}

/** `reconverge init`: a first model in a project of one's own. */
export const initVerb: Verb = {
  name: 'init',
  summary: 'write a first model, its test and its CI step into the project in this folder',
  examples: ['npx reconverge init', 'npx reconverge init --json'],
  takesModel: false,
  declare: () => {},
  perform,
};
