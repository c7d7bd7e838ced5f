import type { FairComponent } from './fair.ts';
import type { Graph } from './graph.ts';
import type { Subgraph } from './scc.ts';

/** One step of a path: the edge taken, from `from` to `to`. */
export interface Hop {
  readonly from: number;
  readonly edge: number;
  readonly to: number;
}

/**
 * A shortest path inside a subgraph from one of `sources` to a state for which `isGoal`; null if
 * there is none. The path may have no hop.
 */
export function shortestPath(
  { graph, inside, counted }: Subgraph,
  sources: Iterable<number>,
  isGoal: (state: number) => boolean,
): { readonly start: number; readonly hops: readonly Hop[] } | null {
  const via = new Map<number, Hop | null>();
  const queue: number[] = [];
  for (const source of sources) {
    if (inside[source] === 0 || via.has(source)) continue;
    via.set(source, null);
    queue.push(source);
  }
  for (const state of queue) {
    if (isGoal(state)) return trail(via, state);
    const end = graph.offsets[state + 1] as number;
    for (let edge = graph.offsets[state] as number; edge < end; edge += 1) {
      const to = graph.targets[edge] as number;
      if (counted[edge] === 0 || inside[to] === 0 || via.has(to)) continue;
      via.set(to, { from: state, edge, to });
      queue.push(to);
    }
  }
  return null;
}

function trail(
  via: ReadonlyMap<number, Hop | null>,
  goal: number,
): { start: number; hops: readonly Hop[] } {
  const hops: Hop[] = [];
  let state = goal;
  for (let hop = via.get(state); hop; hop = via.get(state)) {
    hops.unshift(hop);
    state = hop.from;
  }
  return { start: state, hops };
}

/** A cycle from `start` within a fair component that does all the component needs to be fair. */
export function fairCycle(part: Subgraph, component: FairComponent, start: number): readonly Hop[] {
  const inside = new Uint8Array(part.inside.length);
  for (const state of component.states) inside[state] = 1;
  const within = { ...part, inside };
  const hops: Hop[] = [];
  let at = start;
  const go = (goal: number): void => {
    const path = shortestPath(within, [at], (state) => state === goal);
    hops.push(...(path?.hops ?? []));
    at = goal;
  };
  for (const { state, edge } of component.needs) {
    const passed = edge === null && (state === start || hops.some((hop) => hop.to === state));
    if (passed || (edge !== null && hops.some((hop) => hop.edge === edge))) continue;
    go(state);
    if (edge === null) continue;
    const to = part.graph.targets[edge] as number;
    hops.push({ from: state, edge, to });
    at = to;
  }
  if (hops.length === 0) {
    const { offsets, targets } = part.graph;
    for (let edge = offsets[start] as number; edge < (offsets[start + 1] as number); edge += 1) {
      const to = targets[edge] as number;
      if (part.counted[edge] === 0 || inside[to] === 0) continue;
      hops.push({ from: start, edge, to });
      at = to;
      break;
    }
  }
  go(start);
  return hops;
}

/** 1 for every state from which some path over counted edges reaches a goal. */
export function canReach(graph: Graph, counted: Uint8Array, goal: Uint8Array): Uint8Array {
  const { offsets, targets } = graph;
  const n = goal.length;
  const incoming = new Int32Array(n + 1);
  for (let edge = 0; edge < targets.length; edge += 1) {
    if (counted[edge] === 1) incoming[(targets[edge] as number) + 1]! += 1;
  }
  for (let state = 0; state < n; state += 1) incoming[state + 1]! += incoming[state] as number;
  const sources = new Int32Array(incoming[n] as number);
  const next = incoming.slice();
  for (let state = 0; state < n; state += 1) {
    for (let edge = offsets[state] as number; edge < (offsets[state + 1] as number); edge += 1) {
      if (counted[edge] === 0) continue;
      const target = targets[edge] as number;
      sources[next[target] as number] = state;
      next[target]! += 1;
    }
  }
  const reached = goal.slice();
  const queue: number[] = [];
  for (let state = 0; state < n; state += 1) if (reached[state] === 1) queue.push(state);
  for (let state = queue.pop(); state !== undefined; state = queue.pop()) {
    for (let i = incoming[state] as number; i < (incoming[state + 1] as number); i += 1) {
      const source = sources[i] as number;
      if (reached[source] === 1) continue;
      reached[source] = 1;
      queue.push(source);
    }
  }
  return reached;
}

/**
 * The longest path over counted edges through states that are not goals, by state: 0 at goals,
 * Infinity where a cycle or an end can be reached before a goal.
 */
export function stepsToGoal(graph: Graph, counted: Uint8Array, goal: Uint8Array): Float64Array {
  const { offsets, targets } = graph;
  const n = goal.length;
  const steps = new Float64Array(n).fill(-1);
  const open = new Uint8Array(n);
  const cursor = new Int32Array(n);
  const path: number[] = [];
  for (let root = 0; root < n; root += 1) {
    if (steps[root] !== -1) continue;
    path.push(root);
    while (path.length > 0) {
      const state = path.at(-1) as number;
      if (open[state] === 0) {
        open[state] = 1;
        cursor[state] = offsets[state] as number;
        if (goal[state] === 1) steps[state] = 0;
      }
      const edge = cursor[state] as number;
      if (goal[state] === 0 && edge < (offsets[state + 1] as number)) {
        cursor[state] = edge + 1;
        if (counted[edge] === 0) continue;
        const target = targets[edge] as number;
        if (open[target] === 0) path.push(target);
        else if (steps[target] === -1) steps[state] = Infinity;
        continue;
      }
      path.pop();
      if (steps[state] === -1 || (steps[state] as number) === Infinity) {
        if (goal[state] === 0) steps[state] = longest(graph, counted, steps, state);
      }
    }
  }
  return steps;
}

function longest(graph: Graph, counted: Uint8Array, steps: Float64Array, state: number): number {
  if (steps[state] === Infinity) return Infinity;
  let most = -1;
  const end = graph.offsets[state + 1] as number;
  for (let edge = graph.offsets[state] as number; edge < end; edge += 1) {
    if (counted[edge] === 0) continue;
    const after = steps[graph.targets[edge] as number] as number;
    most = Math.max(most, after === -1 ? Infinity : after);
  }
  return most === -1 ? Infinity : most + 1;
}
