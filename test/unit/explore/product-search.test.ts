import { describe, expect, it } from 'vitest';
import type { Exploration, SearchOptions } from '../../../src/explore/exploration.ts';
import { ProductSearch } from '../../../src/explore/product-search.ts';
import { mostSuccessors } from '../../../src/explore/start.ts';
import { DenseBitmap, NumberTable, type Visited } from '../../../src/explore/visited.ts';
import type { Product } from '../../../src/explore/product.ts';
import { stateKey } from '../../../src/model/integer-system.ts';
import { anySearch, DRAWINGS, isPath, plainly, PREDICATES, productOf } from './random-search.ts';
import { randomSystem, type RandomSystem } from './random-system.ts';

const SEEDS = 25;

const kinds: readonly [string, (product: Product) => Visited][] = [
  ['a bit per number', (product) => new DenseBitmap(product)],
  ['a table of numbers', (product) => new NumberTable(mostSuccessors(product))],
];

/** What does not depend on the order in which steps are listed. */
function essence(found: Exploration, random: RandomSystem) {
  const steps = (state: number) => (state === -1 ? null : found.pathTo(state).length);
  const { states, transitions, depth, initial, incomplete, brokenClaim } = found;
  return {
    states,
    transitions,
    depth,
    initial,
    incomplete,
    claim: brokenClaim === null ? null : steps(brokenClaim.state),
    firstFalse: PREDICATES.map((predicate) => steps(found.firstFalse(predicate))),
    firstTrue: PREDICATES.map((predicate) => steps(found.firstTrue(predicate))),
    counts: PREDICATES.map((predicate) => found.count(predicate)),
    rows: Array.from({ length: found.states }, (_, state) =>
      [stateKey(found.row(state)), found.pathTo(state).length].join(' at '),
    ).toSorted(),
    edges: edges(found, random).toSorted(),
  };
}

/** All edges: what their ends are, the step, and its label. */
function edges(found: Exploration, { system }: RandomSystem): readonly string[] {
  const { offsets, targets, actions } = found.graph;
  const keys = Array.from({ length: found.states }, (_, state) => stateKey(found.row(state)));
  return keys.flatMap((from, state) =>
    [...actions.subarray(offsets[state], offsets[state + 1])].map((action, i) => {
      const { step, label } = system.action(action);
      return [from, step, label, keys[targets[offsets[state]! + i]!]].join(' ');
    }),
  );
}

describe.each(kinds)('a search over a product, with %s', (_, visited) => {
  it.each(DRAWINGS)('finds what the plain search finds: %s', (__, drawing) => {
    let told = 0;
    for (let seed = 0; seed < SEEDS; seed += 1) {
      const random = randomSystem(seed, drawing);
      const plain = essence(plainly(random).found, random);
      for (const rowsMax of [undefined, 12, 0]) {
        const product = productOf(random, rowsMax);
        const bounds: (number | null)[] = [];
        const onProgress: SearchOptions['onProgress'] = ({ most }) => void bounds.push(most);
        const asked = { ...anySearch, onProgress };
        const found = new ProductSearch(product, asked, { visited: visited(product) }).run();
        expect(bounds.every((most) => most !== null && most >= found.states)).toBe(true);
        told += bounds.length;
        expect({ seed, rowsMax, ...essence(found, random) }).toEqual({ seed, rowsMax, ...plain });
        const last = found.pathTo(found.states - 1);
        expect(isPath(found, last) && last[0]! < found.initial).toBe(true);
      }
    }
    expect(told).toBeGreaterThan(0);
  });
});
