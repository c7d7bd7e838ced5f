import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ReconvergeError, messageOf } from '../model/error.ts';
import { documentOf } from '../report/document.ts';
import { slugOf, type Dossier } from '../report/dossier/dossier.ts';
import { entryOf, frontPage, type Entry } from '../report/dossier/front-page.ts';
import { junitText } from '../report/dossier/junit.ts';
import { modelPage } from '../report/dossier/model-page.ts';
import { propertyPage } from '../report/dossier/property-page.ts';
import { counted, grouped } from '../report/lines.ts';
import { documentAt } from './document-at.ts';
import { numberOr, setFlag, setParameters, texts, wholeNumber, withFlag } from './flags.ts';
import { boundOf, runIsolated } from './isolated.ts';
import { limitsOf } from './limits.ts';
import { ProgressLine } from './progress.ts';
import type { ReportAnswer, ReportProgress, ReportRequest } from './report-task.ts';
import { outcomeOf, type Invocation, type Outcome, type Verb } from './verb.ts';

const FOLDER = 'docs/invariants';

const indexOf = (folder: string): string => join(folder, 'index.json');

function entriesIn(folder: string): readonly Entry[] {
  const file = indexOf(folder);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as readonly Entry[]) : [];
}

/** Writes the pages of one model, and the front page of all that are there. */
function write(folder: string, dossier: Dossier): string {
  const entry = entryOf(dossier);
  const own = join(folder, entry.folder);
  try {
    rmSync(own, { recursive: true, force: true });
    mkdirSync(own, { recursive: true });
    writeFileSync(join(own, 'README.md'), modelPage(dossier));
    for (const property of dossier.main.properties) {
      writeFileSync(join(own, `${slugOf(property.name)}.md`), propertyPage(dossier, property));
    }
    const others = entriesIn(folder).filter((one) => one.name !== entry.name);
    const entries = [...others, entry].toSorted((a, b) => (a.name < b.name ? -1 : 1));
    writeFileSync(indexOf(folder), `${JSON.stringify(entries, null, 2)}\n`);
    writeFileSync(join(folder, 'junit.xml'), junitText(entries));
    writeFileSync(join(folder, 'README.md'), frontPage(entries));
  } catch (thrown) {
    throw new ReconvergeError('RCV503', `the dossier cannot be written: ${messageOf(thrown)}`, {
      at: own,
      hint: '--into names a folder; it is made if need be',
      cause: thrown,
    });
  }
  return join(own, 'README.md');
}

async function perform({ model, options }: Invocation): Promise<Outcome> {
  const limits = limitsOf(options);
  const request: ReportRequest = {
    model,
    set: setParameters(texts(options['set'])),
    statesMax: numberOr(options['maxStates'], null),
    memoryBytes: limits.memoryBytes,
  };
  const line = new ProgressLine(process.stderr);
  try {
    const ending = await runIsolated<ReportAnswer, ReportProgress>('report', request, {
      ...limits,
      onProgress: ({ checking, states }) =>
        line.update(`checking ${checking}: ${grouped(states)} states`),
    });
    if (ending.is === 'stopped') {
      const bounds = boundOf(ending.by, limits);
      const identity = ending.started?.model ?? null;
      return outcomeOf(documentOf({ verb: 'report', model: identity, bounds }), () => '');
    }
    const { answer } = ending;
    const others = texts(options['with']).map((file) => documentAt(file, answer.model.name));
    const folder = resolve(typeof options['into'] === 'string' ? options['into'] : FOLDER);
    const page = write(folder, { ...answer, others });
    const report = { ...answer.main, verb: 'report' };
    const pages = counted(answer.main.properties.length + 1, 'page');
    const text = `${answer.model.name}: ${answer.main.result}; ${pages}, ${counted(answer.variants.length, 'variant')}\n${page}\n`;
    return outcomeOf(report, () => text);
  } finally {
    line.close();
  }
}

/** `reconverge report`: pages about what was proved of a model. */
export const reportVerb: Verb = {
  name: 'report',
  summary: 'write the dossier of invariants: what is proved of a model, and what breaks it',
  examples: [
    'npx reconverge report two-phase-commit',
    'npx reconverge report chain-replication --with mutants/report.json --into pages',
  ],
  takesModel: true,
  declare: (command) => {
    command
      .addOption(setFlag())
      .option('--into <dir>', `the folder of the dossier (default: ${FOLDER})`)
      .addOption(withFlag())
      .option('--max-states <n>', 'give a variant up after so many states', wholeNumber(1))
      .option('--memory <MiB>', 'stop at this resident size of the process', wholeNumber(1));
  },
  perform,
};
