import { describe, expect, it } from 'vitest';
import { check, type CheckReport } from '../../src/check/check.ts';
import { answered, type Answer } from './answers.ts';
import { spanOf } from './span.ts';
import { transactionCommit, type Haste } from './transaction-commit.ts';

const memo = new Map<string, CheckReport>();
function report(count: number, haste: Haste = 'none'): CheckReport {
  const key = `${count} ${haste}`;
  const known = memo.get(key) ?? check(transactionCommit(count, haste));
  memo.set(key, known);
  return known;
}
const stepsTo = (count: number, haste?: Haste) =>
  report(count, haste).properties[0]?.trace?.steps.length ?? 'none';

const answers: Answer[] = [];
const worked: Record<string, () => unknown> = {};
const add = (name: string, value: unknown, work: () => unknown): void => {
  answers.push({ name, value });
  worked[name] = work;
};
for (const [count, states] of [
  [1, 4],
  [2, 12],
  [3, 34],
  [4, 96],
  [5, 274],
  [6, 792],
] as const) {
  const found = (): number => report(count).stats.states;
  add(`${count} resources: distinct states`, states, found);
  add(
    `${count} resources: 3ⁿ + 2ⁿ − 1 states`,
    true,
    () => found() === 3 ** count + 2 ** count - 1,
  );
  add(`${count} resources: steps to inconsistency`, 'none', () => stepsTo(count));
}
add('3 resources: generated', 94, () => spanOf(transactionCommit(3)).generated);
add('3 resources: depth', 7, () => report(3).stats.depth);
add(
  '3 resources: all committed or all aborted is the end',
  2,
  () => spanOf(transactionCommit(3)).ends,
);
for (const [count, anyway, alone] of [
  [2, 4, 3],
  [3, 5, 3],
] as const) {
  add(`${count} resources: steps until one aborts anyway`, anyway, () =>
    stepsTo(count, 'aborts anyway'),
  );
  add(`${count} resources: steps until one commits alone`, alone, () =>
    stepsTo(count, 'commits alone'),
  );
}
answered('transaction commit', answers, worked);

describe('transaction commit', () => {
  it.each(['none', 'commits alone', 'aborts anyway'] as const)(
    'has the same verdict by symmetry and by reduction, haste: %s',
    (haste) => {
      for (const options of [{ symmetry: true }, { reduce: true }]) {
        const { result, completeness } = check(transactionCommit(3, haste), options);
        expect([result, completeness]).toEqual([report(3, haste).result, 'exhaustive']);
      }
    },
  );
});
