import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path/posix';
import { scan, type Import, type SourceFile } from './source.ts';

interface Floors {
  /** Which floors a floor may import. */
  readonly floors: { readonly [floor: string]: readonly string[] };
  /** Which floors it may import besides, for their types alone. */
  readonly typesOnly: { readonly [floor: string]: readonly string[] };
  /** Where an outside package may be imported; a package that is not listed, nowhere. */
  readonly packages: { readonly [name: string]: readonly string[] };
  readonly packageTypesOnly: { readonly [name: string]: readonly string[] };
}

/** The table that CONTRIBUTING.md explains; dependency-cruiser reads the same one. */
export const FLOORS = JSON.parse(
  readFileSync(new URL('floors.json', import.meta.url), 'utf8'),
) as Floors;

const LINES_MAX = 300;
const COLUMNS_MAX = 100;
const MODEL_NUMBERS = 'src/model/integer-system.ts';
const KEBAB_CASE = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const NAMELESS = new Set(['utils', 'util', 'common', 'misc', 'helpers', 'helper']);
const REMINDER = /\b(T[O]DO|FIXM[E])\b/;

/** `src/check/plan.ts` is on `check`, `models/x.ts` on `models`, `src/index.ts` on the `door`. */
function floorOf(path: string): string {
  const [top = '', floor = ''] = path.split('/');
  if (top !== 'src') return top;
  return floor.endsWith('.ts') ? 'door' : floor;
}

function packageOf(from: string): string {
  const [scope = '', name = ''] = from.split('/');
  return scope.startsWith('@') ? `${scope}/${name}` : scope;
}

/** Why `path` may not import one of our own files; null if it may. */
function ownImport(path: string, target: string, { isType }: Import): string | null {
  const [own, other] = [floorOf(path), floorOf(target)];
  if (own === other || own === 'door') return null;
  if (own === 'models' || own === 'properties') return "only 'reconverge', never a path";
  if (own === 'cli' && other === 'door') return null;
  if (own === 'explore' && other === 'model' && target !== MODEL_NUMBERS) {
    return `explore knows integers: of the model only ${MODEL_NUMBERS}`;
  }
  if (FLOORS.floors[own]?.includes(other) === true) return null;
  if (FLOORS.typesOnly[own]?.includes(other) === true) {
    return isType ? null : `${own} may import only types of ${other}`;
  }
  return `${own} may not import ${other}`;
}

/** Why `path` may not import an outside package; null if it may. */
function packageImport(path: string, { from, isType }: Import): string | null {
  if (from.startsWith('node:')) return null;
  const own = floorOf(path);
  const name = packageOf(from);
  if (FLOORS.packages[name]?.includes(own) === true) return null;
  if (FLOORS.packageTypesOnly[name]?.includes(own) === true) {
    return isType ? null : `${own} may import only types of ${name}`;
  }
  return `${own} may not import ${name}`;
}

/** Built code names its worker scripts as they will be called. */
function resolved(path: string, from: string): string {
  return join(dirname(path), from);
}

function importFindings(file: SourceFile): readonly string[] {
  return scan(file).imports.flatMap((one) => {
    const isOwn = one.from.startsWith('.');
    const why = isOwn
      ? ownImport(file.path, resolved(file.path, one.from), one)
      : packageImport(file.path, one);
    return why === null ? [] : [`${file.path}:${one.line}: '${one.from}': ${why}`];
  });
}

/** Cycles of imports, types included, each as the path that closes it. */
function cycles(files: readonly SourceFile[]): readonly string[] {
  const graph = new Map(
    files.map((file) => [
      file.path,
      scan(file)
        .imports.filter(({ from }) => from.startsWith('.'))
        .map(({ from }) => resolved(file.path, from)),
    ]),
  );
  const finished = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, above: readonly string[]): void => {
    if (above.includes(path)) {
      found.push(`cycle: ${[...above.slice(above.indexOf(path)), path].join(' → ')}`);
      return;
    }
    if (finished.has(path)) return;
    for (const target of graph.get(path) ?? []) visit(target, [...above, path]);
    finished.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  return found;
}

/** A line that is one literal, perhaps with its name: a message stays whole, to be searched for. */
const ONE_LITERAL = /^\s*(const \w+ = |return |\w+: |[?:] )?(['"`]).*\2[,;)]*$/;

function sizeFindings({ path, text }: SourceFile): readonly string[] {
  const lines = text.trimEnd().split('\n');
  const wide = lines.flatMap((line, index) =>
    [...line].length > COLUMNS_MAX && !ONE_LITERAL.test(line)
      ? [`${path}:${index + 1}: wider than ${COLUMNS_MAX}`]
      : [],
  );
  const long = lines.length > LINES_MAX ? [`${path}: ${lines.length} lines`] : [];
  return [...long, ...wide];
}

function nameFindings({ path }: SourceFile): readonly string[] {
  const parts = path.replace(/\.ts$/, '').split('/');
  return parts
    .filter((part) => !KEBAB_CASE.test(part) || NAMELESS.has(part))
    .map((part) => `${path}: '${part}' is no name of ours`);
}

function styleFindings(file: SourceFile): readonly string[] {
  const { path, text } = file;
  const lines = text.split('\n');
  const seen = scan(file).sightings.flatMap(({ what, line }) => {
    const isExplained = lines[line - 2]?.includes('no-explicit-any -- ') === true;
    if (what === 'any' && isExplained) return [];
    if (what === 'default export' && path.startsWith('models/')) return [];
    return [`${path}:${line}: ${what}`];
  });
  const reminders = lines.flatMap((line, index) =>
    REMINDER.test(line) ? [`${path}:${index + 1}: a reminder; open an issue`] : [],
  );
  return [...seen, ...reminders];
}

/** All violations in these files of `src`, `models` and `properties`, as lines to be read. */
export const judge = {
  imports: (files: readonly SourceFile[]) => files.flatMap(importFindings),
  cycles,
  sizes: (files: readonly SourceFile[]) => files.flatMap(sizeFindings),
  names: (files: readonly SourceFile[]) => files.flatMap(nameFindings),
  style: (files: readonly SourceFile[]) => files.flatMap(styleFindings),
};

const HOME = /(^|[^\w./-])\/(wor[k]|roo[t]|hom[e])\//m;
const DOWNLOAD = /"resolved"[:]\s*"https?:/;

/** Traces of one particular machine or registry. */
export function machineFindings({ path, text }: SourceFile): readonly string[] {
  const home = HOME.exec(text) === null ? [] : [`${path}: a path of one machine`];
  return DOWNLOAD.test(text) ? [...home, `${path}: a download address`] : home;
}
