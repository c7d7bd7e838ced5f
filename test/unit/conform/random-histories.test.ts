import { expect, it } from 'vitest';
import { compareHistories } from '../../oracle/compare-histories.ts';

it('judges random histories of random systems as the oracle does', () => {
  const compared = compareHistories(0, 400, 4, 60);
  expect(compared.differing).toEqual([]);
  expect(compared.systems).toBeGreaterThan(200);
  expect(compared.accepted).toBeGreaterThan(500);
  expect(compared.rejected).toBeGreaterThan(120);
  expect(compared.unknown).toBeGreaterThan(50);
  expect(compared.caught['not']).toBeUndefined();
  for (const how of ['deleted', 'swapped', 'edited', 'doubled', 'other'])
    expect(compared.caught[how], how).toBeGreaterThan(5);
}, 120_000);
