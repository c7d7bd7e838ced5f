import { fairComponents, type FairComponent } from '../explore/fair.ts';
import { canReach, fairCycle, shortestPath } from '../explore/paths.ts';
import type { Fairness } from '../model/property.ts';
import type { Subgraph } from '../explore/scc.ts';
import type { Analysis } from './analysis.ts';
import { HOLDS, violated, type Judgement } from './judgement.ts';
import { pathTo, prolonged } from './path.ts';

/** Where a fair path can stay outside the goal for ever, or must stop there. */
function stuck(
  analysis: Analysis,
  part: Subgraph,
  fairness: Fairness,
  isBadEnd: (state: number) => boolean,
): { readonly end: number; readonly cycles: ReturnType<typeof fairComponents> } {
  let end = -1;
  for (let state = 0; state < analysis.states && end === -1; state += 1) {
    if (isBadEnd(state)) end = state;
  }
  return { end, cycles: fairComponents(part, analysis.fairness(fairness)) };
}

function earliest(states: Iterable<number>): number {
  let least = Infinity;
  for (const state of states) least = Math.min(least, state);
  return least;
}

/** Steps of a shortest path to a state. */
const distance = ({ found }: Analysis, state: number): number => found.pathTo(state).length - 1;

interface Entry {
  readonly cycle: FairComponent;
  /** The state in which the loop is shown to begin. */
  readonly state: number;
}

/**
 * The nearest of the states in which fair loops begin; among those equally near one of which
 * `isRather`. What is found does not depend on the order in which states are numbered.
 */
function nearest(
  analysis: Analysis,
  entries: readonly Entry[],
  isRather: (entry: Entry) => boolean,
): Entry | undefined {
  const rank = (entry: Entry): number =>
    2 * distance(analysis, entry.state) + (isRather(entry) ? 0 : 1);
  const ranked = entries.map((entry) => ({ entry, rank: rank(entry) }));
  return ranked.toSorted((a, b) => a.rank - b.rank || a.entry.state - b.entry.state)[0]?.entry;
}

/** A dead end is shown rather than a loop where both are equally near. */
const isNoFurther = (analysis: Analysis, end: number, entry: Entry | undefined): boolean =>
  end !== -1 && (entry === undefined || distance(analysis, end) <= distance(analysis, entry.state));

/** What a state outside G is not, and why. */
function unsettled(analysis: Analysis, state: number): string {
  const { consistent } = analysis.plan;
  if (analysis.holds(consistent, state)) return 'recovered';
  return `consistent${analysis.why(consistent, state)}`;
}

export function judgeConverges(analysis: Analysis, fairness: Fairness): Judgement {
  const { plan, found } = analysis;
  const values = { C: found.count(plan.consistent) };
  if (found.isInevitable(plan.settled, [plan.checkpointedDone])) return { ...HOLDS, values };
  const { graph, progress } = analysis;
  const goal = analysis.where(plan.settled);
  const outside = analysis.where(plan.settled, false);
  const part = { graph, inside: outside, counted: progress };
  const isBadEnd = (state: number): boolean =>
    (outside[state] === 1 || !analysis.holds(plan.checkpointedDone, state)) &&
    analysis.isEnd(progress, state);
  const { end, cycles } = stuck(analysis, part, fairness, isBadEnd);
  if (end === -1 && cycles.length === 0) return { ...HOLDS, values };
  const reach = canReach(graph, progress, goal);
  const entries = cycles.map((cycle) => ({ cycle, state: earliest(cycle.states) }));
  const first = nearest(analysis, entries, ({ state }) => reach[state] === 0);
  if (first === undefined || isNoFurther(analysis, end, first)) {
    const because =
      outside[end] === 1
        ? `no fault-free step leads on from the last state, and it is not ${unsettled(analysis, end)}`
        : 'no fault-free step leads on from the last state, and a checkpointed actor is not done';
    return violated('deadlock', because, pathTo(analysis, end), values);
  }
  const entry = first.state;
  const trap = reach.findIndex((way, state) => way === 0 && !analysis.isEnd(progress, state));
  if (reach[entry] === 0 && distance(analysis, trap) < distance(analysis, entry)) {
    const because = 'from the last state no fault-free path leads back to a consistent state';
    return violated('trap', because, pathTo(analysis, trap), values);
  }
  const cycle = fairCycle(part, first.cycle, entry);
  const path = prolonged(analysis, pathTo(analysis, entry), cycle, true);
  if (reach[entry] === 0) {
    const because = 'once in the loop, no fault-free step ever leads back to a consistent state';
    return violated('trap', because, path, values);
  }
  const because = 'the loop is fair, and no state of it is consistent and recovered';
  return violated('lasso', because, path, values);
}

