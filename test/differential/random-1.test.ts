import { expect, it } from 'vitest';
import { compared as byStrategy, compareSeeds } from './compare.ts';

it('the engine agrees with the naive oracle on random systems, seeds 0 to 79', () => {
  const { compared, differing } = compareSeeds(0, 80, 4, 200);
  expect(differing).toEqual([]);
  expect(compared).toBeGreaterThan(50);
  expect(byStrategy.get('tables')).toBeGreaterThan(9);
  expect(byStrategy.get('sweep')).toBeGreaterThan(7);
}, 180_000);
