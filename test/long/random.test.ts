import { expect, it } from 'vitest';
import { compareSeeds } from '../differential/compare.ts';

it.each(Array.from({ length: 21 }, (_, part) => 160 + 150 * part))(
  'the engine agrees with the naive oracle on 150 random systems from seed %i',
  { timeout: 900_000 },
  (first) => {
    const { compared, differing } = compareSeeds(first, 150);
    expect(differing).toEqual([]);
    expect(compared).toBeGreaterThan(100);
  },
);