export function judgeEventually(
  analysis: Analysis,
  predicate: number,
  fairness: Fairness,
): Judgement {
  if (analysis.found.isInevitable(predicate, [])) return HOLDS;
  const { graph, moves, progress } = analysis;
  const not = { graph, inside: analysis.where(predicate, false), counted: moves };
  const initial = Array.from({ length: analysis.found.initial }, (_, index) => index);
  const inside = reachable(not, initial);
  const part = { graph, inside, counted: progress };
  const isBadEnd = (state: number): boolean =>
    inside[state] === 1 && analysis.isEnd(progress, state);
  const { end, cycles } = stuck(analysis, part, fairness, isBadEnd);
  if (end === -1 && cycles.length === 0) return HOLDS;
  const candidates = new Map(cycles.flatMap((cycle) => [...cycle.states].map((s) => [s, cycle])));
  const toEnd = end === -1 ? null : shortestPath(not, initial, isBadEnd);
  const toLoop = shortestPath(not, initial, (state) => candidates.has(state));
  const isEndNear = toEnd !== null && toEnd.hops.length <= (toLoop?.hops.length ?? Infinity);
  const found = isEndNear ? toEnd : toLoop;
  if (found === null) throw new Error('internal: a reachable violation has no path');
  const last = found.hops.at(-1)?.to ?? found.start;
  const prefix = prolonged(
    analysis,
    { start: found.start, steps: [], loop: null },
    found.hops,
    false,
  );
  const cycle = candidates.get(last);
  if (isEndNear || cycle === undefined) {
    return violated('deadlock', 'no fault-free step leads on, and it never held', prefix);
  }
  const path = prolonged(analysis, prefix, fairCycle(part, cycle, last), true);
  return violated('lasso', 'the loop is fair, and it never holds', path);
}

export function judgeStays(analysis: Analysis, predicate: number, fairness: Fairness): Judgement {
  if (analysis.found.isInevitable(predicate, []) && analysis.found.isClosed(predicate))
    return HOLDS;
  const { graph, progress } = analysis;
  const outside = analysis.where(predicate, false);
  const part = { graph, inside: new Uint8Array(analysis.states).fill(1), counted: progress };
  const isBadEnd = (state: number): boolean =>
    outside[state] === 1 && analysis.isEnd(progress, state);
  const { end, cycles } = stuck(analysis, part, fairness, isBadEnd);
  const entries = cycles.flatMap((cycle) => {
    const left = cycle.states.filter((state) => outside[state] === 1);
    return left.length === 0 ? [] : [{ cycle, state: earliest(left) }];
  });
  const first = nearest(analysis, entries, () => false);
  if (isNoFurther(analysis, end, first)) {
    const because = 'no fault-free step leads on, and it does not hold';
    return violated('deadlock', because, pathTo(analysis, end));
  }
  if (first === undefined) return HOLDS;
  const cycle = fairCycle(part, first.cycle, first.state);
  const path = prolonged(analysis, pathTo(analysis, first.state), cycle, true);
  return violated('lasso', 'the loop is fair, and it does not hold all along', path);
}

function reachable(part: Subgraph, sources: readonly number[]): Uint8Array {
  const seen = new Uint8Array(part.inside.length);
  const queue = sources.filter((state) => part.inside[state] === 1);
  for (const state of queue) seen[state] = 1;
  const { offsets, targets } = part.graph;
  for (let state = queue.pop(); state !== undefined; state = queue.pop()) {
    for (let edge = offsets[state] as number; edge < (offsets[state + 1] as number); edge += 1) {
      const to = targets[edge] as number;
      if (part.counted[edge] === 0 || part.inside[to] === 0 || seen[to] === 1) continue;
      seen[to] = 1;
      queue.push(to);
    }
  }
  return seen;
}
