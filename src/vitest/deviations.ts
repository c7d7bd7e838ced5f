import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join, relative, resolve, sep } from 'node:path';
import type { Deviated } from '../drive/driven-suite.ts';
import { deviationFile, type Modules, type Origin } from '../drive/suite-file.ts';
import type { Stepping } from '../generate/stepping.ts';

/** Where deviations are kept as tests, and what such a test imports. */
export interface Keeping {
  readonly folder: string;
  /** Of the modules as they are seen from `from`, a folder. */
  readonly modules: Modules;
  readonly from: string;
}

function seenFrom(folder: string, from: string, module: string): string {
  if (!module.startsWith('.')) return module;
  const path = relative(folder, resolve(from, module)).replaceAll(sep, '/');
  return path.startsWith('.') ? path : `./${path}`;
}

function contentOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

/** Writes a deviation as a test file of its own; answers which. The same one is written once. */
export function keepDeviation(
  { sequence, deviation }: Deviated,
  { folder, modules, from }: Keeping,
  stepping: Stepping,
  stamp: { readonly origin: Origin; readonly behaviour: string },
): string {
  const inFolder = {
    model: seenFrom(folder, from, modules.model),
    driver: seenFrom(folder, from, modules.driver),
  };
  const { origin, behaviour } = stamp;
  const text = deviationFile({ sequence, stepping, behaviour }, origin, inFolder);
  const digest = createHash('sha256')
    .update(JSON.stringify(deviation.actions))
    .digest('hex')
    .slice(0, 8);
  const file = join(folder, `${origin.name}-${digest}.test.ts`);
  // In watch mode a file that is written again would be run again, for ever.
  if (contentOf(file) === text) return file;
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, text);
  return file;
}
