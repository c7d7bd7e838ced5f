import { describe, expect, it } from 'vitest';
import { OutOfReach, UNPLACED } from '../../../src/explore/exploration.ts';
import { ProductSearch } from '../../../src/explore/product-search.ts';
import { Swept } from '../../../src/explore/swept.ts';
import { exploreProduct } from '../../../src/explore/tabled.ts';
import { anySearch, DRAWINGS, plainly, PREDICATES, productOf } from './random-search.ts';
import { randomSystem } from './random-system.ts';

const SEEDS = 40;

describe('what was swept', () => {
  it.each(DRAWINGS)('has the paths of a search where they are asked for: %s', (_, drawing) => {
    for (let seed = 0; seed < SEEDS; seed += 1) {
      const random = randomSystem(seed, drawing);
      const product = productOf(random);
      const search = new ProductSearch(product, anySearch).run();
      const swept = new Swept(product, anySearch, 0).run();
      for (const predicate of PREDICATES) {
        for (const first of ['firstFalse', 'firstTrue'] as const) {
          const state = search[first](predicate);
          expect([seed, swept[first](predicate)]).toEqual([seed, state]);
          if (state !== -1) expect(swept.pathTo(state)).toEqual(search.pathTo(state));
        }
      }
      expect(swept.brokenClaim).toEqual(search.brokenClaim);
      expect([swept.states, swept.initial]).toEqual([search.states, search.initial]);
      expect(swept.graph.targets).toEqual(search.graph.targets);
      expect(swept.depth).toBe(search.depth);
    }
  });

  it.each(DRAWINGS)('has the nearest end that is bad: %s', (_, drawing) => {
    for (let seed = 0; seed < SEEDS; seed += 1) {
      const random = randomSystem(seed, drawing);
      const { found, states, isQuiet } = plainly(random);
      const swept = new Swept(productOf(random), anySearch, 0).run();
      for (const goal of PREDICATES) {
        const bad = states.filter((state) => isQuiet(state) && !found.holds(goal, state));
        const steps = bad.map((state) => found.pathTo(state).length);
        const end = swept.badEnd([goal]);
        const nearest = end === -1 ? Infinity : swept.pathTo(end).length;
        expect([seed, nearest]).toEqual([seed, Math.min(...steps)]);
      }
    }
  });

  it('says of what it saw that it was not placed, if a search for it is cut short', () => {
    const [, drawing] = DRAWINGS[0]!;
    const unplaced = Array.from({ length: SEEDS }, (_, seed) => {
      const bounds = { ...anySearch.bounds };
      const swept = new Swept(productOf(randomSystem(seed, drawing)), { ...anySearch, bounds }, 0);
      swept.run();
      bounds.statesMax = 1;
      if (swept.states > 2) expect(() => swept.graph).toThrow(OutOfReach);
      return PREDICATES.filter((predicate) => swept.firstFalse(predicate) === UNPLACED).length;
    });
    expect(unplaced.some((count) => count > 0)).toBe(true);
  });
});

describe('an exploration of a product', () => {
  const [, drawing] = DRAWINGS[1]!;

  it.each(['bitmap', 'table', 'sweep', null] as const)('stops where asked to: %s', (way) => {
    let stopped = 0;
    for (let seed = 0; seed < SEEDS; seed += 1) {
      const product = productOf(randomSystem(seed, drawing));
      const options = { ...anySearch, stopAt: [0], watchFalse: [0], watchTrue: [] };
      const search = new ProductSearch(product, options).run();
      const found = exploreProduct(product, options, { way, isRefused: () => false, started: 0 });
      // One that is false of all states need not be looked for.
      if (search.stopped) expect([seed, found.stopped]).toEqual([seed, true]);
      if (found.stopped) expect(search.firstFalse(0)).not.toBe(-1);
      expect([seed, found.firstFalse(0)]).toEqual([seed, search.firstFalse(0)]);
      if (found.stopped) stopped += 1;
    }
    expect(stopped).toBeGreaterThan(SEEDS / 8);
  });
});
