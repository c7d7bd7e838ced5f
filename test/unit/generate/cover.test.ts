import {
  array,
  assert,
  constant,
  constantFrom,
  nat,
  property,
  record,
  tuple,
  uniqueArray,
} from 'fast-check';
import { describe, expect, test } from 'vitest';
import { coverOf } from '../../../src/generate/suite/cover.ts';
import { componentsOf, digraphOf, lineGraph } from '../../../src/generate/suite/digraph.ts';
import type { Digraph } from '../../../src/generate/suite/digraph.ts';

const successorsOf = ({ offsets, targets }: Digraph, node: number): readonly number[] => [
  ...targets.subarray(offsets[node], offsets[node + 1]),
];

/** What can be reached from a node, itself included, by plain search. */
function reachable(graph: Digraph, from: readonly number[]): ReadonlySet<number> {
  const seen = new Set(from);
  for (const node of seen) for (const next of successorsOf(graph, node)) seen.add(next);
  return seen;
}

/** Sets of goals that one walk can visit, all of them, by search over (node, visited). */
function visitable(graph: Digraph, goalsAt: readonly number[]): ReadonlySet<number> {
  const seen = new Set<string>();
  const masks = new Set<number>();
  const queue = graph.starts.map((node): [number, number] => [node, goalsAt[node]!]);
  for (const [node, mask] of queue) {
    const key = `${node} ${mask}`;
    if (seen.has(key)) continue;
    seen.add(key);
    masks.add(mask);
    for (const next of successorsOf(graph, node)) queue.push([next, mask | goalsAt[next]!]);
  }
  return masks;
}

/** The fewest walks that visit all goals, by trying. */
function fewest(graph: Digraph, goals: readonly (readonly number[])[]): number {
  const goalsAt = Array.from({ length: graph.nodes }, (_, node) =>
    goals.reduce((mask, nodes, goal) => (nodes.includes(node) ? mask | (1 << goal) : mask), 0),
  );
  const masks = [...visitable(graph, goalsAt)];
  const all = (1 << goals.length) - 1;
  let reached = new Set([0]);
  for (let count = 0; ; count += 1) {
    if (reached.has(all)) return count;
    reached = new Set([...reached].flatMap((mask) => masks.map((other) => mask | other)));
  }
}

const NODES = 7;
const graphs = record({
  edges: uniqueArray(tuple(nat(NODES - 1), nat(NODES - 1)), {
    selector: ([from, to]) => from * NODES + to,
    maxLength: 14,
  }),
  starts: uniqueArray(nat(NODES - 1), { minLength: 1, maxLength: 2 }),
}).map(({ edges, starts }) =>
  digraphOf(
    Array.from({ length: NODES }, (_, node) =>
      edges.flatMap(([from, to]) => (from === node ? [to] : [])),
    ),
    starts,
  ),
);

function expectCover(
  graph: Digraph,
  goals: readonly (readonly number[])[],
  walks: readonly (readonly number[])[],
): void {
  for (const walk of walks) {
    expect(graph.starts).toContain(walk[0]);
    for (const [index, node] of walk.entries()) {
      if (index > 0) expect(successorsOf(graph, walk[index - 1]!)).toContain(node);
    }
  }
  for (const nodes of goals) {
    expect(walks.some((walk) => walk.some((node) => nodes.includes(node)))).toBe(true);
  }
}

describe('walks that cover a graph', () => {
  test('are as few as can be where each goal is one node', () => {
    assert(
      property(graphs, (graph) => {
        const goals = [...reachable(graph, graph.starts)].map((node) => [node]);
        const { walks, lowerBound } = coverOf(graph, goals);
        expectCover(graph, goals, walks);
        expect([walks.length, lowerBound]).toEqual([fewest(graph, goals), lowerBound]);
        expect(lowerBound).toBe(walks.length);
      }),
      { numRuns: 400, seed: 7 },
    );
  });

  test('are never fewer than the bound says, and the bound is one', () => {
    const cases = graphs.chain((graph) => {
      const nodes = [...reachable(graph, graph.starts)];
      const goal = uniqueArray(constantFrom(...nodes), { minLength: 1, maxLength: 3 });
      return tuple(constant(graph), array(goal, { minLength: 1, maxLength: 6 }));
    });
    let best = 0;
    assert(
      property(cases, ([graph, goals]) => {
        const { walks, lowerBound } = coverOf(graph, goals);
        expectCover(graph, goals, walks);
        const least = fewest(graph, goals);
        expect(lowerBound).toBeLessThanOrEqual(least);
        expect(walks.length).toBeGreaterThanOrEqual(least);
        if (walks.length === least) best += 1;
      }),
      { numRuns: 300, seed: 8 },
    );
    expect(best).toBeGreaterThan(250);
  });

  test('go through a line graph as through the edges', () => {
    const graph = digraphOf([[1, 2], [2], [0]], [0]);
    const line = lineGraph(graph);
    expect([line.nodes, line.starts]).toEqual([4, [0, 1]]);
    const { walks } = coverOf(
      line,
      [0, 1, 2, 3].map((edge) => [edge]),
    );
    expect(walks).toHaveLength(1);
  });

  test('components are numbered against the edges', () => {
    assert(
      property(graphs, (graph) => {
        const { of } = componentsOf(graph);
        for (let node = 0; node < graph.nodes; node += 1) {
          const ahead = reachable(graph, [node]);
          for (const other of ahead) {
            expect(of[other]!).toBeLessThanOrEqual(of[node]!);
            expect(of[other] === of[node]).toBe(reachable(graph, [other]).has(node));
          }
        }
      }),
      { numRuns: 100, seed: 9 },
    );
  });
});
