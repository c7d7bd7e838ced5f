/** A directed graph with numbered nodes and successors in compressed rows. */
export interface Digraph {
  readonly nodes: number;
  /** Those of node n are at `offsets[n]` to `offsets[n + 1]`, exclusive. */
  readonly offsets: Int32Array;
  readonly targets: Int32Array;
  /** Nodes at which a walk may begin. */
  readonly starts: readonly number[];
}

export function digraphOf(
  successors: readonly (readonly number[])[],
  starts: readonly number[],
): Digraph {
  const offsets = new Int32Array(successors.length + 1);
  for (const [node, row] of successors.entries()) {
    offsets[node + 1] = (offsets[node] as number) + row.length;
  }
  const targets = Int32Array.from(successors.flat());
  return { nodes: successors.length, offsets, targets, starts };
}

/** The graph whose nodes are the edges of another; a walk through it is one through the other. */
export function lineGraph({ nodes, offsets, targets, starts }: Digraph): Digraph {
  const rows: number[][] = [];
  for (const target of targets) {
    const row: number[] = [];
    for (let edge = offsets[target]!; edge < offsets[target + 1]!; edge += 1) row.push(edge);
    rows.push(row);
  }
  const first = starts.flatMap((node) => {
    const edges: number[] = [];
    for (let edge = offsets[node]!; edge < offsets[node + 1]!; edge += 1) edges.push(edge);
    return edges;
  });
  return { ...digraphOf(rows, first), nodes: nodes === 0 ? 0 : targets.length };
}

/** Strongly connected components, numbered so that every edge leads to an equal or lower number. */
export interface Components {
  readonly of: Int32Array;
  readonly count: number;
}

/** Tarjan 1972, without recursion. */
export function componentsOf({ nodes, offsets, targets }: Digraph): Components {
  const of = new Int32Array(nodes).fill(-1);
  const index = new Int32Array(nodes).fill(-1);
  const low = new Int32Array(nodes);
  const at = offsets.slice(0, nodes);
  const stack: number[] = [];
  const path: number[] = [];
  let next = 0;
  let count = 0;
  const enter = (node: number): void => {
    index[node] = low[node] = next;
    next += 1;
    stack.push(node);
    path.push(node);
  };
  for (let root = 0; root < nodes; root += 1) {
    if (index[root] !== -1) continue;
    enter(root);
    while (path.length > 0) {
      const node = path.at(-1)!;
      if (at[node]! < offsets[node + 1]!) {
        const target = targets[at[node]!]!;
        at[node]! += 1;
        if (index[target] === -1) enter(target);
        else if (of[target] === -1) low[node] = Math.min(low[node]!, index[target]!);
        continue;
      }
      path.pop();
      const parent = path.at(-1);
      if (parent !== undefined) low[parent] = Math.min(low[parent]!, low[node]!);
      if (low[node] !== index[node]) continue;
      for (let member = -1; member !== node;) {
        member = stack.pop()!;
        of[member] = count;
      }
      count += 1;
    }
  }
  return { of, count };
}
