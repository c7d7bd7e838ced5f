import type { Digraph } from './digraph.ts';

/** Fewest paths, and nodes no two of which lie on one path: as many, so that fewer will not do. */
export interface FewestPaths {
  readonly paths: readonly (readonly number[])[];
  readonly antichain: readonly number[];
}

/**
 * A flow through the graph in which every required node has at least one unit; in each node one may
 * begin, if it is a start, and end. Nodes are taken apart into an entry and an exit.
 */
class Flow {
  private readonly graph: Digraph;
  private readonly required: ReadonlySet<number>;
  private readonly through: Int32Array;
  private readonly along: Int32Array;
  private readonly begun: Int32Array;
  private readonly ended: Int32Array;
  private readonly incoming: readonly (readonly (readonly [from: number, edge: number])[])[];

  constructor(
    graph: Digraph,
    required: ReadonlySet<number>,
    paths: readonly (readonly number[])[],
  ) {
    const { nodes, offsets, targets } = graph;
    this.graph = graph;
    this.required = required;
    this.through = new Int32Array(nodes);
    this.along = new Int32Array(targets.length);
    this.begun = new Int32Array(nodes);
    this.ended = new Int32Array(nodes);
    const incoming: [number, number][][] = Array.from({ length: nodes }, () => []);
    for (let from = 0; from < nodes; from += 1) {
      for (let edge = offsets[from]!; edge < offsets[from + 1]!; edge += 1) {
        incoming[targets[edge]!]!.push([from, edge]);
      }
    }
    this.incoming = incoming;
    for (const path of paths) this.add(path);
  }

  private add(path: readonly number[]): void {
    const { offsets, targets } = this.graph;
    this.begun[path[0]!]! += 1;
    this.ended[path.at(-1)!]! += 1;
    for (const [index, node] of path.entries()) {
      this.through[node]! += 1;
      const next = path[index + 1];
      if (next === undefined) break;
      let edge = offsets[node]!;
      while (targets[edge] !== next) edge += 1;
      this.along[edge]! += 1;
    }
  }

  private spare(node: number): number {
    return this.through[node]! - (this.required.has(node) ? 1 : 0);
  }

  /**
   * Looks for a way to do with one path less: backwards along flow that is not needed, forwards
   * wherever more may flow. Vertices 2n are entries, 2n + 1 exits. Answers whether there was one,
   * and what can be reached from the end.
   */
  private search(): { readonly via: Int32Array; readonly last: number } {
    const { nodes, offsets, targets } = this.graph;
    const via = new Int32Array(2 * nodes).fill(-2);
    const queue: number[] = [];
    const reach = (vertex: number, from: number): void => {
      if (via[vertex] !== -2) return;
      via[vertex] = from;
      queue.push(vertex);
    };
    for (let node = 0; node < nodes; node += 1) {
      if (this.ended[node]! > 0) reach(2 * node + 1, -1);
    }
    for (let head = 0; head < queue.length; head += 1) {
      const vertex = queue[head]!;
      const node = vertex >> 1;
      if (vertex % 2 === 1) {
        if (this.spare(node) > 0) reach(2 * node, vertex);
        for (let edge = offsets[node]!; edge < offsets[node + 1]!; edge += 1) {
          reach(2 * targets[edge]!, vertex);
        }
        continue;
      }
      if (this.begun[node]! > 0) return { via, last: vertex };
      reach(2 * node + 1, vertex);
      for (const [from, edge] of this.incoming[node]!) {
        if (this.along[edge]! > 0) reach(2 * from + 1, vertex);
      }
    }
    return { via, last: -1 };
  }

  /** One path less, if there is a way. */
  private lessen(): boolean {
    const { via, last } = this.search();
    if (last === -1) return false;
    this.begun[last >> 1]! -= 1;
    let vertex = last;
    for (;;) {
      const before = via[vertex]!;
      if (before === -1) break;
      this.shift(before, vertex);
      vertex = before;
    }
    this.ended[vertex >> 1]! -= 1;
    return true;
  }

  /** One unit more or less between two vertices, as the way goes. */
  private shift(from: number, to: number): void {
    const [fromNode, toNode] = [from >> 1, to >> 1];
    if (fromNode === toNode) {
      this.through[fromNode]! += from % 2 === 0 ? 1 : -1;
      return;
    }
    const isForward = from % 2 === 1;
    const [tail, head] = isForward ? [fromNode, toNode] : [toNode, fromNode];
    const { offsets, targets } = this.graph;
    for (let edge = offsets[tail]!; edge < offsets[tail + 1]!; edge += 1) {
      if (targets[edge] !== head) continue;
      if (!isForward && this.along[edge] === 0) continue;
      this.along[edge]! += isForward ? 1 : -1;
      return;
    }
  }

  lessenAll(): void {
    while (this.lessen());
  }

  /** Required nodes whose exits can be reached from the end, and whose entries cannot. */
  get antichain(): readonly number[] {
    const { via } = this.search();
    return [...this.required].filter((node) => via[2 * node] === -2 && via[2 * node + 1] !== -2);
  }

  /** The flow as paths, each as long as it goes. */
  get paths(): readonly (readonly number[])[] {
    const { offsets, targets } = this.graph;
    const along = this.along.slice();
    const ended = this.ended.slice();
    const paths: number[][] = [];
    for (const [start, count] of this.begun.entries()) {
      for (let unit = 0; unit < count; unit += 1) {
        const path = [start];
        for (let node = start; ;) {
          let taken = -1;
          for (let edge = offsets[node]!; edge < offsets[node + 1]! && taken === -1; edge += 1) {
            if (along[edge]! > 0) taken = edge;
          }
          if (taken === -1) {
            ended[node]! -= 1;
            break;
          }
          along[taken]! -= 1;
          node = targets[taken]!;
          path.push(node);
        }
        paths.push(path);
      }
    }
    return paths;
  }
}

/**
 * Fewest paths from starts that visit every required node, given paths that do: a least flow with
 * lower bounds (Dilworth 1950: as many as the largest antichain). Edges lead to higher numbers.
 */
export function fewestPaths(
  graph: Digraph,
  required: ReadonlySet<number>,
  paths: readonly (readonly number[])[],
): FewestPaths {
  const flow = new Flow(graph, required, paths);
  flow.lessenAll();
  return { paths: flow.paths, antichain: flow.antichain };
}
