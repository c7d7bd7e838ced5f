import type { Fairness } from '../../../src/explore/fair.ts';
import { Graph } from '../../../src/explore/graph.ts';
import type { Subgraph } from '../../../src/explore/scc.ts';
import { Dice } from '../../oracle/dice.ts';

export interface Edge {
  readonly edge: number;
  readonly from: number;
  readonly to: number;
}

/** A small graph, which part of it counts, and the edges of that part as a list. */
export interface Sample {
  readonly n: number;
  readonly part: Subgraph;
  /** Counted edges, those that leave the inside included. */
  readonly counted: readonly Edge[];
  /** Counted edges between states inside. */
  readonly edges: readonly Edge[];
  readonly fairness: Fairness;
}

/** At most `most` states; self-loops, parallel edges and uncounted edges included. */
export function randomSample(seed: number, most = 7): Sample {
  const dice = new Dice(seed * 104_729 + 5);
  const n = 1 + dice.roll(most);
  const degree = 1 + dice.roll(4);
  const classes = dice.roll(4);
  const graph = new Graph();
  const all: Edge[] = [];
  for (let from = 0; from < n; from += 1) {
    graph.open();
    for (let edges = dice.roll(degree + 1); edges > 0; edges -= 1) {
      const to = dice.roll(n);
      all.push({ edge: all.length, from, to });
      graph.add(dice.roll(5), to);
    }
  }
  graph.close(n);
  const bits = (count: number, hits: number, rolls: number): Uint8Array =>
    Uint8Array.from({ length: count }, () => (dice.chance(hits, rolls) ? 1 : 0));
  const inside = bits(n, 6, 7);
  const flags = bits(all.length, 7, 8);
  const kind = (): number => (classes === 0 || dice.chance(1, 4) ? -1 : dice.roll(classes));
  const strong = dice.chance(2, 3);
  // An edge may have a class in every layer.
  const layers = (of: () => number): Int32Array[] =>
    Array.from({ length: 1 + dice.roll(2) }, () => Int32Array.from(all, of));
  const fairness = {
    weak: layers(kind),
    strong: layers(() => (strong && dice.chance(1, 3) ? kind() : -1)),
    classes,
  };
  const counted = all.filter(({ edge }) => flags[edge] === 1);
  const edges = counted.filter(({ from, to }) => inside[from] === 1 && inside[to] === 1);
  return { n, part: { graph, inside, counted: flags }, counted, edges, fairness };
}

export function insiders({ part }: Sample): readonly number[] {
  return [...part.inside.keys()].filter((state) => part.inside[state] === 1);
}

/** Whether `to` is reached from `from` over the edges, by any number of steps, none included. */
export function closure(n: number, edges: readonly Edge[]): readonly Uint8Array[] {
  const reach = Array.from({ length: n }, (_, from) => {
    const row = new Uint8Array(n);
    row[from] = 1;
    return row;
  });
  for (let round = 0; round < n; round += 1) {
    for (const { from, to } of edges) {
      for (const row of reach) if (row[from] === 1) row[to] = 1;
    }
  }
  return reach;
}

/** All sets of states that a path can visit for ever, fairly: by trying every subset. */
export function fairSets(sample: Sample): readonly (readonly number[])[] {
  const { n, counted, edges, fairness } = sample;
  const candidates = insiders(sample);
  const found: number[][] = [];
  for (let mask = 1; mask < 1 << candidates.length; mask += 1) {
    const states = candidates.filter((_, bit) => (mask & (1 << bit)) !== 0);
    const within = edges.filter(({ from, to }) => states.includes(from) && states.includes(to));
    if (within.length === 0) continue;
    const reach = closure(n, within);
    if (!states.every((from) => states.every((to) => reach[from]?.[to] === 1))) continue;
    const isFair = Array.from({ length: fairness.classes }, (_, kind) => kind).every((kind) => {
      const takes = (of: readonly Int32Array[]): boolean =>
        within.some(({ edge }) => of.some((layer) => layer[edge] === kind));
      const enabled = (of: readonly Int32Array[], state: number): boolean =>
        counted.some(
          ({ edge, from }) => from === state && of.some((layer) => layer[edge] === kind),
        );
      const weakly = takes(fairness.weak) || states.some((state) => !enabled(fairness.weak, state));
      const strongly =
        takes(fairness.strong) || !states.some((state) => enabled(fairness.strong, state));
      return weakly && strongly;
    });
    if (isFair) found.push(states);
  }
  return found;
}

/** Those sets that no other contains. */
export function maximal(sets: readonly (readonly number[])[]): readonly (readonly number[])[] {
  return sets.filter(
    (set) =>
      !sets.some((other) => other.length > set.length && set.every((one) => other.includes(one))),
  );
}
