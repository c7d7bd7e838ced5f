import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { isPath } from './library.ts';

/** Where sources of the library lie in a checkout; a package has none. */
const sourceOf = (name: string): URL => {
  const up = import.meta.url.includes('/dist/') ? '../../../' : '../../';
  return new URL(`${up}models/${name}.ts`, import.meta.url);
};

/**
 * The first docstring of a model's source that stands by itself, as text; null where there is no
 * source or no docstring.
 */
export function docstringOf(model: string): string | null {
  const file = isPath(model) ? resolve(model) : sourceOf(model);
  if (!existsSync(file)) return null;
  const comment = /^\/\*\*\n?([\s\S]*?)\*\//m.exec(readFileSync(file, 'utf8'))?.[1];
  if (comment === undefined) return null;
  return comment
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, ''))
    .join('\n')
    .trim();
}
