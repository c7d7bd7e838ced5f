import { expect, it } from 'vitest';
import { compareHistories } from '../../oracle/compare-histories.ts';

const SYSTEMS = process.env['RECONVERGE_TESTS'] === 'long' ? 400 : 150;

it('judges random histories of random systems as the oracle does', () => {
  const compared = compareHistories(0, SYSTEMS, 4, 60);
  expect(compared.differing).toEqual([]);
  expect(compared.systems).toBeGreaterThan(SYSTEMS * 0.5);
  expect(compared.accepted).toBeGreaterThan(SYSTEMS * 1.25);
  expect(compared.rejected).toBeGreaterThan(SYSTEMS * 0.3);
  expect(compared.unknown).toBeGreaterThan(SYSTEMS * 0.12);
  expect(compared.caught['not']).toBeUndefined();
  for (const how of ['deleted', 'swapped', 'edited', 'doubled', 'other'])
    expect(compared.caught[how], how).toBeGreaterThan(SYSTEMS * 0.012);
}, 120_000);
