import type { Digraph } from './digraph.ts';

/**
 * The heaviest path of a graph whose edges all lead to higher numbers, from one of its starts to
 * the last node that weighs something.
 */
export class Heaviest {
  private readonly graph: Digraph;
  private readonly best: Float64Array;
  private readonly next: Int32Array;

  constructor(graph: Digraph) {
    this.graph = graph;
    this.best = new Float64Array(graph.nodes);
    this.next = new Int32Array(graph.nodes);
  }

  /** Its weight, and its nodes; weights are 0 or more. */
  of(weights: Float64Array): { readonly weight: number; readonly path: readonly number[] } {
    const { best, next } = this;
    const { nodes, offsets, targets, starts } = this.graph;
    for (let node = nodes - 1; node >= 0; node -= 1) {
      let most = 0;
      let via = -1;
      for (let edge = offsets[node]!; edge < offsets[node + 1]!; edge += 1) {
        const target = targets[edge]!;
        if (best[target]! <= most) continue;
        most = best[target]!;
        via = target;
      }
      best[node] = most + weights[node]!;
      next[node] = via;
    }
    let first = -1;
    for (const start of starts) if (first === -1 || best[start]! > best[first]!) first = start;
    if (first === -1 || best[first] === 0) return { weight: 0, path: [] };
    const path: number[] = [];
    for (let node = first; node !== -1; node = next[node]!) path.push(node);
    return { weight: best[first]!, path };
  }
}
