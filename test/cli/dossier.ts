import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Entry } from '../../src/report/dossier/front-page.ts';
import { reconverge } from './cli.ts';

/** The dossier of the library, as it is committed. */
export const DOSSIER = fileURLToPath(new URL('../../docs/invariants/', import.meta.url));

export const entries = (): readonly Entry[] =>
  JSON.parse(readFileSync(join(DOSSIER, 'index.json'), 'utf8')) as readonly Entry[];

/** Writes the pages of a model of the library, mutants included. */
export async function writePages(model: string, into: string, scratch: string): Promise<void> {
  const mutants = join(scratch, model);
  await succeeded(['mutate', model, '--out', mutants], [0, 1]);
  const other = join(mutants, 'report.json');
  await succeeded(['report', model, '--into', into, '--with', other], [0]);
}

async function succeeded(args: readonly string[], codes: readonly number[]): Promise<void> {
  const { exitCode, stderr } = await reconverge(args);
  if (!codes.includes(exitCode ?? -1)) throw new Error(`${args.join(' ')}: ${exitCode}\n${stderr}`);
}

/** The pages in the folder of one model, by their names. */
export const pagesIn = (folder: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(folder)
      .toSorted()
      .map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
  );
