import { describe, expect, it } from 'vitest';
import { check } from '../../../src/check/check.ts';
import { Questions } from '../../../src/explore/questions.ts';
import { tabulate } from '../../../src/explore/tabulate.ts';
import { compile } from '../../../src/machine/compile.ts';
import { batch } from '../../../src/machine/purity.ts';
import { planOf } from '../../../src/check/plan.ts';
import { ProductSearch } from '../../../src/explore/product-search.ts';
import type { CrewSettings } from '../../../src/explore/shared-expansion.ts';
import { DenseBitmap } from '../../../src/explore/visited.ts';
import commit from '../../../models/two-phase-commit.ts';
import { anySearch, DRAWINGS, PREDICATES, productOf } from './random-search.ts';
import { randomSystem } from './random-system.ts';

const SEEDS = 5;

/** As much to and fro as there can be. */
const RESTLESS: CrewSettings = { threads: 3, slice: 1, helpFrom: 1, waits: true };

/** All that is found, in the order in which it is found. */
function everything(search: ProductSearch) {
  const { states, transitions, initial, depth, incomplete, stopped, brokenClaim, graph } = search;
  const rows = Array.from({ length: states }, (_, state) => [...search.row(state)]);
  const firsts = PREDICATES.map((one) => [search.firstFalse(one), search.firstTrue(one)]);
  const counts = PREDICATES.map((one) => search.count(one));
  const seen = { rows, firsts, counts, targets: graph.targets, actions: graph.actions };
  return { states, transitions, initial, depth, incomplete, stopped, brokenClaim, ...seen };
}

describe('a search by several threads', () => {
  it.each(DRAWINGS)('finds the same as one, in the same order: %s', (_, drawing) => {
    for (let seed = 0; seed < SEEDS; seed += 1) {
      // Every other one without tables, by trees.
      const product = productOf(randomSystem(seed, drawing), seed % 2 === 0 ? undefined : 1);
      const visited = new DenseBitmap(product);
      const alone = new ProductSearch(product, anySearch, { visited }).run();
      const shared = new ProductSearch(product, anySearch, { crew: RESTLESS }).run();
      expect([seed, everything(shared)]).toEqual([seed, everything(alone)]);
      expect(shared.shares.length).toBe(RESTLESS.threads);
      expect(shared.visited).toBe('dense bitmap by 3 threads');
    }
  });

  it.each(DRAWINGS.slice(0, 3))('ends where one does: %s', (_, drawing) => {
    let stopped = 0;
    for (let seed = 0; seed < SEEDS; seed += 1) {
      const product = productOf(randomSystem(seed, drawing));
      const watching = { ...anySearch, stopAt: [0], watchFalse: [0, 1], stopAtClaim: true };
      const bounds = { ...anySearch.bounds, statesMax: 40 };
      for (const options of [watching, { ...anySearch, bounds }]) {
        const alone = new ProductSearch(product, options).run();
        const shared = new ProductSearch(product, options, { crew: RESTLESS }).run();
        expect([seed, everything(shared)]).toEqual([seed, everything(alone)]);
        if (shared.stopped || shared.incomplete !== null) stopped += 1;
      }
    }
    expect(stopped).toBeGreaterThan(0);
  });

  it('is shared indeed, and finds the same of a model', () => {
    const system = commit.build({ participants: 5, bug: 'none' });
    const compiled = compile(system, planOf(system).predicates);
    const seen = { values: [], isAll: false };
    const product = batch(() => tabulate(new Questions(compiled), seen, () => false));
    const [alone, shared] = [1, RESTLESS.threads].map((threads) =>
      new ProductSearch(product, anySearch, { crew: { ...RESTLESS, threads } }).run(),
    );
    expect(shared!.shares.filter((share) => share > 0).length).toBeGreaterThan(1);
    expect(everything(shared!)).toEqual(everything(alone!));
  });

  it('says the same of a model as one does', () => {
    const system = commit.build({ participants: 6, bug: 'late-refusal' });
    const [alone, shared] = [1, 2].map((workers) => check(system, { workers }));
    expect(shared!.stats.visited).toContain('by 2 threads');
    const essence = ({ result, properties, stats }: typeof alone & {}) => {
      const { states, transitions, depth } = stats;
      return { result, properties, states, transitions, depth };
    };
    expect(essence(shared!)).toEqual(essence(alone!));
  });
});
