import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { documentIn, notesIn, reconverge } from './cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'tolerance-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const BROKEN = ['check', 'order-fulfilment', '--set', 'bug=volatile-intent'];

const ran = reconverge([...BROKEN, '--out', folder]);

describe.concurrent('the tolerance table of reconverge check', () => {
  it('tells what a fault does by itself, and which faults are too much together', async () => {
    const { stdout } = await ran;
    expect(stdout).toMatch(/^ {2}order\.crash {10}node transient crash {8}masking {2}≥ 1/m);
    expect(stdout).toMatch(
      /^ {2}order\.halt .* at 1 fail-safe, 'converges' is violated in 1 step;/m,
    );
    expect(stdout).toMatch(/^ {2}not together {2}order\.crash \+ ship\.refuse: fail-safe/m);
    for (const line of stdout.split('\n').filter((one) => one.includes('together'))) {
      expect(line.length).toBeLessThanOrEqual(100);
    }
  });

  it('has witnesses that are behaviours under their own budgets, and no others', async () => {
    await ran;
    const path = join(folder, 'report.json');
    const replayed = await reconverge(['check', 'order-fulfilment', '--replay', path, '--json']);
    expect(replayed.exitCode).toBe(0);
    const names = documentIn(replayed).properties.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['order.halt', 'order.crash + charge.refuse']));
    const text = readFileSync(path, 'utf8');
    const forged = join(folder, 'forged.json');
    writeFileSync(forged, text.replaceAll('"order.halt": 1', '"order.halt": 0'));
    const refuted = await reconverge(['check', 'order-fulfilment', '--replay', forged, '--json']);
    expect(refuted.exitCode).toBe(1);
  });

  it.each([['--no-tolerance'], ['--property', 'total']])(
    'is left out with %s',
    async (...flags) => {
      const report = documentIn(
        await reconverge(['check', 'order-fulfilment', ...flags, '--json']),
      );
      expect(report.tolerance).toEqual([]);
    },
  );

  it('keeps the verdicts where a bound cuts it short, and says what is missing', async () => {
    const args = ['check', 'order-fulfilment', '--max-states', '9000', '--json'];
    const cut = await reconverge(args);
    expect(cut.exitCode).toBe(0);
    expect(notesIn(cut)).toMatch(/the tolerance table is not complete: a bound was reached first/);
    expect(documentIn(cut)).toMatchObject({ result: 'holds', completeness: 'exhaustive' });
    expect(documentIn(cut).tolerance.length).toBeLessThan(13);
  });

  it('has the keys of the schema, in its order', async () => {
    const [row] = documentIn(await reconverge(['check', 'chain-replication', '--json'])).tolerance;
    expect(Object.keys(row ?? {})).toEqual(
      'faults kind persistence class tolerates atLeast values witness'.split(' '),
    );
    expect(row).toMatchObject({ faults: { 'replica.halt': 1 }, tolerates: 'masking' });
  });
});
