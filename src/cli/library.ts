import { existsSync, readdirSync } from 'node:fs';
import { basename, extname, sep } from 'node:path';
import { closeNames } from './close-names.ts';
import { ReconvergeError } from '../model/error.ts';

/** Beside `src`, in the source tree as in the built package. */
const FOLDER = new URL('../../models/', import.meta.url);
/** `.ts` where this runs from source, `.js` in the built package. */
const EXTENSION = import.meta.url.endsWith('.ts') ? '.ts' : '.js';

/** A folder whose files are models, and not parts of one. */
const REGRESSIONS = 'regressions/';

function modelsIn(folder: string): readonly string[] {
  return readdirSync(new URL(folder, FOLDER))
    .filter((file) => file.endsWith(EXTENSION) && !file.endsWith('.d.ts'))
    .map((file) => `${folder}${basename(file, EXTENSION)}`);
}

/** The names of the models that come with the package. */
export function libraryNames(): readonly string[] {
  if (!existsSync(FOLDER)) return [];
  return [...modelsIn('./').map((name) => name.slice(2)), ...modelsIn(REGRESSIONS)].toSorted();
}

/** Whether it is written like a name in a folder of the library. */
const isRegression = (model: string): boolean => /^regressions\/[\w-]+$/.test(model);

/** How the name of a file ends that may hold a model. */
export const MODEL_EXTENSIONS = ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs'];

/** Whether the argument is a path to a file rather than a name of the library. */
export function isPath(model: string): boolean {
  if (isRegression(model)) return false;
  return model.includes('/') || model.includes(sep) || MODEL_EXTENSIONS.includes(extname(model));
}

/** Where a model of the library lies. @throws ReconvergeError RCV101 with the names that exist */
export function libraryUrl(name: string): URL {
  const names = libraryNames();
  if (names.includes(name)) return new URL(`${name}${EXTENSION}`, FOLDER);
  const close = closeNames(name, names);
  const meant = close.length === 0 ? '' : `did you mean ${close.join(' or ')}? `;
  throw new ReconvergeError('RCV101', `there is no model '${name}' in the library`, {
    hint: `${meant}models: ${names.join(', ')}; or give a path that ends in .ts or .js`,
  });
}
