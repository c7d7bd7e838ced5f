import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { FLOORS, judge, machineFindings } from './floors/rules.ts';
import type { SourceFile } from './floors/source.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** What git ignores. */
const IGNORED = new Set(['node_modules', 'dist', '.git', '.reconverge', 'coverage', 'reference']);

function filesIn(folder: string): readonly SourceFile[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return IGNORED.has(entry.name) ? [] : filesIn(path);
    if (!entry.isFile()) return [];
    return [{ path, text: readFileSync(join(root, path), 'utf8') }];
  });
}

const everything = filesIn('');
const ours = everything.filter(
  ({ path }) => /^(src|models|properties)\//.test(path) && path.endsWith('.ts'),
);

describe('the house', () => {
  test('has its floors, and no others', () => {
    const floors = readdirSync(join(root, 'src')).filter((name) =>
      statSync(join(root, 'src', name)).isDirectory(),
    );
    expect(Object.keys(FLOORS.floors)).toEqual(expect.arrayContaining(floors));
  });

  test('imports go downstairs only', () => expect(judge.imports(ours)).toEqual([]));
  test('imports make no cycles', () => expect(judge.cycles(ours)).toEqual([]));
  test('files are small and lines short', () => expect(judge.sizes(ours)).toEqual([]));
  test('files are named by the domain', () => expect(judge.names(ours)).toEqual([]));
  test('exports and types are plain', () => expect(judge.style(ours)).toEqual([]));

  test('nothing tells of the machine it was written on', () => {
    expect(everything.flatMap(machineFindings)).toEqual([]);
  });
});

/** What the judge says of one file, or of several, by name. */
function found(kind: keyof typeof judge, files: Readonly<Record<string, string>>): string {
  const list = Object.entries(files).map(([path, text]) => ({ path, text }));
  return judge[kind](list).join('\n');
}

describe('the judge sees', () => {
  const importing = (path: string, text: string): string => found('imports', { [path]: text });

  test.each([
    ['src/model/a.ts', "import { check } from '../check/check.ts';", 'model may not import check'],
    ['src/model/a.ts', "import { setup } from 'xstate';", 'only types of xstate'],
    ['src/model/a.ts', "import { type A, setup } from 'xstate';", 'only types of xstate'],
    ['src/explore/a.ts', "import { World } from '../machine/world.ts';", 'explore may not'],
    ['src/explore/a.ts', "import type { System } from '../model/system.ts';", 'knows integers'],
    ['src/explore/a.ts', "import type { A } from 'xstate';", 'explore may not import xstate'],
    ['src/postgres/a.ts', "export { a } from '../explore/a.ts';", 'postgres may not import'],
    ['src/report/a.ts', "import { check } from '../check/check.ts';", 'only types of check'],
    ['src/check/a.ts', "const a = await import('../generate/walk.ts');", 'check may not'],
    ['src/check/a.ts', "type A = import('../cli/verb.ts').Verb;", 'check may not import cli'],
    ['src/check/a.ts', "import fc from 'fast-check';", 'check may not import fast-check'],
    ['src/conform/a.ts', "import { Client } from 'pg';", 'conform may not import pg'],
    ['src/machine/a.ts', "import { Command } from 'commander';", 'machine may not import'],
    ['src/machine/a.ts', "import left from 'left-pad';", 'machine may not import left-pad'],
    [
      'src/cli/a.ts',
      "import model from '../../models/token-ring.ts';",
      'cli may not import models',
    ],
    ['models/a.ts', "import { actor } from '../src/model/part.ts';", "only 'reconverge'"],
    ['properties/a.ts', "import fc from 'fast-check';", 'properties may not import fast-check'],
  ])('%s: %s', (path, text, why) => expect(importing(path, text)).toContain(why));

  test('nothing wrong with what is allowed', () => {
    expect(importing('src/model/a.ts', "import type { A } from 'xstate';")).toBe('');
    expect(importing('src/model/a.ts', "import { type A, type B } from 'xstate';")).toBe('');
    expect(importing('src/report/a.ts', "import type { A } from '../check/check.ts';")).toBe('');
    expect(importing('src/cli/a.ts', "import { a } from '../index.ts';")).toBe('');
    expect(importing('src/postgres/server/a.ts', "import { a } from '../store.ts';")).toBe('');
    expect(importing('models/a.ts', "import { actor } from 'reconverge';")).toBe('');
    expect(importing('src/check/a.ts', "// import fc from 'fast-check'")).toBe('');
  });

  test('a cycle, also of types and through a third', () => {
    const files = {
      'src/check/a.ts': "import type { B } from './b.ts';",
      'src/check/b.ts': "import { c } from './c.ts';",
      'src/check/c.ts': "export { a } from './a.ts';",
    };
    expect(found('cycles', files)).toBe(
      'cycle: src/check/a.ts → src/check/b.ts → src/check/c.ts → src/check/a.ts',
    );
  });

  test('what is too long or too wide', () => {
    expect(found('sizes', { 'src/check/a.ts': '\n'.repeat(300) + 'x' })).toContain('301 lines');
    expect(found('sizes', { 'src/check/a.ts': 'x'.repeat(101) })).toContain('a.ts:1: wider');
    expect(found('sizes', { 'src/check/a.ts': `  hint: '${'x'.repeat(99)}',` })).toBe('');
    expect(found('sizes', { 'src/check/a.ts': `f('${'x'.repeat(99)}')` })).toContain('wider');
    expect(found('sizes', { 'src/check/a.ts': `${'→'.repeat(100)}\n` })).toBe('');
  });

  test('names that say nothing', () => {
    for (const name of ['Plan', 'planOf', 'plan_of', 'utils', 'helpers']) {
      expect(found('names', { [`src/check/${name}.ts`]: '' })).not.toBe('');
    }
    expect(found('names', { 'src/check/plan-of-2.ts': '' })).toBe('');
  });

  test.each([
    ['export default 1;', 'default export'],
    ['export default function f() {}', 'default export'],
    ["export * from './b.ts';", 'export *'],
    ["export * as b from './b.ts';", 'export *'],
    ['let a: any;', 'any'],
    ['enum A { B }', 'enum'],
    [`// ${['TO', 'DO'].join('')}: later`, 'reminder'],
  ])('%s', (text, what) => expect(found('style', { 'src/check/a.ts': text })).toContain(what));

  test('a default export as the business of models, and `any` with a reason', () => {
    expect(found('style', { 'models/a.ts': 'export default 1;' })).toBe('');
    const excused = '// eslint-disable-next-line typescript/no-explicit-any -- XState\nlet a: any;';
    expect(found('style', { 'src/model/a.ts': excused })).toBe('');
    expect(found('style', { 'src/model/a.ts': "const a = 'any enum';" })).toBe('');
  });

  test('paths of a machine and download addresses', () => {
    const at = (text: string): string => machineFindings({ path: 'a.md', text }).join();
    for (const home of ['work', 'root', 'home']) {
      expect(at(`see \`/${home}/me/file\``)).toContain('a path of one machine');
    }
    expect(at(JSON.stringify({ resolved: 'https://registry.example/a.tgz' }))).toContain(
      'download',
    );
    expect(at("import { Home } from './home/x.ts'; // https://example.org/home/x")).toBe('');
  });
});
