import { condensed, type Condensed } from './condensed.ts';
import type { Digraph } from './digraph.ts';
import { fewestPaths } from './flow.ts';
import { Heaviest } from './heaviest.ts';
import { Tour } from './tour.ts';

/** Walks that visit, for each goal, one of its nodes. */
export interface Cover {
  readonly walks: readonly (readonly number[])[];
  /** No fewer walks visit all goals. */
  readonly lowerBound: number;
}

/** Rounds in which the weights of the bound are bettered, at most, and edges looked at in them. */
const ROUNDS_MAX = 3_000;
const LOOKS_MAX = 150_000_000;
/** What is left of the weight of a goal that a heaviest path visits. */
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
 * are lessened again and again (Garg and Könemann 1998), or until the bound comes to `enough`.
 */
function weighedBound(
  graph: Digraph,
  goalsAt: readonly (readonly number[])[],
  goals: number,
  enough: number,
): number {
  const heaviest = new Heaviest(graph);
  const worth = new Float64Array(goals).fill(1);
  const weights = new Float64Array(graph.nodes);
  let best = 0;
  const rounds = Math.min(ROUNDS_MAX, LOOKS_MAX / (graph.targets.length + graph.nodes + 1));
  for (let round = 0; round < rounds && best <= enough - 1; round += 1) {
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
  const wanted = new Set(
    goals.map((nodes, goal) => nodes.find((node) => parts.of[node] === at[goal])!),
  );
  const tour = new Tour(parts, wanted);
  const ofNode = new Map<number, number[]>();
  for (const [goal, nodes] of goals.entries()) {
    for (const node of nodes) ofNode.set(node, [...(ofNode.get(node) ?? []), goal]);
  }
  const long = fewest.map((path) => tour.along(path));
  const walks = trimmed(long, (node) => ofNode.get(node) ?? []);
  const lowerBound = isSingle
    ? antichain.length
    : weighedBound(parts.graph, goalsAt, goals.length, walks.length);
  return { walks, lowerBound };
}
