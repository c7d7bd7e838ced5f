import { describe, expect, it } from 'vitest';
import { check } from '../../src/check/check.ts';
import { retrace } from '../../src/check/retrace.ts';
import { parameterValues } from '../../src/model/parameter.ts';
import type { PropertyReport } from '../../src/model/verdict.ts';
import model from '../../models/reference-orchestration.ts';

/** A cell is x where the mutant breaks the law; the laws are L1 to L14 from left to right. */
const MATRIX = `
  none  . . . . . . . . . . . . . .
  m1    x . . . x x . . . . . . . .
  m2    . x . . . . . . . . . . . .
  m3    . . x . . . . . . . . . . .
  m4    . . . x x x . x . x . . x .
  m5    . . . . x x . . . . . . . .
  m6    . . . . . x . . . . . . . .
  m7    . . . . x x x x . x . . x .
  m8    . . . . x x . x . x . . x .
  m9    . . . . x x . x x x . . x .
  m10   . . . . x x . . . x . . . .
  m11   . . . . x x . . . x x . . .
  m12   . . . . . . x . . . . x . .
  m13   . . . x x x . x . x . . x .
  m14   . . . . x x . . . x . . . x`;

const rows = MATRIX.trim()
  .split('\n')
  .map((line) => line.trim().split(/\s+/))
  .map(([mutant = '', ...cells]) => ({ mutant, cells }));

const cells = rows.flatMap((row) =>
  row.cells.map((cell, at) => {
    const expected = cell === 'x' ? 'violated' : 'holds';
    return { mutant: row.mutant, law: at + 1, expected } as const;
  }),
);

const build = (given: Readonly<Record<string, string>>) =>
  model.build(parameterValues(model.parameters, given));

const checked = new Map<string, readonly PropertyReport[]>();

/** L5 is `converges`. */
function reportOf(mutant: string, law: number): PropertyReport {
  const properties = checked.get(mutant) ?? check(build({ mutant })).properties;
  checked.set(mutant, properties);
  const found = properties.find(({ name }) =>
    law === 5 ? name === 'converges' : name.startsWith(`L${law} `),
  );
  if (found === undefined) throw new Error(`there is no law ${law}`);
  return found;
}

describe('each mutant breaks its laws, and no others', () => {
  it.each(cells)('$mutant, L$law: $expected', ({ mutant, law, expected }) => {
    const { result, vacuous } = reportOf(mutant, law);
    expect(result).toBe(expected);
    expect(vacuous).toBe(false);
  });

  it('every law has a mutant that breaks it', () => {
    for (let law = 1; law <= 14; law += 1) {
      expect(rows.some((row) => row.cells[law - 1] === 'x')).toBe(true);
    }
  });

  it.each(cells.filter(({ expected }) => expected === 'violated'))(
    '$mutant, L$law: the trace is a behaviour of the machines',
    ({ mutant, law }) => {
      const { trace } = reportOf(mutant, law);
      if (trace === null) throw new Error('there is no trace');
      retrace(build({ mutant }), trace);
    },
  );
});

describe('shortest counterexamples', () => {
  /** Steps to a saga that is neither whole nor nothing, m14 by TLC too. */
  const SAGA = { m4: 4, m7: 11, m8: 6, m9: 6, m10: 3, m11: 3, m13: 3, m14: 7 };
  it.each(Object.entries(SAGA))('%s breaks L10 in %i steps', (mutant, steps) => {
    expect(reportOf(mutant, 10).trace?.steps).toHaveLength(steps);
  });

  it('of the law that a mutant was made for', () => {
    const steps = rows
      .slice(1)
      .map(({ mutant }, at) => reportOf(mutant, at + 1).trace?.steps.length);
    expect(steps).toEqual([3, 4, 1, 1, 3, 7, 2, 1, 3, 3, 4, 4, 1, 3]);
  });
});

describe('sizes', () => {
  const OF_RECOVERY = ['L1 total', 'L3 deterministic', 'L7 idempotent', 'L11 undo undoes'];
  const BOUNDS = [
    [1, 1, 0, 4],
    [1, 2, 1, 4],
    [2, 1, 1, 4],
    [2, 2, 1, 5],
    [3, 2, 1, 6],
    [2, 3, 2, 5],
    [4, 2, 1, 8],
    [5, 1, 1, 10],
  ] as const;
  it.each(BOUNDS)('%i steps, %i faults, %i retries: recovery takes %i', (...given) => {
    const [steps, faults, retries, beta] = given.map(String) as [string, string, string, string];
    const { result, properties } = check(build({ steps, faults, retries }));
    expect(result).toBe('holds');
    expect(properties.find(({ kind }) => kind === 'withinSteps')?.values['beta']).toBe(
      Number(beta),
    );
  });

  it('without faults the laws of recovery have nothing to speak of, and say so', () => {
    const { result, properties } = check(build({ faults: '0' }));
    expect(result).toBe('holds');
    const silent = properties.filter(({ values }) => values['antecedent'] === 'never holds');
    expect(silent.map(({ name }) => name)).toEqual(OF_RECOVERY);
  });
});
