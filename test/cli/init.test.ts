import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { documentIn, reconverge } from './cli.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'init-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const workflow = '.github/workflows/reconverge.yml';

describe.sequential('reconverge init', () => {
  it('writes the workflow where GitHub looks for it, and runs it where the project is', async () => {
    const project = join(folder, 'apps', 'my shop');
    mkdirSync(join(folder, '.git'));
    mkdirSync(project, { recursive: true });
    writeFileSync(join(project, 'package.json'), '{}');
    const ran = await reconverge(['init'], { cwd: project });
    expect(ran.exitCode).toBe(0);
    expect(ran.stdout).toContain(`wrote  ../../${workflow} `);
    expect(readFileSync(join(folder, workflow), 'utf8')).toContain(
      '    defaults: { run: { working-directory: "apps/my shop" } }\n    steps:\n',
    );
    expect(readdirSync(project).toSorted()).toEqual(['package.json', 'reconverge']);
  });

  it('leaves alone what is there, and says so', async () => {
    writeFileSync(join(folder, 'package.json'), '{}');
    mkdirSync(join(folder, 'reconverge'));
    writeFileSync(join(folder, 'reconverge/payment.mts'), 'mine');
    const ran = await reconverge(['init', '--json'], { cwd: folder });
    expect(ran.exitCode).toBe(0);
    expect(readFileSync(join(folder, 'reconverge/payment.mts'), 'utf8')).toBe('mine');
    const kept = documentIn(ran).properties.map(({ name, values }) => [name, values['isKept']]);
    expect(kept).toEqual([
      ['reconverge/payment.mts', true],
      ['reconverge/payment.test.mjs', false],
      [workflow, false],
    ]);
    expect(readFileSync(join(folder, workflow), 'utf8')).not.toContain('defaults');
  });

  it.each([
    ['no project', () => {}, 'RCV509', 'npm init --yes'],
    [
      'a file in the way',
      () => {
        writeFileSync(join(folder, 'package.json'), '{}');
        writeFileSync(join(folder, 'reconverge'), '');
      },
      'RCV503',
      'may write',
    ],
  ])('explains why it cannot: %s', async (_name, prepare, code, hint) => {
    prepare();
    const before = readdirSync(folder);
    const ran = await reconverge(['init', '--json'], { cwd: folder });
    expect(ran.exitCode).toBe(2);
    expect(documentIn(ran).error?.code).toBe(code);
    expect(documentIn(ran).error?.hint).toContain(hint);
    expect(readdirSync(folder)).toEqual(before);
  });
});
