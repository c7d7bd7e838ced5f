import { describe, expect, it } from 'vitest';
import { documentIn, fixture, reconverge, type Ran } from './cli.ts';

/** More states than any of these memories holds. */
const HUGE = ['--set', 'steps=8', '--set', 'workflows=9', '--set', 'crashes=4'];
const MEBIBYTE = 2 ** 20;

/** No verdict, the bound that was reached, how far it went, and no word of V8 giving up. */
function expectBounded(ran: Ran, bounds: Readonly<Record<string, unknown>>): void {
  const { result, completeness, stats, properties, error, ...rest } = documentIn(ran);
  expect(error).toBeNull();
  expect(rest.bounds).toEqual(bounds);
  expect({ result, completeness }).toEqual({ result: 'unknown', completeness: 'bounded' });
  expect(ran.exitCode).toBe(3);
  expect(properties.length).toBeGreaterThan(0);
  for (const property of properties) expect(property.result).toBe('unknown');
  const { states = -1, transitions = -1, depth = -1, seconds = -1 } = stats ?? {};
  for (const count of [states, transitions, depth]) {
    expect(Number.isSafeInteger(count) && Number(count) >= 0, `${count}`).toBe(true);
  }
  expect(seconds).toBeGreaterThan(0);
  expect(stats?.peakRssBytes).toBeGreaterThan(10 * MEBIBYTE);
  expect(ran.stderr).not.toMatch(/FATAL|out of memory|^\s+at /m);
}

describe.concurrent('a memory limit', () => {
  it.each([64, 160])('of %i MiB ends a search that knows no end', async (mebibytes) => {
    const args = ['check', 'checkpointed-saga', ...HUGE, '--memory', `${mebibytes}`, '--json'];
    const ran = await reconverge(args);
    expectBounded(ran, { memoryBytes: mebibytes * MEBIBYTE });
    const { states, peakRssBytes = Infinity } = documentIn(ran).stats ?? {};
    expect(states).toBeGreaterThan(0);
    // What Node itself takes may be more than the smallest of these limits.
    expect(peakRssBytes).toBeLessThan((1.5 * mebibytes + 128) * MEBIBYTE);
  });

  it.each(['objects', 'map', 'buffers'])(
    'ends a step of the model that eats %s without end',
    async (meal) => {
      const args = ['check', fixture('hungry.ts'), '--set', `meal=${meal}`];
      const ran = await reconverge([...args, '--memory', '200', '--json']);
      expectBounded(ran, { memoryBytes: 200 * MEBIBYTE });
    },
  );

  it('says so to people, too, with what was covered', async () => {
    const args = ['check', 'checkpointed-saga', ...HUGE, '--memory', '128'];
    const { exitCode, stdout } = await reconverge(args);
    expect(exitCode).toBe(3);
    expect(stdout).toMatch(
      /UNKNOWN .* [\d,]+ distinct states?, .*\nstopped at 128 MiB of memory: /,
    );
  });
});

describe.concurrent('the other ends of a search that knows none', () => {
  const check = ['check', 'checkpointed-saga', ...HUGE, '--json'];

  it('a signal, within two seconds', async () => {
    const ran = await reconverge(check, {
      interrupt: { when: /^exploring|^loading/m, signals: ['SIGINT'] },
    });
    expectBounded(ran, { interrupted: true });
    expect(ran.secondsToEnd).toBeLessThan(2.5);
  });

  it('a timeout', async () => {
    const ran = await reconverge([...check, '--timeout', '1']);
    expectBounded(ran, { timeoutMs: 1000 });
    expect(documentIn(ran).stats?.seconds).toBeGreaterThan(0.9);
    expect(ran.seconds).toBeLessThan(8);
  });

  it('a number of states', async () => {
    const ran = await reconverge([...check, '--max-states', '5000']);
    expectBounded(ran, { states: 5000 });
    expect(documentIn(ran).stats?.states).toBeGreaterThanOrEqual(5000);
  });

  it('a depth', async () => {
    const ran = await reconverge([...check, '--max-depth', '3']);
    expectBounded(ran, { depth: 3 });
    expect(documentIn(ran).stats?.depth).toBe(3);
  });
});
