import { expect, it } from 'vitest';
import { compareSeeds } from '../differential/compare.ts';

/** Every system is asked one property of every kind, and more; 5,000 here and 5,000 beside. */
const ENOUGH = 5000;
let all = 0;

it.each(Array.from({ length: 42 }, (_, part) => 7000 + 150 * part))(
  'the engine agrees with the naive oracle on 150 random systems from seed %i',
  { timeout: 900_000 },
  (first) => {
    const { compared, differing } = compareSeeds(first, 150);
    expect(differing).toEqual([]);
    expect(compared).toBeGreaterThan(100);
    all += compared;
  },
);

it(`these were ${ENOUGH.toLocaleString('en')} systems at least`, () => {
  expect(all).toBeGreaterThanOrEqual(ENOUGH);
});
