import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync } from 'node:fs';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { VERBS } from '../../src/cli/verbs.ts';
import { blocksOf, editOf, fileNameOf, linksOf, type Block } from './docs/markdown.ts';
import { exchangesOf, isSame, Terminal } from './docs/transcript.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const main = join(root, 'dist/src/cli/main.js');
/** `UPDATE_TRANSCRIPTS=1 npx vitest run …` writes what commands really print into the documents. */
const isUpdating = process.env['UPDATE_TRANSCRIPTS'] === '1';

const isLong = process.env['RECONVERGE_TESTS'] === 'long' || isUpdating;
/** Plays every fault point; what comes after it does not depend on it. */
const AT_LENGTH = /^npx reconverge conform \S+ --(set crashes=0|faults)/;

/** Documents whose commands take longer. */
const LONG = /(asking-enough|conformance|exploring|large-models|your-own-orchestration)\.md$/;

const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const markdownIn = (folder: string): readonly string[] =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));
const told = ['README.md', ...markdownIn('docs/guide')];
const documents = [...told, 'CONTRIBUTING.md', ...markdownIn('docs/adr'), ...markdownIn('spec')];

const programsOf = (path: string) =>
  blocksOf(read(path)).filter(({ language }) => language === 'ts');

/** No command ends with these: the executor, drivers or the store tell them to whoever calls. */
const OF_THE_LIBRARY: readonly string[] = [
  'RCV310',
  'RCV403',
  'RCV404',
  'RCV405',
  'RCV406',
  'RCV407',
  'RCV408',
  'RCV409',
  'RCV410',
  'RCV411',
  'RCV412',
  'RCV417',
  'RCV430',
  'RCV431',
  'RCV432',
  'RCV433',
  'RCV434',
  'RCV435',
  'RCV436',
  'RCV437',
  'RCV610',
  'RCV611',
  'RCV612',
  'RCV613',
  'RCV614',
];

