import type { Graph } from './graph.ts';

/** A part of a graph: which states belong to it, and which edges count. */
export interface Subgraph {
  readonly graph: Graph;
  /** 1 for states inside. */
  readonly inside: Uint8Array;
  /** 1 for edges that count as steps. */
  readonly counted: Uint8Array;
}

/**
 * Tarjan's strongly connected components of a subgraph, without recursion. `visit` gets each
 * component as a list of states, sinks first; the list is valid during the call only.
 */
export function forEachComponent(
  { graph, inside, counted }: Subgraph,
  visit: (states: Int32Array) => void,
): void {
  const { offsets, targets } = graph;
  const n = inside.length;
  const order = new Int32Array(n).fill(-1);
  const low = new Int32Array(n);
  const onStack = new Uint8Array(n);
  const stack = new Int32Array(n);
  const path = new Int32Array(n);
  const cursor = new Int32Array(n);
  let time = 0;
  let stacked = 0;
  const enter = (state: number): void => {
    order[state] = time;
    low[state] = time;
    time += 1;
    stack[stacked] = state;
    stacked += 1;
    onStack[state] = 1;
    cursor[state] = offsets[state] as number;
  };
  for (let root = 0; root < n; root += 1) {
    if (inside[root] === 0 || order[root] !== -1) continue;
    let depth = 0;
    path[0] = root;
    enter(root);
    while (depth >= 0) {
      const state = path[depth] as number;
      const edge = cursor[state] as number;
      if (edge < (offsets[state + 1] as number)) {
        cursor[state] = edge + 1;
        const target = targets[edge] as number;
        if (counted[edge] === 0 || inside[target] === 0) continue;
        if (order[target] === -1) {
          depth += 1;
          path[depth] = target;
          enter(target);
        } else if (onStack[target] === 1) {
          low[state] = Math.min(low[state] as number, order[target] as number);
        }
        continue;
      }
      if (low[state] === order[state]) {
        let start = stacked;
        do {
          start -= 1;
          onStack[stack[start] as number] = 0;
        } while (stack[start] !== state);
        visit(stack.subarray(start, stacked));
        stacked = start;
      }
      depth -= 1;
      if (depth >= 0) {
        const parent = path[depth] as number;
        low[parent] = Math.min(low[parent] as number, low[state] as number);
      }
    }
  }
}
