import { getShortestPaths } from '@xstate/graph';
import { readdirSync } from 'node:fs';
import { assign, setup } from 'xstate';
import { actor, actors, defineModel, parameterValues, suiteFor, type Model } from 'reconverge';
import { describe, expect, test } from 'vitest';
import type { Suite } from '../../../src/generate/suite/suite.ts';
import { COVERAGES, type Coverage } from '../../../src/generate/suite/coverage.ts';

const built = (model: Model, set: Readonly<Record<string, string>> = {}) =>
  model.build(parameterValues(model.parameters, set));

/** Every state and step of a model, by plain search. */
function everything({ stepping }: Suite) {
  const states = new Set(
    Array.from({ length: stepping.initialCount }, (_, n) => stepping.initial(n)),
  );
  const steps = [];
  for (const from of states) {
    for (const step of stepping.steps(from)) {
      states.add(step.to);
      steps.push({ from, step });
    }
  }
  return { states, steps };
}

/** What walks visit, as texts; each step has to be one of the state it is taken in. */
function visited({ walks, stepping }: Suite) {
  const states = new Set<number>();
  const steps = new Set<string>();
  const pairs = new Set<string>();
  for (const { start, steps: taken } of walks) {
    let [from, last] = [start, ''];
    states.add(from.id);
    for (const step of taken) {
      expect(stepping.steps(from)).toContain(step);
      const text = `${from.id} ${step.action} ${step.to.id} ${step.brokenClaim}`;
      steps.add(text);
      if (last !== '') pairs.add(`${last}, ${text}`);
      states.add(step.to.id);
      [from, last] = [step.to, text];
    }
  }
  return { states: states.size, steps: steps.size, pairs: pairs.size };
}

const chosen = ['two-phase-commit', 'checkpointed-saga', 'order-fulfilment', 'token-ring'];
if (process.env['RECONVERGE_TESTS'] === 'long') chosen.push('retry-policy');
const models = await Promise.all(
  chosen.map(async (name): Promise<[string, Model]> => {
    const loaded = (await import(`../../../models/${name}.ts`)) as { default: Model };
    return [name, loaded.default];
  }),
);
/** As small as the parameters allow what matters to happen. */
const smaller = ({ parameters }: Model) => ({
  ...('crashes' in parameters && { crashes: '0' }),
  ...('processes' in parameters && { processes: '3' }),
});
const of = (model: Model, coverage: Coverage) =>
  suiteFor(built(model, smaller(model)), { coverage });

describe.each(models)('%s', (_name, model) => {
  test('all states, all transitions, all pairs of them', () => {
    const states = of(model, 'states');
    const all = everything(states);
    expect(visited(states).states).toBe(all.states.size);
    expect(visited(of(model, 'transitions')).steps).toBe(all.steps.length);
    const arrivals = new Map<number, number>();
    for (const { step } of all.steps) {
      arrivals.set(step.to.id, (arrivals.get(step.to.id) ?? 0) + 1);
    }
    const pairs = all.steps.reduce((sum, { from }) => sum + (arrivals.get(from.id) ?? 0), 0);
    expect(visited(of(model, 'transition-pairs')).pairs).toBe(pairs);
  });

  test('as few sequences as the bound, or half as many more at most', () => {
    for (const coverage of COVERAGES.filter((one) => one !== 'frontier')) {
      const { walks, lowerBound } = of(model, coverage);
      expect(walks.length, coverage).toBeGreaterThanOrEqual(lowerBound);
      expect(walks.length, coverage).toBeLessThanOrEqual(1.5 * lowerBound);
    }
  });

  test('every fault in every place', () => {
    const suite = of(model, 'faults');
    const fired = new Set(
      suite.walks.flatMap(({ steps }) => steps.map(suite.stepping.faultName, suite.stepping)),
    );
    for (const { step } of everything(suite).steps.filter(({ step: { isFault } }) => isFault)) {
      expect(fired).toContain(suite.stepping.faultName(step));
    }
  });
});

