import { describe, expect, it } from 'vitest';
import { fairComponents } from '../../../src/explore/fair.ts';
import { Graph } from '../../../src/explore/graph.ts';
import { fairCycle, type Hop } from '../../../src/explore/paths.ts';
import { forEachComponent } from '../../../src/explore/scc.ts';
import { closure, fairSets, insiders, maximal, randomSample, type Sample } from './random-graph.ts';

const SEEDS = Array.from({ length: 800 }, (_, seed) => seed);
const text = (sets: readonly (readonly number[])[]): string[] =>
  sets.map((set) => set.toSorted((a, b) => a - b).join(' ')).toSorted();

describe('strongly connected components', () => {
  it('are those of mutual reachability, each state in exactly one, sinks first', () => {
    for (const seed of SEEDS) {
      const sample = randomSample(seed, 9);
      const reach = closure(sample.n, sample.edges);
      const found: number[][] = [];
      forEachComponent(sample.part, (states) => found.push([...states]));
      const classes = insiders(sample).map((a) =>
        insiders(sample).filter((b) => reach[a]?.[b] === 1 && reach[b]?.[a] === 1),
      );
      expect(text(found), `seed ${seed}`).toEqual([...new Set(text(classes))].toSorted());
      for (const [position, states] of found.entries()) {
        const later = found.slice(position + 1).flat();
        expect(later.some((other) => reach[states[0] as number]?.[other] === 1)).toBe(false);
      }
    }
  });

  it('do not need the call stack: a chain and a ring of 200 000 states', () => {
    const n = 200_000;
    for (const isRing of [false, true]) {
      const long = new Graph();
      for (let state = 0; state < n; state += 1) {
        long.open();
        if (state + 1 < n) long.add(0, state + 1);
        else if (isRing) long.add(0, 0);
      }
      long.close(n);
      let components = 0;
      const counted = new Uint8Array(n).fill(1);
      const inside = new Uint8Array(n).fill(1);
      forEachComponent({ graph: long, inside, counted }, () => (components += 1));
      expect(components).toBe(isRing ? 1 : n);
    }
  });
});

describe('fair components', () => {
  it('are the largest sets in which a path can go on for ever, fairly', () => {
    let several = 0;
    let none = 0;
    for (const seed of SEEDS) {
      const sample = randomSample(seed);
      const found = fairComponents(sample.part, sample.fairness).map(({ states }) => [...states]);
      expect(text(found), `seed ${seed}`).toEqual(text(maximal(fairSets(sample))));
      if (found.length > 1) several += 1;
      if (found.length === 0 && sample.edges.length > sample.n) none += 1;
    }
    expect(several).toBeGreaterThan(10);
    expect(none).toBeGreaterThan(10);
  });

  it('without classes are the components with an edge', () => {
    for (const seed of SEEDS) {
      const { part } = randomSample(seed);
      const found = fairComponents(part, { weak: [], strong: [], classes: 0 });
      const cyclic: number[][] = [];
      forEachComponent(part, (states) => {
        const own = [...states];
        const { offsets, targets } = part.graph;
        const loops = own.some((from) =>
          [...targets.subarray(offsets[from], offsets[from + 1])].some(
            (to, at) => own.includes(to) && part.counted[(offsets[from] as number) + at] === 1,
          ),
        );
        if (loops) cyclic.push(own);
      });
      expect(text(found.map(({ states }) => [...states]))).toEqual(text(cyclic));
    }
  });
});

/** What is wrong with a cycle as evidence of a fair loop, in words. */
function faults(sample: Sample, hops: readonly Hop[], start: number, inside: readonly number[]) {
  const { counted, fairness } = sample;
  const said: string[] = [];
  let at = start;
  for (const { from, edge, to } of hops) {
    const real = counted.find((one) => one.edge === edge);
    if (real?.from !== from || real.to !== to) said.push(`edge ${edge} is not ${from}-${to}`);
    if (from !== at) said.push(`jumps from ${at} to ${from}`);
    if (!inside.includes(to)) said.push(`leaves the component to ${to}`);
    at = to;
  }
  if (hops.length === 0) said.push('empty');
  if (at !== start) said.push('does not close');
  const visited = [...new Set(hops.map(({ from }) => from))];
  const enabled = (of: readonly Int32Array[], state: number, kind: number): boolean =>
    counted.some(({ edge, from }) => from === state && of.some((layer) => layer[edge] === kind));
  for (let kind = 0; kind < fairness.classes; kind += 1) {
    const takes = (of: readonly Int32Array[]): boolean =>
      hops.some(({ edge }) => of.some((layer) => layer[edge] === kind));
    const always = visited.every((state) => enabled(fairness.weak, state, kind));
    if (always && !takes(fairness.weak)) said.push(`starves weak class ${kind}`);
    const ever = visited.some((state) => enabled(fairness.strong, state, kind));
    if (ever && !takes(fairness.strong)) said.push(`starves strong class ${kind}`);
  }
  return said;
}

it('the cycle that is printed is closed, stays inside, and is fair, from every state', () => {
  let cycles = 0;
  for (const seed of SEEDS) {
    const sample = randomSample(seed);
    for (const component of fairComponents(sample.part, sample.fairness)) {
      for (const start of component.states) {
        const hops = fairCycle(sample.part, component, start);
        expect(faults(sample, hops, start, [...component.states]), `seed ${seed}`).toEqual([]);
        cycles += 1;
      }
    }
  }
  expect(cycles).toBeGreaterThan(600);
});
