import { expect, it } from 'vitest';
import { compared as byStrategy, compareSeeds } from './compare.ts';

it('the engine agrees with the naive oracle on random systems, seeds 0 to 149', () => {
  const { compared, differing } = compareSeeds(0, 150);
  expect(differing).toEqual([]);
  expect(compared).toBeGreaterThan(100);
  expect(byStrategy.get('tables')).toBeGreaterThan(75);
  expect(byStrategy.get('sweep')).toBeGreaterThan(60);
}, 180_000);