describe('programs', () => {
  const folder = join(root, '.reconverge', `docs-${process.pid}`);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('compile, each version of them', async () => {
    for (const path of told) {
      const before = new Map<string, string>();
      for (const block of programsOf(path)) {
        const place = join(folder, `${path.replaceAll('/', '-')}-${block.line}`);
        mkdirSync(place, { recursive: true });
        before.set(fileNameOf(block), block.text);
        // Beside a program that imports others of the page these as they are by then.
        const needed = block.text.includes("from './") ? [...before] : [...before].slice(-1);
        for (const [name, text] of needed) writeFileSync(join(place, name), text);
      }
    }
    const paths = {
      reconverge: ['../../src/index.ts'],
      'reconverge/vitest': ['../../src/vitest/index.ts'],
    };
    const compilerOptions = { rootDir: '../..', noEmit: true, incremental: false, paths };
    const config = { extends: '../../tsconfig.json', compilerOptions, include: ['.'] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    const tsc = join(root, 'node_modules/.bin/tsc');
    const compiled = await promisify(execFile)(tsc, ['-p', folder]).catch(
      ({ stdout }: { stdout: string }) => ({ stdout }),
    );
    expect(compiled.stdout).toBe('');
  });
});

describe('transcripts', () => {
  let folder = '';
  beforeAll(() => {
    expect(existsSync(main), 'npm run build comes first').toBe(true);
    // The server runs under an account of its own when these tests run as root.
    folder = mkdtempSync(join(tmpdir(), 'reconverge-docs-'));
    chmodSync(folder, 0o755);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each(isLong ? told : told.filter((path) => !LONG.test(path)))(
    '%s',
    { timeout: 240_000 },
    async (path) => {
      const place = join(folder, path.replaceAll('/', '-'));
      mkdirSync(place);
      writeFileSync(join(place, 'package.json'), '{}\n');
      const terminal = new Terminal(main, place);
      const text = read(path);
      const updated: { readonly block: Block; readonly printed: readonly string[] }[] = [];
      for (const block of blocksOf(text)) {
        if (block.language === 'ts') writeFileSync(join(place, fileNameOf(block)), block.text);
        const history = /^jsonl (\S+)$/.exec(block.language)?.[1];
        if (history !== undefined) writeFileSync(join(place, history), `${block.text}\n`);
        if (block.language === 'diff') {
          const { file, apply } = editOf(block);
          writeFileSync(join(place, file), apply(readFileSync(join(place, file), 'utf8')));
        }
        if (block.language !== 'console') continue;
        const printed: string[] = [];
        for (const { command, output } of exchangesOf(block.text)) {
          if (!isLong && AT_LENGTH.test(command)) continue;
          const actual = await terminal.type(command);
          const isRight = isSame(output, actual);
          if (!isUpdating && !isRight) expect(actual, `$ ${command}`).toBe(output);
          printed.push(`$ ${command}`, ...(isRight ? output : actual).split('\n'));
        }
        updated.push({ block, printed });
      }
      if (!isUpdating) return;
      const lines = text.split('\n');
      for (const { block, printed } of updated.toReversed()) {
        lines.splice(block.line - 1, block.text.split('\n').length, ...printed);
      }
      writeFileSync(join(root, path), lines.join('\n'));
    },
  );

  test('are compared but for timings and what is left out', () => {
    expect(isSame('done, 0.52 s', 'done, 12 s')).toBe(true);
    expect(isSame('3 states, 0.52 s', '4 states, 0.52 s')).toBe(false);
    expect(isSame('a\n…\nd', 'a\nb\nc\nd')).toBe(true);
    expect(isSame('a\n…\nd', 'a\nb\nc')).toBe(false);
    expect(isSame('a', 'a\nb')).toBe(false);
  });
});

test('links lead somewhere', () => {
  const broken = documents.flatMap((path) =>
    linksOf(read(path))
      .filter((target) => !existsSync(join(root, dirname(path), target)))
      .map((target) => `${path}: ${target}`),
  );
  expect(broken).toEqual([]);
});

test('sections that are cited exist', () => {
  const headings = markdownIn('spec').flatMap((path) =>
    [...read(path).matchAll(/^#+ (\d+(?:\.\d+)?)\b/gm)].map(([, number]) => number),
  );
  const missing = documents.flatMap((path) =>
    [...read(path).matchAll(/\bspec (\d+(?:\.\d+)?)/g)]
      .filter(([, number]) => !headings.includes(number))
      .map(([citation]) => `${path}: ${citation}`),
  );
  expect(missing).toEqual([]);
});

describe('error codes', () => {
  const source = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => read(join('src', path)))
    .join('\n');
  const used = [...new Set(source.match(/(?<=['"`])RCV\d{3}(?=['"`])/g))].toSorted();
  const page = read('docs/guide/errors.md');
  const rows = [...page.matchAll(/^\| (RCV\d{3}) \| (.+) \| (.+) \|$/gm)];

  test('are explained, all of them, once, and no others', () => {
    expect(rows.map(([, code]) => code)).toEqual(used);
  });

  test('stand under the heading of their hundred', () => {
    for (const section of page.split(/^## /m).slice(1)) {
      const hundred = /^RCV(\d)xx/.exec(section)?.[1];
      for (const [code] of section.matchAll(/^\| RCV\d{3}/gm)) {
        expect(code).toMatch(new RegExp(`RCV${hundred}`));
      }
    }
  });
});

describe('what documents show and tests provoke', () => {
  const commands = told
    .flatMap((path) => blocksOf(read(path)))
    .filter(({ language }) => language === 'console')
    .flatMap(({ text }) => exchangesOf(text));
  const sourcesIn = (folder: string): readonly string[] =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(folder, name))
      .filter((path) => path !== 'test/unit/docs.test.ts');
  const textOf = (paths: readonly string[]): string => paths.map(read).join('\n');
  const codes = [...read('docs/guide/errors.md').matchAll(/^\| (RCV\d{3}) \|/gm)].map(
    ([, code]) => code as string,
  );

  test('every verb is in a transcript', () => {
    const missing = VERBS.map(({ name }) => name).filter(
      (verb) => !commands.some(({ command }) => command.startsWith(`npx reconverge ${verb}`)),
    );
    expect(missing).toEqual([]);
  });

  test('every error code is in a transcript, or in a test of the command line', () => {
    const byCommand = [
      ...sourcesIn('test/cli'),
      'test/postgres/mistakes.test.ts',
      'test/postgres/unending.test.ts',
    ];
    const shown = `${commands.map(({ output }) => output).join('\n')}\n${textOf(byCommand)}`;
    const missing = codes.filter((code) => !shown.includes(code));
    expect(missing).toEqual(OF_THE_LIBRARY);
  });

  test('those of the library are in a test of the library', () => {
    const tests = textOf(sourcesIn('test'));
    expect(OF_THE_LIBRARY.filter((code) => !tests.includes(code))).toEqual([]);
  });
});

test('decisions are numbered, one page each, and say why', () => {
  const records = markdownIn('docs/adr');
  for (const [index, path] of records.entries()) {
    const text = read(path);
    expect(path).toMatch(new RegExp(`/${String(index + 1).padStart(4, '0')}-[a-z0-9-]+\\.md$`));
    expect(text.split('\n').length, path).toBeLessThanOrEqual(60);
    for (const part of ['Context', 'Decision', 'Rejected', 'Consequences']) {
      expect(text, path).toContain(`## ${part}`);
    }
  }
});
