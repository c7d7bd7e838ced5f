import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { documentIn, reconverge } from './cli.ts';

const scratch = mkdtempSync(join(tmpdir(), 'reconverge-diff-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const at = (name: string): string => join(scratch, name, 'report.json');
beforeAll(async () => {
  const check = (name: string, ...more: string[]) =>
    reconverge(['check', 'two-phase-commit', '--out', join(scratch, name), ...more]);
  await check('right');
  await check('wrong', '--set', 'bug=late-refusal');
});

describe('reconverge diff', () => {
  it('says what is lost, and ends with 1', async () => {
    const ran = await reconverge(['diff', at('right'), at('wrong')]);
    expect(ran.exitCode).toBe(1);
    expect(ran.stdout).toContain('bug: none → late-refusal');
    expect(ran.stdout).toMatch(/states: 288 → \d+/);
    expect(ran.stdout).toMatch(/^✗ 'consistent' +holds → violated: /m);
    expect(ran.stdout).toContain('guarantees that are lost: 1');
  });

  it('says what is gained, and ends with 0', async () => {
    const ran = await reconverge(['diff', at('wrong'), at('right'), '--json']);
    expect(ran.exitCode).toBe(0);
    const { verb, result, properties } = documentIn(ran);
    expect({ verb, result }).toEqual({ verb: 'diff', result: 'holds' });
    const gained = properties.find(({ name }) => name === "'consistent'");
    expect(gained).toMatchObject({ kind: 'better', because: 'violated → holds' });
  });

  it('checks a model that is named, and says that nothing has changed', async () => {
    const ran = await reconverge(['diff', at('right'), 'two-phase-commit']);
    expect(ran.exitCode).toBe(0);
    expect(ran.stdout).toBe('nothing has changed\n');
  });

  it.each([
    [[at('right'), at('nothing')], 'RCV508'],
    [[at('right'), 'nothing'], 'RCV101'],
    [[at('right')], 'RCV502'],
  ])('explains what is wrong with %j', async (operands, code) => {
    const ran = await reconverge(['diff', ...operands, '--json']);
    expect(ran.exitCode).toBe(2);
    expect(documentIn(ran).error?.code).toBe(code);
  });
});
