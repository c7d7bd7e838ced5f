import type { Exploration, SearchOptions } from './exploration.ts';
import type { Watch } from './kernel.ts';
import type { Target } from './kept.ts';
import type { PredicateTree } from './predicate-tree.ts';

type Watched = Pick<SearchOptions, 'watchFalse' | 'watchTrue' | 'stopAt'>;

/** What a search watches for. `untilAllSeen`: each sight is one to stop and look up at. */
export function watchesFor(
  { watchFalse, watchTrue, stopAt }: Watched,
  untilAllSeen: boolean,
  tree: (predicate: number) => PredicateTree,
): readonly Watch[] {
  const isStop = (predicate: number): boolean => untilAllSeen || stopAt.includes(predicate);
  return [
    ...watchFalse.map((p): Watch => {
      return { tree: tree(p), note: 'first-false', stop: isStop(p) };
    }),
    ...watchTrue.map((p): Watch => {
      return { tree: tree(p), note: 'first-true', stop: untilAllSeen };
    }),
  ];
}

type Sights = Pick<Exploration, 'firstFalse' | 'firstTrue'>;

/** Whether all is seen that is looked for. */
export function isAllSeen(
  { watchFalse, watchTrue, stopAtClaim }: SearchOptions,
  found: Sights,
  hasClaim: boolean,
): boolean {
  if (stopAtClaim && !hasClaim) return false;
  if (watchFalse.some((predicate) => found.firstFalse(predicate) === -1)) return false;
  return watchTrue.every((predicate) => found.firstTrue(predicate) !== -1);
}

/** Whether all that is to be false was seen so, or the claim that is to stop the search. */
export function isStopSeen(
  { stopAt, stopAtClaim }: SearchOptions,
  found: Sights,
  hasClaim: boolean,
): boolean {
  if (stopAtClaim && hasClaim) return true;
  return stopAt.length > 0 && stopAt.every((predicate) => found.firstFalse(predicate) !== -1);
}

/** The same as targets: what is seen must not be missed. */
export function targetsOf(watches: readonly Watch[]): readonly Target[] {
  return watches.map(({ tree, note }) => ({ tree, value: note === 'first-true' }));
}
