import { describe, expect, it } from 'vitest';
import { check } from '../../src/check/check.ts';
import { simulate, type SimulationReport } from '../../src/generate/simulate.ts';
import type { PropertyReport } from 'reconverge';
import tokenRing from '../../models/token-ring.ts';
import { endless, fallen, postponed, rising, trapped } from './small-systems.ts';

function propertyOf({ properties }: SimulationReport, name: string): PropertyReport {
  const found = properties.find((property) => property.name === name);
  if (found === undefined) throw new Error(`no property ${name}`);
  return found;
}

function verdict(report: SimulationReport, name: string): string {
  const { result, failure } = propertyOf(report, name);
  return failure === null ? result : `${result}: ${failure}`;
}

describe('verdicts of a simulation', () => {
  it('a trap: no fault-free step leads back', () => {
    const report = simulate(trapped);
    expect(verdict(report, 'converges')).toBe('violated: trap');
    expect(verdict(report, 'comes back')).toBe('violated: trap');
    expect(verdict(report, 'comes back soon')).toBe('violated: bound');
    expect(verdict(report, 'never deadlocked')).toBe('holds');
    const { trace } = propertyOf(report, 'converges');
    expect(trace?.steps.map(({ event }) => event.type)).toEqual(['BREAK', 'LEFT', 'RIGHT']);
    expect(trace?.loop).toBe(1);
    expect(propertyOf(report, 'comes back').trace?.steps).toHaveLength(1);
  });

  it('a lasso: recovery is possible and put off fairly for ever', () => {
    const report = simulate(postponed);
    expect(verdict(report, 'converges')).toBe('violated: lasso');
    expect(verdict(report, 'comes back')).not.toBe('violated: trap');
    expect(propertyOf(report, 'converges').trace?.loop).toBe(1);
  });

  it('a dead end', () => {
    const report = simulate(fallen);
    expect(verdict(report, 'converges')).toBe('violated: deadlock');
    expect(verdict(report, 'ends')).toBe('violated: deadlock');
    expect(verdict(report, 'never deadlocked')).toBe('violated: deadlock');
    expect(verdict(report, 'can fall')).toBe('holds');
    expect(propertyOf(report, 'ends').trace?.steps).toHaveLength(1);
  });

  it.each([trapped, postponed, fallen, rising])(
    'agrees with the exhaustive check: %#',
    (system) => {
      const verdicts = new Map(check(system).properties.map((p) => [p.name, p]));
      for (const property of simulate(system).properties) {
        if (property.result !== 'violated') continue;
        expect(verdicts.get(property.name)?.result, property.name).toBe('violated');
        expect(verdicts.get(property.name)?.failure, property.name).toBe(property.failure);
      }
    },
  );

  it('a run that neither ends nor repeats itself decides nothing about the future', () => {
    const report = simulate(endless, { runs: 20 });
    expect(verdict(report, 'small')).toBe('violated: state');
    expect(propertyOf(report, 'small').trace?.steps).toHaveLength(7);
    expect(verdict(report, 'converges')).toBe('unknown');
    expect(propertyOf(report, 'ends up').values).toEqual({ undecided: 20 });
    expect(simulate(endless, { runs: 20, properties: ['ends up'] }).result).toBe('holds');
  });

  it('a fault that never fired makes what holds vacuous, and is named', () => {
    const { faults, properties } = simulate(rising);
    expect(faults['idle.RISE']).toBe(0);
    expect(faults['first.FALL']).toBeGreaterThan(0);
    for (const { result, vacuous, values } of properties) {
      expect({ result, vacuous, values }).toEqual({
        result: 'holds',
        vacuous: true,
        values: { neverFired: ['idle.RISE'] },
      });
    }
  });

  it('known limit: a loop that only a contrary schedule keeps up is not found', () => {
    const system = tokenRing.build({ processes: 5, values: 3 });
    expect(check(system).result).toBe('violated');
    expect(simulate(system).result).toBe('holds');
  });
});
