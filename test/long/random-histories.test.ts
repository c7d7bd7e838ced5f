import { expect, it } from 'vitest';
import { compareHistories } from '../oracle/compare-histories.ts';

it('judges random histories of thousands of random systems as the oracle does', () => {
  const compared = compareHistories(1_000, 5_000, 5, 200);
  expect(compared.differing).toEqual([]);
  expect(compared.systems).toBeGreaterThan(3_000);
  expect(compared.rejected).toBeGreaterThan(2_000);
});
