import { Unclosed } from './closure.ts';
import type { Exploration, SearchOptions } from './exploration.ts';
import { Untabled } from './numbering.ts';
import type { Product } from './product.ts';
import { ProductSearch } from './product-search.ts';
import { mostSuccessors } from './start.ts';
import { Swept } from './swept.ts';
import { DenseBitmap, NumberTable, type Visited } from './visited.ts';

/** Numbers that states may have from which on a sweep is tried. */
const SWEEP_FROM = 2 ** 24;

/** Numbers up to which a sweep is over soon: it is worth as much as a longer search before it. */
const SWEPT_SOON = 2 ** 32;

/** States searched breadth-first before a sweep: a sparse span, or a violation near the start. */
const SEARCHED_FIRST = 2 ** 22;

/** States after which it is known whether they are crowded. */
const LOOKED_AT = 2 ** 18;

/** States among neighbouring numbers, on average, from which on they are crowded. Measured. */
const CROWD = 3.5;
const NEIGHBOURS = 32;

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

/** A search that ends early; whether that alone ended it. */
function searchedFirst(product: Product, options: SearchOptions, most: number) {
  const statesMax = Math.min(options.bounds.statesMax, most);
  const first = searched(product, { ...options, bounds: { ...options.bounds, statesMax } });
  return { first, isCutShort: first.incomplete === 'states' && options.bounds.statesMax > most };
}

/** Whether rows have many states: the sweep works on all of a row at once. */
function isCrowded({ states, paths }: ProductSearch): boolean {
  const neighbourhoods = new Set<number>();
  for (let state = 0; state < states; state += 1) {
    neighbourhoods.add(Math.floor(paths.numberOf(state) / NEIGHBOURS));
  }
  return states >= CROWD * neighbourhoods.size;
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
  for (const most of room > SWEPT_SOON ? [SEARCHED_FIRST] : [LOOKED_AT, SEARCHED_FIRST]) {
    const { first, isCutShort } = searchedFirst(product, options, most);
    if (!isCutShort) return first;
    if (most === LOOKED_AT && !isCrowded(first)) continue;
    const swept = sweepOf(product, options, { way, isRefused, started }, first);
    if (swept !== null) return swept.run();
    break;
  }
  return searched(product, options);
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
