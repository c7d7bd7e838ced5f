import { Unclosed } from './closure.ts';
import type { Exploration, SearchOptions } from './exploration.ts';
import { Untabled } from './numbering.ts';
import type { Product } from './product.ts';
import { ProductSearch } from './product-search.ts';
import { mostSuccessors } from './start.ts';
import { Swept } from './swept.ts';
import { DenseBitmap, NumberTable, type Visited } from './visited.ts';

/** Numbers that states may have from which on a sweep is tried. */
const SWEEP_FROM = 2 ** 26;

/** States searched breadth-first before that: a sparse span, or a violation near the start. */
const SEARCHED_FIRST = 2 ** 22;

/** The share of the memory bound that the queue of a search may need without a sweep. */
const QUEUE_SHARE = 0.25;
const QUEUE_BYTES = 8;

export interface Going {
  /** How to go through the product; null: as seems best. */
  readonly way: 'bitmap' | 'table' | 'sweep' | null;
  /** Whether an error is the model's, in a state that need not be reachable. */
  readonly isRefused: (thrown: unknown) => boolean;
  /** When the exploration began. */
  readonly started: number;
}

/** How many numbers states may have: layer by layer, with the values that each has. */
function roomOf({ closure, digits }: Product): number {
  let room = 0;
  for (let layer = 0; layer < digits[0]!.radix; layer += 1) {
    room += closure.groups.reduce(
      (product, _, group) => product * closure.valuesOf(layer, group).length,
      1,
    );
  }
  return room;
}

function searched(product: Product, options: SearchOptions, visited?: Visited): ProductSearch {
  return new ProductSearch(product, options, visited === undefined ? {} : { visited }).run();
}

/** A search that ends early. */
function searchedFirst(product: Product, options: SearchOptions): ProductSearch {
  const statesMax = Math.min(options.bounds.statesMax, SEARCHED_FIRST);
  return searched(product, { ...options, bounds: { ...options.bounds, statesMax } });
}

/**
 * Explores a product: breadth-first, or by a sweep where it may have very many states.
 * @throws Unclosed, Untabled where its predicates or, if that is asked for, a sweep are too wide
 */
export function exploreProduct(
  product: Product,
  options: SearchOptions,
  { way, isRefused, started }: Going,
): Exploration {
  switch (way) {
    case 'sweep':
      return new Swept(product, options, started).run();
    case 'bitmap':
      return searched(product, options, new DenseBitmap(product));
    case 'table':
      return searched(product, options, new NumberTable(mostSuccessors(product)));
    case null:
      break;
  }
  const { memoryBytes, depthMax } = options.bounds;
  const room = roomOf(product);
  const isSmall = room < SWEEP_FROM && room * QUEUE_BYTES < QUEUE_SHARE * memoryBytes;
  // A sweep knows nothing of depth.
  if (isSmall || depthMax < room) return searched(product, options);
  const first = searchedFirst(product, options);
  const isCutShort = first.incomplete === 'states' && options.bounds.statesMax > SEARCHED_FIRST;
  if (!isCutShort) return first;
  const swept = sweepOf(product, options, { way, isRefused, started }, first);
  return swept?.run() ?? searched(product, options);
}

/** What is to be swept; null where that cannot be. */
function sweepOf(
  product: Product,
  options: SearchOptions,
  going: Going,
  first: ProductSearch,
): Swept | null {
  try {
    return new Swept(product, options, going.started, first);
  } catch (thrown) {
    const isTooMuch = thrown instanceof Unclosed || thrown instanceof Untabled;
    if (!isTooMuch && !going.isRefused(thrown)) throw thrown;
    return null;
  }
}
