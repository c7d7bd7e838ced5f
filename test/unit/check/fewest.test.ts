import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMachine } from 'xstate';
import { check, type CheckOptions } from '../../../src/check/check.ts';
import { fewestFaults } from '../../../src/check/fewest.ts';
import { retrace } from '../../../src/check/retrace.ts';
import { axesOf, withBudgets } from '../../../src/machine/budgets.ts';
import { parameterValues } from '../../../src/model/parameter.ts';
import { always, eventually } from '../../../src/model/property.ts';
import { replicas } from '../../../src/model/part.ts';
import type { AnyView, System } from '../../../src/model/system.ts';
import type { Trace } from '../../../src/model/verdict.ts';
import orderFulfilment from '../../../models/order-fulfilment.ts';
import { at, tiny, type Steps } from './tiny-system.ts';

const faultsIn = ({ steps }: Trace): number =>
  steps.filter(({ fault }) => fault !== null && !fault.name.endsWith('.adrift')).length;

const fewest = (system: System, options: CheckOptions = {}) =>
  fewestFaults(system, check(system, options), options);

/** A shortest way to z by a fault, and longer ones with fewer. */
const SHORT: Steps = ['a !CUT z', 'a GO b', 'b GO c', 'c GO z'];
const p = always(at('m', 'a', 'b', 'c'));

describe('the fewest faults', () => {
  it('are none where a longer way has none', () => {
    const known = fewest(tiny({ m: SHORT }, { properties: { p } })).get('p');
    expect(known?.faults).toEqual({});
    expect(known?.trace?.steps.map(({ event }) => event.type)).toEqual(['GO', 'GO', 'GO']);
  });

  it('are all of them where nothing less will do', () => {
    const known = fewest(tiny({ m: ['a !CUT b', 'b !CUT z'] }, { properties: { p }, budget: 2 }));
    expect(known.get('p')).toEqual({ faults: { 'm.CUT': 2 }, trace: null });
  });

  it('are one of two kinds, and the shorter way of those', () => {
    const steps = ['a !CUT b', 'b !HIT z', 'a GO c', 'c GO d', 'd GO e', 'e !HIT z', 'd !CUT z'];
    const { faults, trace } = fewest(tiny({ m: steps }, { properties: { q: notAt('z') } })).get(
      'q',
    )!;
    expect(faults).toEqual({ 'm.CUT': 1 });
    expect(trace?.steps.map(({ event }) => event.type)).toEqual(['GO', 'GO', 'CUT']);
  });

  it('are found for a loop, too', () => {
    const steps = [
      'a !CUT b',
      'b GO c',
      'c GO b',
      'a GO d',
      'd GO e',
      'e GO f',
      'f GO e',
      'a OUT Z',
    ];
    const properties = { done: eventually(at('m', 'Z')) };
    const { faults, trace } = fewest(tiny({ m: steps }, { properties })).get('done')!;
    expect(faults).toEqual({});
    expect(trace?.loop).not.toBeNull();
  });

  it('are not asked for where everything holds', () => {
    const system = tiny({ m: ['a GO b', 'b !CUT c'] }, { properties: { p } });
    expect(fewest(system).size).toBe(0);
  });

  it.each(['plain', 'tables', 'bitmap'] as const)('are the same by %s', (strategy) => {
    const known = fewest(tiny({ m: SHORT }, { properties: { p } }), { strategy }).get('p');
    expect(known?.faults).toEqual({});
    expect(known?.trace?.steps).toHaveLength(3);
  });

  it('are those of replicas, where one state stands for several', () => {
    const machine = createMachine({
      initial: 'a',
      states: { a: { on: { GO: 'b' } }, b: { on: { GO: 'z' } }, z: {} },
    });
    type Seen = readonly { status: string; matches: (state: string) => boolean }[];
    const isUp = (view: AnyView): boolean =>
      !(view['m'] as Seen).every((one) => one.status === 'down' || one.matches('z'));
    const tolerance = {
      environment: { m: { GO: true } },
      hosts: { worker: ['m'] },
      faults: { worker: { crash: 1 } },
      properties: { p: always(isUp) },
    };
    const system = { parts: { m: replicas(2, machine) }, tolerance } as unknown as System;
    const whole = check(system, { symmetry: true });
    expect(whole.stats.visited).toContain('2 replicas in any order');
    expect(faultsIn(whole.properties[0]!.trace!)).toBe(1);
    const { faults, trace } = fewest(system, { symmetry: true }).get('p')!;
    expect(faults).toEqual({});
    expect(trace?.steps).toHaveLength(4);
    retrace(withBudgets(system, faults), trace!);
  });

  it('known limit: nothing is said under a budget without a bound', () => {
    const system = tiny({ m: SHORT }, { properties: { p }, budget: Infinity });
    expect(check(system).properties[0]?.result).toBe('violated');
    expect(fewest(system).size).toBe(0);
  });

  it('known limit: nothing is said where too few states may be looked at', () => {
    const system = tiny({ m: SHORT }, { properties: { p } });
    expect(fewestFaults(system, check(system), { statesMax: 2 }).size).toBe(0);
  });
});

