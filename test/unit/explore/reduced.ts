import { ampleSets } from '../../../src/explore/ample.ts';
import type { Exploration, SearchOptions } from '../../../src/explore/exploration.ts';
import { PredicateTree } from '../../../src/explore/predicate-tree.ts';
import { ProductSearch } from '../../../src/explore/product-search.ts';
import type { Product } from '../../../src/explore/product.ts';
import { targetsOf, watchesFor } from '../../../src/explore/watching.ts';
import { stateKey, type IntegerSystem } from '../../../src/model/integer-system.ts';
import { anySearch } from './random-search.ts';

type Watched = Pick<SearchOptions, 'watchFalse' | 'watchTrue'>;

/** A product searched with as few steps as are enough; `rowsMax`: rows of ample sets at most. */
export function reduced(product: Product, rowsMax?: number, watched: Watched = anySearch) {
  const options = { ...anySearch, ...watched };
  const watches = watchesFor(options, false, (p) => new PredicateTree(product, p));
  const ample = ampleSets(product, targetsOf(watches), [], rowsMax);
  return new ProductSearch(product, options, { ample }).run();
}

/** The same with all steps. */
export function unreduced(product: Product, watched: Watched = anySearch) {
  return new ProductSearch(product, { ...anySearch, ...watched }).run();
}

/** States without any step, and those that no step without a fault leaves. */
function endsOf(found: Exploration, system: IntegerSystem) {
  const dead: string[] = [];
  const quiet: string[] = [];
  for (let state = 0; state < found.states; state += 1) {
    const own = stateKey(found.row(state));
    let [steps, moves] = [0, 0];
    found.forEachEdge(state, (action, _claim, next) => {
      steps += 1;
      if (stateKey(next) !== own && system.action(action).label !== 'F') moves += 1;
    });
    if (steps === 0) dead.push(own);
    if (moves === 0) quiet.push(own);
  }
  return { dead: dead.toSorted(), quiet: quiet.toSorted() };
}

/** What must be the same with all steps and with as few as are enough. */
export function verdicts(
  found: Exploration,
  system: IntegerSystem,
  { watchFalse, watchTrue }: Watched = anySearch,
) {
  return {
    isClaimBroken: found.brokenClaim !== null,
    isSomewhereFalse: watchFalse.map((predicate) => found.firstFalse(predicate) !== -1),
    isSomewhereTrue: watchTrue.map((predicate) => found.firstTrue(predicate) !== -1),
    isDeadlockFree: watchTrue.map((predicate) => found.isDeadlockFree(predicate)),
    ...endsOf(found, system),
  };
}
