import { condensed, type Condensed } from './condensed.ts';
import type { Digraph } from './digraph.ts';
import { fewestPaths } from './flow.ts';
import { Heaviest } from './heaviest.ts';

/** Walks that visit, for each goal, one of its nodes. */
export interface Cover {
  readonly walks: readonly (readonly number[])[];
  /** No fewer walks visit all goals. */
  readonly lowerBound: number;
}

/** Rounds in which the weights of the bound are bettered. */
const ROUNDS = 400;
const DECAY = 0.9;

/** Goals by component: each once. */
function goalsByComponent(
  { of, members }: Condensed,
  goals: readonly (readonly number[])[],
): readonly (readonly number[])[] {
  const at = members.map(() => new Set<number>());
  for (const [goal, nodes] of goals.entries()) {
    for (const node of nodes) at[of[node]!]!.add(goal);
  }
  return at.map((set) => [...set]);
}

/** Heaviest paths, one after another, until every goal is visited. */
function greedily(
  graph: Digraph,
  goalsAt: readonly (readonly number[])[],
  goals: number,
): { readonly paths: readonly (readonly number[])[]; readonly at: Int32Array } {
  const heaviest = new Heaviest(graph);
  const weights = Float64Array.from(goalsAt, ({ length }) => length);
  const nodesOf: number[][] = Array.from({ length: goals }, () => []);
  for (const [node, own] of goalsAt.entries()) for (const goal of own) nodesOf[goal]!.push(node);
  const at = new Int32Array(goals).fill(-1);
  const paths: (readonly number[])[] = [];
  for (;;) {
    const { path } = heaviest.of(weights);
    if (path.length === 0) return { paths, at };
    paths.push(path);
    for (const node of path) {
      for (const goal of goalsAt[node]!) {
        if (at[goal] !== -1) continue;
        at[goal] = node;
        for (const other of nodesOf[goal]!) weights[other]! -= 1;
      }
    }
  }
}

/**
 * Weights of goals such that no path weighs more than 1: every goal is visited, so that the paths
 * together weigh as much as all goals, and are at least as many. Weights of what heavy paths visit
 * are lessened again and again (Garg and Könemann 1998).
 */
function weighedBound(
  graph: Digraph,
  goalsAt: readonly (readonly number[])[],
  isGoal: readonly boolean[],
): number {
  const heaviest = new Heaviest(graph);
  const worth = Float64Array.from(isGoal, (is) => (is ? 1 : 0));
  const weights = new Float64Array(graph.nodes);
  let best = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [node, own] of goalsAt.entries()) {
      weights[node] = own.reduce((sum, goal) => sum + worth[goal]!, 0);
    }
    const { weight, path } = heaviest.of(weights);
    if (weight === 0) break;
    best = Math.max(best, worth.reduce((sum, one) => sum + one, 0) / weight);
    const seen = new Set(path.flatMap((node) => goalsAt[node]!));
    for (const goal of seen) worth[goal]! *= DECAY;
  }
  return Math.ceil(best - 1e-6);
}

/** Goes from node to node through the components of a path, to the goals in each. */
class Tour {
  private readonly whole: Digraph;
  private readonly of: Int32Array;

  constructor({ whole, of }: Condensed) {
    this.whole = whole;
    this.of = of;
  }

  /** A shortest way to a node that is wanted; by way of nodes that may be passed. */
  private way(
    from: readonly number[],
    mayPass: (node: number) => boolean,
    isWanted: (node: number) => boolean,
  ): readonly number[] | null {
    const { offsets, targets } = this.whole;
    const parent = new Map<number, number>();
    const queue = [...from];
    for (const node of from) parent.set(node, -1);
    for (const node of queue) {
      if (isWanted(node)) {
        const way = [node];
        for (let at = parent.get(node)!; at !== -1; at = parent.get(at)!) way.push(at);
        return way.toReversed();
      }
      for (let edge = offsets[node]!; edge < offsets[node + 1]!; edge += 1) {
        const target = targets[edge]!;
        if (parent.has(target) || !mayPass(target)) continue;
        parent.set(target, node);
        queue.push(target);
      }
    }
    return null;
  }

