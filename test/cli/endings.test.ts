import { describe, expect, it } from 'vitest';
import { EXIT_INTERNAL } from '../../src/cli/exit-code.ts';
import { internalError, reportLines } from '../../src/cli/internal-error.ts';
import { documentIn, fixture, reconverge } from './cli.ts';

const preload = (name: string) => ({ env: { NODE_OPTIONS: `--import=${fixture(name)}` } });

describe('an end from outside', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('%s ends a check with what it knows', async (signal) => {
    const args = ['check', fixture('endless-search.ts'), '--json'];
    const ran = await reconverge(args, { interrupt: { when: /^exploring/m, signals: [signal] } });
    expect(ran.exitCode).toBe(3);
    const report = documentIn(ran);
    expect(report).toMatchObject({ result: 'unknown', bounds: { interrupted: true } });
    expect(report.stats?.states).toBeGreaterThan(0);
    expect(report.properties).toMatchObject([{ name: 'bounded', result: 'unknown' }]);
  });

  it('a second signal ends a model that never comes back', async () => {
    const ran = await reconverge(['check', fixture('stuck.ts'), '--json'], {
      interrupt: { when: /^exploring|(^loading.*\n){2}/m, signals: ['SIGINT', 'SIGINT'] },
    });
    expect(ran.secondsToEnd).toBeLessThan(1);
    expect(ran.exitCode).toBe(3);
    expect(documentIn(ran)).toMatchObject({
      model: { name: 'stuck' },
      result: 'unknown',
      bounds: { interrupted: true },
      properties: [{ name: 'fine', result: 'unknown' }],
    });
  });

  it('a timeout ends a search', async () => {
    const args = ['check', fixture('endless-search.ts'), '--timeout', '0.5', '--json'];
    const ran = await reconverge(args);
    expect(ran.exitCode).toBe(3);
    expect(documentIn(ran)).toMatchObject({ result: 'unknown', bounds: { timeoutMs: 500 } });
  });

  it('too little memory is inconclusive, not a crash', async () => {
    const args = ['check', fixture('hungry.ts'), '--memory', '300', '--json'];
    const ran = await reconverge(args);
    expect(ran.exitCode).toBe(3);
    const bounds = { memoryBytes: 300 * 2 ** 20 };
    expect(documentIn(ran)).toMatchObject({ result: 'unknown', bounds });
  });

  it('shows progress on stderr as plain lines, and only after a while', async () => {
    const args = ['check', fixture('endless-search.ts'), '--timeout', '2.5'];
    const { stderr, stdout } = await reconverge(args);
    expect(stderr).toMatch(/^exploring: [\d,]+ states?, /m);
    expect(stderr).not.toContain('\u001b');
    expect(stdout).not.toContain('exploring');
  });
});

describe('an error of ours', () => {
  it.each([
    ['broken-array.mjs', 'the array is broken', 'check two-phase-commit'],
    ['late-throw.mjs', 'thrown out of the blue', `check ${fixture('endless-search.ts')}`],
    ['late-rejection.mjs', 'rejected out of the blue', `check ${fixture('endless-search.ts')}`],
  ])('%s ends in exit code 4, with what to report', async (name, message, command) => {
    const args = [...command.split(' '), '--json'];
    const ran = await reconverge(args, preload(name));
    expect(ran.exitCode).toBe(EXIT_INTERNAL);
    expect(documentIn(ran)).toMatchObject({
      verb: 'check',
      result: 'unknown',
      properties: [],
      error: { code: 'RCV900', message: `internal error: ${message}` },
    });
    expect(ran.stderr).toContain('please report it');
    expect(ran.stderr).toContain(`reconverge ${command}`);
    expect(ran.stderr).toMatch(/^\s+at .*:\d+:\d+/m);
  });

  it('is told with the command to repeat, quoted', () => {
    const error = new Error('oops\nmore');
    expect(internalError(error)).toMatchObject({ code: 'RCV900', message: 'internal error: oops' });
    const [first, second] = reportLines(error, ['check', 'm', '--property', 'can $ commit']);
    expect(first).toContain("reconverge check m --property 'can $ commit' (node v");
    expect(second).toBe('  Error: oops');
    expect(internalError(undefined).message).toBe('internal error: undefined');
  });
});
