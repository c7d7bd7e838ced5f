import { describe, expect, it } from 'vitest';
import { check } from '../../src/check/check.ts';
import { retrace } from '../../src/check/retrace.ts';
import { simulate, type SimulationReport } from '../../src/generate/simulate.ts';
import type { SimulationOptions } from '../../src/generate/options.ts';
import { parameterValues } from '../../src/model/parameter.ts';
import type { Model, PropertyReport, System } from 'reconverge';
import checkpointedSaga from '../../models/checkpointed-saga.ts';
import orderFulfilment from '../../models/order-fulfilment.ts';
import tokenRing from '../../models/token-ring.ts';
import twoPhaseCommit from '../../models/two-phase-commit.ts';
import { fallen } from './small-systems.ts';

const built = (model: Model, given: Record<string, string> = {}): System =>
  model.build(parameterValues(model.parameters, given));

const isLong = process.env['RECONVERGE_TESTS'] === 'long';
const BROKEN: readonly (readonly [string, Model])[] = [
  ['premature-commit', twoPhaseCommit],
  ['late-refusal', twoPhaseCommit],
  ['checkpoint-first', checkpointedSaga],
  ...[
    'forgetful',
    'unrecalled',
    'volatile-intent',
    ...(isLong
      ? ['no-tombstone', 'key-per-attempt', 'no-retry', 'no-rollback', 'no-compensate']
      : []),
  ].map((bug) => [bug, orderFulfilment] as const),
];

function propertyOf({ properties }: SimulationReport, name: string): PropertyReport {
  const found = properties.find((property) => property.name === name);
  if (found === undefined) throw new Error(`no property ${name}`);
  return found;
}

/** `path` of a replay text. */
const pathOf = ({ replay }: PropertyReport): string => replay?.split('--path ')[1] ?? '';

const codeOf = (system: System, options: SimulationOptions): unknown => {
  try {
    return simulate(system, options);
  } catch (error) {
    return (error as { code?: string }).code;
  }
};

function timeless(seed: number): unknown {
  const system = built(orderFulfilment, { bug: 'forgetful' });
  const { stats, ...rest } = simulate(system, { runs: 50, seed });
  return { ...rest, states: stats.states, transitions: stats.transitions, depth: stats.depth };
}

describe('simulation of the library', () => {
  const correct = [twoPhaseCommit, checkpointedSaga, tokenRing, orderFulfilment];
  it.each(correct)('passes $name', (model) => {
    const { result, runs, path, properties } = simulate(built(model));
    expect({ result, runs, path }).toEqual({ result: 'holds', runs: 1000, path: null });
    for (const property of properties) expect(property.result, property.name).toBe('holds');
  });

  it.each(BROKEN)('finds what is wrong, and nothing else: %s', (bug, model) => {
    const system = built(model, { bug });
    const verdicts = new Map(check(system).properties.map((property) => [property.name, property]));
    const report = simulate(system);
    expect(report.result).toBe('violated');
    for (const { name, result, failure, trace } of report.properties) {
      if (result !== 'violated' || trace === null) continue;
      const verdict = verdicts.get(name);
      retrace(system, trace);
      expect([result, failure], name).toEqual([verdict?.result, verdict?.failure]);
      const shortest = verdict?.trace?.steps.length ?? 0;
      expect(trace.steps.length).toBeGreaterThanOrEqual(shortest);
      expect(trace.steps.length).toBeLessThanOrEqual(shortest + 6);
    }
  });

  it('shrinks to the one crash that does it', () => {
    for (const seed of [0, 1, 2]) {
      const report = simulate(built(checkpointedSaga, { bug: 'checkpoint-first' }), { seed });
      const { trace } = propertyOf(report, 'atomic');
      const faults = trace?.steps.flatMap(({ fault }) => fault ?? []) ?? [];
      expect(faults.map(({ name }) => name)).toEqual(['worker.crash']);
      expect(trace?.steps.length).toBeLessThanOrEqual(12);
    }
  });

  it.each(BROKEN)('replays by seed and path alone: %s', (bug, model) => {
    const system = built(model, { bug });
    const report = simulate(system, { seed: 42 });
    const violated = report.properties.filter(({ result }) => result === 'violated');
    expect(violated.map(pathOf)).toContain(report.path);
    for (const property of violated) {
      expect(property.replay).toBe(`--seed 42 --path ${pathOf(property)}`);
      const again = simulate(built(model, { bug }), { seed: 42, path: pathOf(property) });
      expect(again.runs).toBe(1);
      expect(propertyOf(again, property.name)).toEqual(property);
    }
  });

  it('fires every fault of order-fulfilment within 300 runs', () => {
    const { faults } = simulate(built(orderFulfilment), { runs: 300, seed: 3 });
    const silent = Object.entries(faults).filter(([, times]) => times === 0);
    expect(Object.keys(faults).length).toBeGreaterThanOrEqual(9);
    expect(silent).toEqual([]);
  });
});

describe('a simulation', () => {
  it('counts what it went through', () => {
    const done: number[] = [];
    const report = simulate(built(twoPhaseCommit), { runs: 30, onProgress: (n) => done.push(n) });
    expect(done).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
    expect(report.stats.visited).toBe('sampled');
    expect(report.stats.states).toBeGreaterThan(20);
    expect(report.stats.states).toBeLessThanOrEqual(288);
    expect(report.stats.transitions).toBeGreaterThanOrEqual(report.stats.states - 1);
  });

  it('is the same for the same seed, but for the time it took', () => {
    expect(timeless(5)).toEqual(timeless(5));
    expect(timeless(5)).not.toEqual(timeless(6));
  });

  it('says unknown when it was interrupted', () => {
    let asked = 0;
    const report = simulate(built(twoPhaseCommit), { interrupted: () => (asked += 1) > 10 });
    expect(report.result).toBe('unknown');
    expect(report.runs).toBe(10);
  });

  it('examines the properties asked for only', () => {
    const system = built(checkpointedSaga, { bug: 'checkpoint-first' });
    const report = simulate(system, { properties: ['terminates'] });
    expect(report.properties.map(({ name }) => name)).toEqual(['terminates']);
    expect(report.result).toBe('holds');
  });

  it('refuses options that make no sense', () => {
    expect(codeOf(fallen, { runs: 0 })).toBe('RCV310');
    expect(codeOf(fallen, { seed: 0.5 })).toBe('RCV310');
    expect(codeOf(fallen, { properties: ['unheard of'] })).toBe('RCV302');
    for (const path of ['', 'x', '3:', '0:999']) expect(codeOf(fallen, { path })).toBe('RCV311');
  });
});

it('prints equal states equally, whichever was met first', () => {
  const system = built(orderFulfilment, { bug: 'key-per-attempt' });
  expect(simulate(system, { seed: 2 }).result).toBe('violated');
});
