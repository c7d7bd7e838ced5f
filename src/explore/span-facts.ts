import { ENDS, registersFor, WATCHED, type KernelParts } from './kernel.ts';
import type { PredicateTree } from './predicate-tree.ts';

/** Makes a loop over a queue of states; see `makeKernel`. */
export type KernelMaker = (
  parts: Partial<KernelParts>,
  registers: Float64Array,
) => (until: number) => void;

/** In how many of the first `states` states of a queue a predicate holds. */
export function countHolding(kernel: KernelMaker, tree: PredicateTree, states: number): number {
  if (tree.constant !== null) return tree.constant ? states : 0;
  const registers = registersFor(1);
  registers[WATCHED] = 0;
  kernel({ watches: [{ tree, note: 'count', stop: false }] }, registers)(states);
  return registers[WATCHED]!;
}

/** Predicates of which it is asked in every state whether they hold; null: none. */
export function questionable(trees: readonly PredicateTree[]): readonly PredicateTree[] | null {
  const some = trees.filter(({ constant }) => constant !== true);
  return some.length === 0 ? null : some;
}

/** The first end of this kind among states of a queue in which not all of these hold; -1: none. */
export function firstEnd(
  kernel: KernelMaker,
  endsAre: 'quiet' | 'dead',
  ends: readonly PredicateTree[] | null,
  states: number,
): number {
  if (ends === null) return -1;
  const registers = registersFor(0);
  kernel({ ends, endsAre }, registers)(states);
  return registers[ENDS]!;
}
