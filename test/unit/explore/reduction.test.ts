import { describe, expect, it } from 'vitest';
import { stateKey } from '../../../src/model/integer-system.ts';
import { DRAWINGS, isPath, productOf } from './random-search.ts';
import { randomSystem, type Drawing } from './random-system.ts';
import { reduced, unreduced, verdicts } from './reduced.ts';
import { go, smallSystem, X, Y, Z } from './small-system.ts';

const LOOSE: readonly (readonly [string, Drawing])[] = [
  ...DRAWINGS.slice(0, 3),
  ['loose', { components: 6, values: 3, sight: 1, upward: false, twins: false }],
  ['loose, upward', { components: 6, values: 4, sight: 1, upward: true, twins: false }],
  ['in pairs', { components: 6, values: 3, sight: 2, upward: true, twins: true }],
];

const SEEDS = 40;

describe('steps left for later', () => {
  it.each(LOOSE)('change no verdict and no end: %s', (_, drawing) => {
    let fewer = 0;
    for (let seed = 0; seed < SEEDS; seed += 1) {
      const random = randomSystem(seed, drawing);
      for (const rowsMax of [undefined, 12, 0]) {
        const product = productOf(random, rowsMax);
        const all = unreduced(product);
        const expected = { seed, rowsMax, ...verdicts(all, random.system) };
        for (const most of [undefined, 8]) {
          const found = reduced(product, most);
          expect({ seed, rowsMax, ...verdicts(found, random.system) }).toEqual(expected);
          expect(found.states).toBeLessThanOrEqual(all.states);
          expect(isPath(found, found.pathTo(found.states - 1))).toBe(true);
          if (found.states < all.states) fewer += 1;
        }
      }
    }
    expect(fewer).toBeGreaterThan(0);
  });
});

const POINT = { watchFalse: [], watchTrue: [0] };

it('independent components take their steps one after another', () => {
  const rules = [go(X, 0, 1), go(Y, 0, 1), go(Z, 0, 1)];
  const { product } = smallSystem(rules, { [X]: 1, [Y]: 1, [Z]: 1 });
  expect(unreduced(product, POINT).states).toBe(8);
  const found = reduced(product, undefined, POINT);
  expect(found.states).toBe(4);
  expect(found.visited).toMatch(/, independent steps in one order$/);
  expect(found.pathTo(found.firstTrue(0)).map((at) => stateKey(found.row(at)))).toHaveLength(4);
});
