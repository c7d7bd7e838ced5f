import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** What `import`, `export … from`, `import()` and `require()` name, relative to their file. */
const RELATIVE = /(?:\bfrom|\bimport|\bimport\s*\(|\brequire\s*\()\s*(['"])(\.{1,2}(?:\/.*?)?)\1/g;

/** What may be left out of a specifier, or stand for what TypeScript calls otherwise. */
const EXTENSIONS = ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs', '.tsx', '.jsx', '.json'];
const AS_TYPESCRIPT: readonly (readonly [RegExp, string])[] = [
  [/\.js$/, '.ts'],
  [/\.mjs$/, '.mts'],
  [/\.cjs$/, '.cts'],
];

/** The files that a specifier may mean, the likeliest first. */
function candidates(path: string): readonly string[] {
  return [
    path,
    ...AS_TYPESCRIPT.filter(([end]) => end.test(path)).map(([end, ts]) => path.replace(end, ts)),
    ...EXTENSIONS.map((extension) => `${path}${extension}`),
    ...EXTENSIONS.map((extension) => `${path}/index${extension}`),
  ];
}

const isFile = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isFile() === true;

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/**
 * A file and what it imports by relative paths, and so on; files of packages are not among them.
 * Read from the text, so that it can also be told of a file that does not compile; of an import
 * that leads nowhere the file it may become is named.
 */
export function sourcesOf(file: string): readonly string[] {
  const found = new Set([resolve(file)]);
  for (const one of found) {
    for (const [, , specifier = ''] of textOf(one).matchAll(RELATIVE)) {
      const named = candidates(resolve(dirname(one), specifier));
      const existing = named.find(isFile);
      if (existing !== undefined) found.add(existing);
      else for (const missing of named) found.add(missing);
    }
  }
  return [...found];
}
