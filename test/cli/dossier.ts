import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Entry } from '../../src/report/dossier/front-page.ts';
import { documentIn, reconverge, type Ran } from './cli.ts';

/** The dossier of the library, as it is committed. */
export const DOSSIER = fileURLToPath(new URL('../../docs/invariants/', import.meta.url));

export const entries = (): readonly Entry[] =>
  JSON.parse(readFileSync(join(DOSSIER, 'index.json'), 'utf8')) as readonly Entry[];

/** States beyond which the mutants of a model take longer than one wants to wait for pages. */
const MUTATED_MAX = 1000;

/** Writes the pages of a model of the library, mutants included where it is small. */
export async function writePages(model: string, into: string, scratch: string): Promise<void> {
  const written = await succeeded(['report', model, '--into', into, '--json'], [0]);
  if ((documentIn(written).stats?.states ?? Infinity) > MUTATED_MAX) return;
  const mutants = join(scratch, model);
  await succeeded(['mutate', model, '--out', mutants], [0, 1, 3]);
  const other = join(mutants, 'report.json');
  await succeeded(['report', model, '--into', into, '--with', other], [0]);
}

async function succeeded(args: readonly string[], codes: readonly number[]): Promise<Ran> {
  const ran = await reconverge(args);
  const { exitCode, stderr } = ran;
  if (codes.includes(exitCode ?? -1)) return ran;
  throw new Error(`${args.join(' ')}: ${exitCode}\n${stderr}`);
}

/** The pages in the folder of one model, by their names. */
export const pagesIn = (folder: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(folder)
      .toSorted()
      .map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
  );
