import type { IntegerSystem } from '../model/integer-system.ts';
import { ampleSets, type Ample } from './ample.ts';
import { Unclosed } from './closure.ts';
import type { Exploration, SearchOptions } from './exploration.ts';
import { Untabled } from './numbering.ts';
import { PredicateTree } from './predicate-tree.ts';
import { ProductSearch } from './product-search.ts';
import type { Product } from './product.ts';
import { Questions } from './questions.ts';
import { Search } from './search.ts';
import type { Orbit } from './symmetry.ts';
import { exploreProduct } from './tabled.ts';
import { REFINE_FROM, tabulate, tabulateFolded, type Seen } from './tabulate.ts';
import { targetsOf, watchesFor } from './watching.ts';

/**
 * How to explore: `tables` by a product of closed groups (`refined`: sets taken apart however small
 * it is; `bitmap`, `table`: breadth-first, with that to tell states apart; `sweep`: row by row),
 * `plain` state by state.
 */
export type Strategy = 'tables' | 'refined' | 'bitmap' | 'table' | 'sweep' | 'plain';

export interface Exploring {
  /** null: as seems best. What is found is the same. */
  readonly strategy: Strategy | null;
  /** Whether an error says that a component has no end of values. */
  readonly isUnbounded: (thrown: unknown) => boolean;
  /** Whether an error is the model's, or says that it has no end. */
  readonly isRefused: (thrown: unknown) => boolean;
}

/** So many states are explored plainly first: for a small span that is all there is to do. */
const PLAINLY_FIRST = 2_000;

/** The initial states themselves are asked for only where they cannot be counted otherwise. */
function initialCount(system: IntegerSystem): number {
  const { initialValues } = system;
  if (initialValues === null) return system.initial.length;
  return initialValues.reduce((product, { length }) => product * length, 1);
}

/** Milliseconds for a closure, at least, and as a multiple of what the search took before. */
const CLOSURE_MS = 5_000;
const CLOSURE_TIMES = 100;

/** When tables are tried: after how many states, and with how much patience. */
interface Attempt {
  readonly states: number;
  readonly leastMs: number;
  readonly times: number;
}

const PATIENTLY: Attempt = { states: PLAINLY_FIRST, leastMs: CLOSURE_MS, times: CLOSURE_TIMES };

/** Where it may be that the plain search would be over before the tables are made. */
const BY_AND_BY: readonly Attempt[] = [
  { states: PLAINLY_FIRST, leastMs: 1_000, times: 5 },
  { ...PATIENTLY, states: 2 ** 16 },
];

/**
 * What waits in bags and fifos seldom has a small closure, so that little is tried at first, and
 * more where there turn out to be many states.
 */
const WITH_EDITS: readonly Attempt[] = [
  { states: PLAINLY_FIRST, leastMs: 200, times: 1 },
  { ...PATIENTLY, states: 2 ** 23 },
];

/** Whether a closure has taken too long, or a bound was reached meanwhile. */
function patience(
  { bounds, clock, residentBytes, interrupted }: SearchOptions,
  started: number,
  { leastMs, times }: Attempt,
): () => boolean {
  const begun = clock();
  const most = Math.max(leastMs, times * (begun - started));
  return () => {
    const now = clock();
    if (now - begun > most || now - started > bounds.timeoutMs) return true;
    return interrupted() || residentBytes() > bounds.memoryBytes;
  };
}

/** The ample sets that a search may use, if it is to. */
function ampleFor(
  product: Product,
  options: SearchOptions,
  orbits: readonly Orbit[],
): readonly Ample[] {
  if (!options.reduce) return [];
  const watches = watchesFor(options, false, (p) => new PredicateTree(product, p));
  return ampleSets(product, targetsOf(watches), orbits);
}

/** By tables; null where there are none that are small. */
function exploreByTables(
  questions: Questions,
  options: SearchOptions,
  { strategy, isRefused }: Exploring,
  seen: Seen,
  started: number,
  attempt: Attempt,
): Exploration | null {
  const refineFrom = strategy === 'refined' ? 0 : REFINE_FROM;
  try {
    const isOver = patience(options, started, attempt);
    if (options.symmetry) {
      const { product, orbits } = tabulateFolded(questions, seen, isOver);
      const ample = ampleFor(product, options, orbits);
      return new ProductSearch(product, options, { orbits, ample }).run();
    }
    const product = tabulate(questions, seen, isOver, refineFrom);
    const ample = ampleFor(product, options, []);
    if (ample.length > 0) return new ProductSearch(product, options, { ample }).run();
    const isWay = strategy === 'bitmap' || strategy === 'table' || strategy === 'sweep';
    const way = isWay ? strategy : null;
    return exploreProduct(product, options, { way, isRefused, started });
  } catch (thrown) {
    const isTooMuch = thrown instanceof Unclosed || thrown instanceof Untabled || isRefused(thrown);
    if (strategy !== null || !isTooMuch) throw thrown;
    return null;
  }
}

function attemptsAt(system: IntegerSystem, isPlainToo: boolean): readonly Attempt[] {
  if (!isPlainToo) return [PATIENTLY];
  return system.expandOpen === undefined ? BY_AND_BY : WITH_EDITS;
}

/**
 * Explores a system: a little of it plainly, and what is more by tables where it has small ones.
 * Errors of the model in values that no reachable state has are none.
 */
export function explore(
  system: IntegerSystem,
  options: SearchOptions,
  exploring: Exploring,
): Exploration {
  const { strategy, isUnbounded } = exploring;
  const started = options.clock();
  const questions = new Questions(system);
  const plain = new Search(questions, options);
  if (strategy === 'plain') return plain.run(isUnbounded);
  const isSmallAtFirst = initialCount(system) <= PLAINLY_FIRST;
  const isPlainly = strategy === null && !options.symmetry && !options.reduce;
  for (const attempt of attemptsAt(system, isPlainly && isSmallAtFirst)) {
    if (isSmallAtFirst) {
      const { statesMax } = options.bounds;
      plain.run(isUnbounded, Math.min(statesMax, attempt.states));
      const isCutShort = plain.incomplete === 'states' && statesMax > attempt.states;
      if (!isCutShort && isPlainly) return plain;
    }
    const isAll = plain.incomplete === null && isSmallAtFirst;
    const seen = { values: isSmallAtFirst ? plain.spread : [], isAll };
    const found = exploreByTables(questions, options, exploring, seen, started, attempt);
    if (found !== null) return found;
  }
  return plain.run(isUnbounded);
}