test('the same model gives the same suite', () => {
  const texts = (): string => {
    const { walks } = of(models[0]![1], 'transitions');
    return JSON.stringify(walks.map(({ start, steps }) => [start.id, steps.map((s) => s.to.id)]));
  };
  expect(texts()).toBe(texts());
});

test('a model that is too large says so', () => {
  expect(() => suiteFor(built(models[2]![1]), { statesMax: 100 })).toThrow('more than 100 states');
});

describe('beside @xstate/graph', () => {
  const machine = setup({
    types: {} as {
      context: { n: number };
      events: { type: 'UP' } | { type: 'DOWN' } | { type: 'GO' };
    },
    guards: { isLow: ({ context }) => context.n < 3, isHigh: ({ context }) => context.n > 0 },
    actions: {
      up: assign({ n: ({ context }) => context.n + 1 }),
      down: assign({ n: ({ context }) => context.n - 1 }),
    },
  }).createMachine({
    context: { n: 0 },
    initial: 'idle',
    states: {
      idle: {
        on: {
          UP: { guard: 'isLow', actions: 'up' },
          DOWN: { guard: 'isHigh', actions: 'down' },
          GO: 'gone',
        },
      },
      gone: { on: { UP: { guard: 'isLow', target: 'idle', actions: 'up' } } },
    },
  });
  const environment = { it: { UP: true, DOWN: true, GO: true } } as const;
  const model = defineModel({
    name: 'counter',
    build: () => actors({ it: actor(machine) }).faultTolerant({ environment }),
  });

  test('the same states of a single machine, and no shortest path is shorter than ours', () => {
    const paths = getShortestPaths(machine, {
      events: [{ type: 'UP' }, { type: 'DOWN' }, { type: 'GO' }],
    });
    const suite = of(model, 'states');
    const { states } = everything(suite);
    const distinct = new Set(
      paths.map(({ state }) => JSON.stringify([state.value, state.context])),
    );
    expect(states.size).toBe(distinct.size);
    expect(visited(suite).states).toBe(distinct.size);
    const depth = new Map<number, number>();
    const queue = [suite.stepping.initial(0)];
    depth.set(queue[0]!.id, 0);
    for (const state of queue) {
      for (const { to } of suite.stepping.steps(state)) {
        if (depth.has(to.id)) continue;
        depth.set(to.id, depth.get(state.id)! + 1);
        queue.push(to);
      }
    }
    const ours = [...depth.values()].toSorted((a, b) => a - b);
    // Paths of @xstate/graph begin with the event that starts the machine.
    const theirs = paths.map(({ steps }) => steps.length - 1).toSorted((a, b) => a - b);
    expect(theirs).toEqual(ours);
  });
});

test('the library has these models', () => {
  const names = readdirSync(new URL('../../../models', import.meta.url));
  for (const [name] of models) expect(names).toContain(`${name}.ts`);
});

test('the frontier: exactly the faults of each vector strike in some sequence', () => {
  const [, model] = models.find(([name]) => name === 'checkpointed-saga')!;
  const suite = suiteFor(built(model), { coverage: 'frontier' });
  const { stepping, walks, goalsByName, missing } = suite;
  expect(suite.goals).toBeGreaterThan(0);
  const vectors = new Set<string>();
  for (const { steps } of walks) {
    const counts = new Map<string, number>();
    const { plan } = stepping.compiled.world;
    for (const step of steps) {
      const name = stepping.faultName(step);
      const pool = name === null ? null : (plan.faults.get(name)?.pool ?? null);
      const axis = pool === null ? null : plan.pools[pool]!.name;
      if (axis !== null) counts.set(axis, (counts.get(axis) ?? 0) + 1);
      const known = plan.pools.flatMap((one) => (counts.has(one.name) ? [one.name] : []));
      vectors.add(
        known
          .map((one) => `${counts.get(one)!} × ${one}`)
          .toSorted()
          .join(' + '),
      );
    }
  }
  for (const vector of Object.keys(goalsByName)) expect(vectors).toContain(vector);
  for (const vector of missing) expect(vectors).not.toContain(vector);
  expect(walks.length).toBeLessThanOrEqual(1.5 * suite.lowerBound);
});