function notAt(state: string) {
  return always((view: AnyView) => !at('m', state)(view));
}

const steps = fc.array(
  fc
    .tuple(
      fc.constantFrom(...'abcde'),
      fc.constantFrom('!F', '!G', 'X', 'Y'),
      fc.constantFrom(...'bcdez'),
    )
    .map(([from, event, to]) => `${from} ${event} ${to}`),
  { minLength: 1, maxLength: 10 },
);

/** Every budget vector, looked at one by one: the least sum of one that violates the property. */
function byDefinition(system: System): number {
  let least = Infinity;
  for (let f = 0; f <= 2; f += 1) {
    for (let g = 0; g <= 2; g += 1) {
      const smaller = withBudgets(system, { 'm.F': f, 'm.G': g });
      const [report] = check(smaller).properties;
      if (report?.result === 'violated') least = Math.min(least, f + g);
    }
  }
  return least;
}

it.each([
  ['a state', { q: notAt('z') }],
  ['a path', { q: eventually(at('m', 'e')) }],
])('of random machines are right for %s', (_, properties) => {
  let smaller = 0;
  fc.assert(
    fc.property(steps, (drawn) => {
      const all = ['a X a', ...drawn, 'z F z', 'e G e'];
      const isDeclared =
        drawn.some((one) => one.includes('!F')) && drawn.some((one) => one.includes('!G'));
      fc.pre(isDeclared);
      const system = tiny(
        { m: all.filter((one) => !/ [FG] /.test(one)) },
        { properties, budget: 2 },
      );
      const [report] = check(system).properties;
      const known = fewest(system).get('q');
      expect(known === undefined).toBe(report?.result !== 'violated');
      if (known === undefined || !report?.trace) return;
      const shown = known.trace ?? report.trace;
      const total = Object.values(known.faults).reduce((a, b) => a + b, 0);
      expect(faultsIn(shown)).toBe(total);
      expect(total).toBe(byDefinition(system));
      if (known.trace === null) return;
      smaller += 1;
      expect(total).toBeLessThan(faultsIn(report.trace));
      expect(known.trace.steps.length).toBeGreaterThanOrEqual(report.trace.steps.length);
      retrace(withBudgets(system, known.faults), known.trace);
    }),
    { numRuns: 150, seed: 1 },
  );
  expect(smaller).toBeGreaterThan(0);
});

it('of the flagship are all needed, and each budget below is harmless', () => {
  const values = parameterValues(orderFulfilment.parameters, { bug: 'volatile-intent' });
  const system = orderFulfilment.build(values);
  const options = { properties: ['converges'] };
  const { faults, trace } = fewestFaults(system, check(system, options), options).get('converges')!;
  expect({ faults, trace }).toEqual({
    faults: { 'order.crash': 1, 'ship.refuse': 1 },
    trace: null,
  });
  // A halt is declared with budget 0: it is no fault of this proof.
  const declared = axesOf(system.tolerance).filter(({ budget }) => budget > 0);
  expect(declared.length).toBeGreaterThan(2);
  for (const { name } of declared) {
    const [report] = check(withBudgets(system, { [name]: 1 }), options).properties;
    expect([name, report?.result]).toEqual([name, 'holds']);
  }
});
