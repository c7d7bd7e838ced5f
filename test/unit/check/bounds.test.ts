import { describe, expect, it } from 'vitest';
import { assign, setup } from 'xstate';
import { check, type CheckOptions } from '../../../src/check/check.ts';
import { actor } from '../../../src/model/part.ts';
import * as properties from '../../../src/model/property.ts';
import { actors } from '../../../src/model/system.ts';

const { always, converges, deadlockFree, eventually, recoverable, sometimes } = properties;

/** Counts to `most` and stops: `most + 1` states in a row. */
function counting(most: number) {
  const machine = setup({
    types: {} as { context: { n: number }; events: { type: 'GO' } },
  }).createMachine({
    context: { n: 0 },
    on: {
      GO: {
        guard: ({ context }) => context.n < most,
        actions: assign({ n: ({ context }) => context.n + 1 }),
      },
    },
  });
  return actors({ m: actor(machine) }).faultTolerant({
    environment: { m: { GO: true } },
    consistent: (s) => s.m.context.n >= 0,
    properties: {
      'below 3': always((s) => s.m.context.n < 3),
      'below 9': always((s) => s.m.context.n < 9),
      'seen 3': sometimes((s) => s.m.context.n === 3),
      'seen 9': sometimes((s) => s.m.context.n === 9),
      'seen never': sometimes((s) => s.m.context.n === 1_000_000),
      arrives: eventually((s) => s.m.context.n === 3),
      'can arrive': recoverable((s) => s.m.context.n === 9),
      'comes back': converges({ fairness: 'none' }),
      'never sticks': deadlockFree(),
      soon: properties.withinSteps(1, (s) => s.m.context.n < 9),
    },
  });
}

const results = (options: CheckOptions, most = 20) => {
  const { properties: all, ...report } = check(counting(most), options);
  return { ...report, results: Object.fromEntries(all.map((one) => [one.name, one.result])) };
};

const CUT = {
  'below 3': 'violated',
  'below 9': 'unknown',
  'seen 3': 'holds',
  'seen 9': 'unknown',
  'seen never': 'unknown',
  arrives: 'unknown',
  'can arrive': 'unknown',
  'comes back': 'unknown',
  'never sticks': 'unknown',
  soon: 'unknown',
  converges: 'unknown',
};

describe('a bound that was reached', () => {
  it.each<[CheckOptions, object]>([
    [{ statesMax: 5 }, { states: 5 }],
    [{ depthMax: 5 }, { depth: 5 }],
    [{ valuesMax: 6 }, { component: 'm', growing: 'm.context.n (6 distinct values)' }],
  ])('%j: what was seen stands, the rest is unknown', (options, bounds) => {
    const report = results(options);
    expect(report).toMatchObject({ completeness: 'bounded', result: 'violated', bounds });
    expect(report.results).toEqual(CUT);
  });

  it('leaves everything unknown where nothing was seen', () => {
    const report = results({ statesMax: 2 });
    expect(report.result).toBe('unknown');
    expect(new Set(Object.values(report.results))).toEqual(new Set(['unknown']));
  });

  it('of time, of memory, and of the user', () => {
    expect(results({ timeoutMs: Number.MIN_VALUE })).toMatchObject({
      completeness: 'bounded',
      bounds: { timeoutMs: Number.MIN_VALUE },
      result: 'unknown',
    });
    expect(results({ memoryBytes: 1 })).toMatchObject({
      completeness: 'bounded',
      bounds: { memoryBytes: 1 },
      result: 'unknown',
    });
    expect(results({ interrupted: () => true })).toMatchObject({
      completeness: 'bounded',
      bounds: { interrupted: true },
      result: 'unknown',
    });
  });

  it('keeps traces of what was seen, walked again', () => {
    const { properties: all } = check(counting(20), { statesMax: 5 });
    const trace = all.find(({ name }) => name === 'below 3')?.trace;
    expect(trace?.steps).toHaveLength(3);
    expect(all.find(({ name }) => name === 'seen 3')?.trace?.steps).toHaveLength(3);
    expect(all.find(({ name }) => name === 'seen 9')?.trace).toBe(null);
  });

  it('tells progress', () => {
    const seen: number[] = [];
    check(counting(20), { onProgress: ({ states }) => void seen.push(states) });
    expect(seen).toEqual([1]);
  });

  // The state without a step was seen and expanded; a search that keeps its edges could say so.
  it('known limit: a deadlock within a bound is unknown, not violated', () => {
    const stuck = setup({ types: {} as { events: { type: 'GO' | 'RUN' } } }).createMachine({
      initial: 'x',
      states: { x: { on: { GO: 'stuck', RUN: 'y' } }, y: { on: { RUN: 'z' } }, z: {}, stuck: {} },
    });
    const system = actors({ m: actor(stuck) }).faultTolerant({
      environment: { m: { GO: true, RUN: true } },
      properties: { 'never sticks': deadlockFree() },
    });
    expect(check(system, { depthMax: 2 }).properties[0]?.result).toBe('unknown');
    expect(check(system).properties[0]?.result).toBe('violated');
  });
});

describe('a bound that is exactly enough', () => {
  it.each<[CheckOptions]>([
    [{ statesMax: 21 }],
    [{ depthMax: 21 }],
    [{ valuesMax: 21 }],
    [{ timeoutMs: 1e6, memoryBytes: 1e15, interrupted: () => false }],
  ])('%j cuts nothing', (options) => {
    const report = results(options);
    expect(report).toMatchObject({ completeness: 'exhaustive', bounds: {}, result: 'violated' });
    expect(report.stats).toMatchObject({ states: 21, transitions: 20, depth: 21 });
    expect(report.results).toEqual({
      ...CUT,
      'below 9': 'violated',
      'seen 9': 'holds',
      'seen never': 'violated',
      arrives: 'holds',
      'can arrive': 'violated',
      'comes back': 'holds',
      'never sticks': 'violated',
      soon: 'violated',
      converges: 'holds',
    });
  });

  it.each<[CheckOptions]>([[{ statesMax: 20 }], [{ depthMax: 20 }], [{ valuesMax: 20 }]])(
    '%j, one less, cuts',
    (options) => {
      expect(results(options).completeness).toBe('bounded');
    },
  );
});
