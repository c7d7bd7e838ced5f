import { expect, it } from 'vitest';
import { canReach, shortestPath, stepsToGoal } from '../../../src/explore/paths.ts';
import { Dice } from '../../oracle/dice.ts';
import { closure, randomSample, type Edge } from './random-graph.ts';

const SEEDS = Array.from({ length: 600 }, (_, seed) => seed);
const goalsOf = (seed: number, n: number): Uint8Array => {
  const dice = new Dice(seed);
  return Uint8Array.from({ length: n }, () => (dice.chance(1, 3) ? 1 : 0));
};

it('canReach is reachability of a goal over counted edges', () => {
  for (const seed of SEEDS) {
    const { n, part, counted } = randomSample(seed, 9);
    const goal = goalsOf(seed, n);
    const reach = closure(n, counted);
    const expected = reach.map((row) => (row.some((one, to) => one * (goal[to] ?? 0)) ? 1 : 0));
    expect([...canReach(part.graph, part.counted, goal)], `seed ${seed}`).toEqual(expected);
  }
});

/** By relaxation from above: at first nothing but goals is known to be near. */
function slowSteps(n: number, edges: readonly Edge[], goal: Uint8Array): number[] {
  let steps = Array.from(goal, (one) => (one === 1 ? 0 : Infinity));
  for (let round = 0; round <= n; round += 1) {
    steps = steps.map((old, state) => {
      if (goal[state] === 1) return old;
      const next = edges.filter(({ from }) => from === state).map(({ to }) => steps[to] as number);
      return next.length === 0 ? Infinity : 1 + Math.max(...next);
    });
  }
  return steps;
}

it('stepsToGoal is the longest way to a goal, endless over cycles and dead ends', () => {
  const seen = new Set<number>();
  for (const seed of SEEDS) {
    const { n, part, counted } = randomSample(seed, 9);
    const goal = goalsOf(seed + 1, n);
    const steps = [...stepsToGoal(part.graph, part.counted, goal)];
    expect(steps, `seed ${seed}`).toEqual(slowSteps(n, counted, goal));
    for (const one of steps) seen.add(one);
  }
  expect([...seen]).toEqual(expect.arrayContaining([0, 1, 2, 3, Infinity]));
});

it('shortestPath is a path inside, from a source to a goal, and none is shorter', () => {
  let paths = 0;
  for (const seed of SEEDS) {
    const { n, part, edges } = randomSample(seed, 9);
    const dice = new Dice(seed);
    const sources = [dice.roll(n), dice.roll(n)];
    const goal = goalsOf(seed + 2, n);
    const found = shortestPath(part, sources, (state) => goal[state] === 1);
    const near = Array.from({ length: n }, (_, state) =>
      sources.includes(state) && part.inside[state] === 1 ? 0 : Infinity,
    );
    for (let round = 0; round < n; round += 1) {
      for (const { from, to } of edges) {
        near[to] = Math.min(near[to] as number, (near[from] as number) + 1);
      }
    }
    const best = Math.min(...near.map((steps, state) => (goal[state] === 1 ? steps : Infinity)));
    expect(found?.hops.length ?? Infinity, `seed ${seed}`).toBe(best);
    if (found === null) continue;
    paths += 1;
    expect(sources).toContain(found.start);
    let at = found.start;
    for (const { from, edge, to } of found.hops) {
      expect(from).toBe(at);
      expect(edges).toContainEqual({ edge, from, to });
      at = to;
    }
    expect(goal[at]).toBe(1);
  }
  expect(paths).toBeGreaterThan(100);
});
