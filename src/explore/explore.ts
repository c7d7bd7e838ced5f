import type { IntegerSystem } from '../model/integer-system.ts';
import { Unclosed } from './closure.ts';
import type { Exploration, SearchOptions } from './exploration.ts';
import { Untabled } from './numbering.ts';
import { ProductSearch } from './product-search.ts';
import { Questions } from './questions.ts';
import { Search } from './search.ts';
import { REFINE_FROM, tabulate, tabulateFolded } from './tabulate.ts';

/**
 * How to explore: `tables` by a product of closed groups (`refined`: sets taken apart however small
 * it is), `plain` state by state.
 */
export type Strategy = 'tables' | 'refined' | 'plain';

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

interface Beginning {
  /** The exploration, if that was all there is to do. */
  readonly found: Exploration | null;
  /** How many values each component took; empty where nothing is known. */
  readonly seen: readonly number[];
}

/** A plain search that goes only as far as `PLAINLY_FIRST`. */
function explorePlainlyFirst(
  questions: Questions,
  options: SearchOptions,
  { isUnbounded }: Exploring,
): Beginning {
  if (initialCount(questions.system) > PLAINLY_FIRST) return { found: null, seen: [] };
  const statesMax = Math.min(options.bounds.statesMax, PLAINLY_FIRST);
  const bounds = { ...options.bounds, statesMax };
  const found = new Search(questions, { ...options, bounds }).run(isUnbounded);
  const isCutShort = found.incomplete === 'states' && options.bounds.statesMax > statesMax;
  return { found: isCutShort ? null : found, seen: found.spread };
}

/** Milliseconds for a closure, at least, and as a multiple of what the search took before. */
const CLOSURE_MS = 5_000;
const CLOSURE_TIMES = 100;

/** Whether a closure has taken too long, or a bound was reached meanwhile. */
function patience(
  { bounds, clock, residentBytes, interrupted }: SearchOptions,
  started: number,
): () => boolean {
  const begun = clock();
  const most = Math.max(CLOSURE_MS, CLOSURE_TIMES * (begun - started));
  return () => {
    const now = clock();
    if (now - begun > most || now - started > bounds.timeoutMs) return true;
    return interrupted() || residentBytes() > bounds.memoryBytes;
  };
}

/**
 * Explores a system, by tables where it has small ones. `compile` gives it afresh: what was closed
 * may hold values that no reachable state has, and errors of the model in them are none.
 */
export function explore(
  compile: () => IntegerSystem,
  options: SearchOptions,
  exploring: Exploring,
): Exploration {
  const { strategy, isUnbounded } = exploring;
  if (strategy !== 'plain') {
    const started = options.clock();
    const refineFrom = strategy === 'refined' ? 0 : REFINE_FROM;
    const questions = new Questions(compile());
    const { found, seen } = explorePlainlyFirst(questions, options, exploring);
    if (found !== null && strategy === null && !options.symmetry) return found;
    try {
      const isOver = patience(options, started);
      if (options.symmetry) {
        const { product, orbits } = tabulateFolded(questions, seen, isOver);
        return new ProductSearch(product, options, orbits).run();
      }
      const product = tabulate(questions, seen, isOver, refineFrom);
      return new ProductSearch(product, options).run();
    } catch (thrown) {
      const isTooMuch =
        thrown instanceof Unclosed || thrown instanceof Untabled || exploring.isRefused(thrown);
      if (strategy !== null || !isTooMuch) throw thrown;
    }
  }
  return new Search(new Questions(compile()), options).run(isUnbounded);
}