  /** A walk along a path of components that visits the wanted nodes in them. */
  along(path: readonly number[], wanted: Set<number>): readonly number[] {
    const walk: number[] = [];
    const { offsets, targets, starts } = this.whole;
    const successors = (node: number): readonly number[] => [
      ...targets.subarray(offsets[node], offsets[node + 1]),
    ];
    for (const [index, component] of path.entries()) {
      const inside = (node: number): boolean => this.of[node] === component;
      const open = (): boolean => [...wanted].some(inside);
      let at = (index === 0 ? starts : successors(walk.at(-1)!)).filter(inside);
      const go = (isGoal: (node: number) => boolean): void => {
        const way = this.way(at, inside, isGoal);
        if (way === null) throw new Error('internal: a component is not connected');
        for (const node of way) wanted.delete(node);
        walk.push(...way);
        at = successors(way.at(-1)!).filter(inside);
      };
      while (open()) go((node) => wanted.has(node));
      const next = path[index + 1];
      if (next === undefined) break;
      const leads = (node: number): boolean =>
        successors(node).some((one) => this.of[one] === next);
      const last = walk.at(-1);
      if (last === undefined || this.of[last] !== component || !leads(last)) go(leads);
    }
    return walk;
  }
}

/** Walks without what comes after the last node that only they visit, and without empty ones. */
function trimmed(
  walks: readonly (readonly number[])[],
  goalsOf: (node: number) => readonly number[],
): readonly (readonly number[])[] {
  const visits = new Map<number, number>();
  const goalsIn = walks.map((walk) => new Set(walk.flatMap(goalsOf)));
  for (const goals of goalsIn) {
    for (const goal of goals) visits.set(goal, (visits.get(goal) ?? 0) + 1);
  }
  return walks.flatMap((walk, index) => {
    const first = new Map<number, number>();
    for (const [place, node] of walk.entries()) {
      for (const goal of goalsOf(node)) if (!first.has(goal)) first.set(goal, place);
    }
    const own = [...goalsIn[index]!].filter((goal) => visits.get(goal) === 1);
    const end = Math.max(-1, ...own.map((goal) => first.get(goal)!));
    for (const [goal, place] of first) {
      if (place > end) visits.set(goal, visits.get(goal)! - 1);
    }
    return end === -1 ? [] : [walk.slice(0, end + 1)];
  });
}

/**
 * Few and short walks that visit one node of each goal. All goals can be reached. Where each has
 * just one node there are as few as can be (but for what is trimmed, none more).
 */
export function coverOf(whole: Digraph, goals: readonly (readonly number[])[]): Cover {
  const parts = condensed(whole);
  const goalsAt = goalsByComponent(parts, goals);
  const { paths, at } = greedily(parts.graph, goalsAt, goals.length);
  const { paths: fewest, antichain } = fewestPaths(parts.graph, new Set(at), paths);
  const isSingle = goals.every(({ length }) => length === 1);
  const lowerBound = isSingle
    ? antichain.length
    : weighedBound(
        parts.graph,
        goalsAt,
        goals.map(() => true),
      );
  const wanted = new Set(
    goals.map((nodes, goal) => nodes.find((node) => parts.of[node] === at[goal])!),
  );
  const tour = new Tour(parts);
  const ofNode = new Map<number, number[]>();
  for (const [goal, nodes] of goals.entries()) {
    for (const node of nodes) ofNode.set(node, [...(ofNode.get(node) ?? []), goal]);
  }
  const walks = fewest.map((path) => tour.along(path, wanted));
  return { walks: trimmed(walks, (node) => ofNode.get(node) ?? []), lowerBound };
}
