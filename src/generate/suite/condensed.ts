import { componentsOf, type Components, type Digraph } from './digraph.ts';

/**
 * A graph with its strongly connected components made single nodes, numbered so that every edge
 * leads to a higher number. A walk through a component may go through all of it.
 */
export interface Condensed {
  readonly whole: Digraph;
  readonly graph: Digraph;
  /** The node of `graph` that each node of `whole` is in. */
  readonly of: Int32Array;
  readonly members: readonly (readonly number[])[];
}

export function condensed(whole: Digraph): Condensed {
  const { of: component, count }: Components = componentsOf(whole);
  const of = component.map((number) => count - 1 - number);
  const members: number[][] = Array.from({ length: count }, () => []);
  for (const [node, number] of of.entries()) members[number]!.push(node);
  const rows = members.map((inner, number) => {
    const targets = new Set<number>();
    for (const node of inner) {
      for (let edge = whole.offsets[node]!; edge < whole.offsets[node + 1]!; edge += 1) {
        const target = of[whole.targets[edge]!]!;
        if (target !== number) targets.add(target);
      }
    }
    return [...targets];
  });
  const offsets = new Int32Array(count + 1);
  for (const [node, row] of rows.entries()) offsets[node + 1] = offsets[node]! + row.length;
  const starts = [...new Set(whole.starts.map((node) => of[node]!))];
  const graph = { nodes: count, offsets, targets: Int32Array.from(rows.flat()), starts };
  return { whole, graph, of, members };
}
