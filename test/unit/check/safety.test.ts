import { describe, expect, it } from 'vitest';
import { check } from '../../../src/check/check.ts';
import { always, deadlockFree, recoverable, sometimes } from '../../../src/model/property.ts';
import { withinSteps } from '../../../src/model/property.ts';
import { at, both, expectHolds, expectViolated, judged, tiny } from './tiny-system.ts';

const not =
  (predicate: ReturnType<typeof at>): ReturnType<typeof at> =>
  (view) =>
    !predicate(view);

describe('always', () => {
  const ring = ['a GO b', 'b GO c', 'c GO a', 'a JUMP d', 'd GO c'];
  it('holds where no reachable state is bad', () => {
    expectHolds(judged({ m: ring }, always(at('m', 'a', 'b', 'c', 'd'))));
    expectHolds(judged({ m: [...ring, 'x GO y'] }, always(not(at('m', 'x', 'y')))));
  });

  it('is violated by a shortest trace to a bad state', () => {
    expectViolated(judged({ m: ring }, always(not(at('m', 'c')))), 'state', 'a b c');
    expectViolated(judged({ m: ring }, always(not(at('m', 'a')))), 'state', 'a');
  });

  it('speaks of faults too, but not of those without a budget', () => {
    const faulty = ['a !CUT b', 'b ~HEAL a'];
    const { trace, ...report } = judged({ m: faulty }, always(not(at('m', 'b'))));
    expectViolated({ ...report, trace }, 'state', 'a b');
    expect(trace?.steps[0]).toMatchObject({ label: 'F', fault: { name: 'm.CUT' } });
    expectHolds(judged({ m: faulty }, always(not(at('m', 'b'))), { budget: 0 }));
  });
});

describe('sometimes', () => {
  it('holds by a shortest witness', () => {
    const report = judged({ m: ['a GO b', 'b GO c', 'a JUMP c'] }, sometimes(at('m', 'c')));
    expectHolds(report);
    expect(report.trace?.steps.map(({ event }) => event.type)).toEqual(['JUMP']);
  });

  it('is violated by the completed search, without a trace', () => {
    const report = judged({ m: ['a GO b', 'x GO y'] }, sometimes(at('m', 'y')));
    expect(report).toMatchObject({ result: 'violated', failure: 'unreached', trace: null });
  });
});

describe('recoverable', () => {
  const property = recoverable(at('m', 'g'));
  it('holds where some path without faults leads back, fair or not', () => {
    expectHolds(judged({ m: ['g !CUT b', 'b SPIN c', 'c SPIN b', 'c ~HEAL g'] }, property));
  });

  it('is violated where only a fault leads back', () => {
    const lost = ['g GO a', 'a !CUT b', 'b SPIN c', 'c SPIN b', 'a GO g', 'b !MEND g'];
    expectViolated(judged({ m: lost }, property), 'trap', 'g a b');
  });

  it('is about consistency by default', () => {
    const steps = { m: ['g !CUT b', 'b SPIN c'] };
    expectViolated(judged(steps, recoverable(), { consistent: at('m', 'g') }), 'trap', 'g b');
    expectHolds(judged(steps, recoverable(), { consistent: at('m', 'g', 'c') }));
    // Consistency, not rest: recovery may still be under way there.
    const recovery = { transient: 'retry', permanent: 'retry', partial: 'retry' };
    const tagged = { m: ['g !CUT b', 'b SPIN c#retry'] };
    const consistent = at('m', 'g', 'c');
    expectHolds(judged(tagged, recoverable(), { consistent, recovery }));
  });
});

describe('deadlockFree', () => {
  it('is violated by a state without any step', () => {
    expectViolated(judged({ m: ['a GO b', 'b GO c'] }, deadlockFree()), 'deadlock', 'a b c');
  });

  it('holds where a self-loop or a fault is left', () => {
    expectHolds(judged({ m: ['a GO b', 'b SPIN b'] }, deadlockFree()));
    const endless = { budget: Infinity };
    expectHolds(judged({ m: ['a GO b', 'b !CUT a'] }, deadlockFree(), endless));
    expectViolated(judged({ m: ['a GO b', 'b !CUT b'] }, deadlockFree()), 'deadlock', 'a b b');
  });

  it('holds where all that can be done is done', () => {
    expectHolds(judged({ m: ['a GO END'] }, deadlockFree()));
    expectHolds(judged({ m: ['a GO END'], s: ['x - y'] }, deadlockFree()));
    const two = { m: ['a GO END'], n: ['x GO y', 'y - END'] };
    expectViolated(judged(two, deadlockFree()), 'deadlock', 'ax ENDx ENDy');
  });

  // Spec 1.7: what is halted without a checkpoint is disregarded.
  it('disregards an actor that was halted without a checkpoint', () => {
    const halting = { faults: { n: { halt: 1 } } };
    expectHolds(judged({ m: ['a GO END'], n: ['x GO END'] }, deadlockFree(), halting));
  });

  it('wants somebody done: that everybody is halted is a deadlock', () => {
    const halting = { faults: { m: { halt: 1 } } };
    const report = judged({ m: ['a GO END'] }, deadlockFree(), halting);
    expectViolated(report, 'deadlock', 'a halted');
  });
});

describe('withinSteps', () => {
  const chain = { m: ['g !CUT b', 'b GO c', 'c GO d', 'd GO g', 'b JUMP d'] };
  const within = (steps: number) => judged(chain, withinSteps(steps, at('m', 'g')));

  it('holds from the recovery bound on, which it tells', () => {
    expectHolds(within(3));
    expectHolds(within(4));
    expect([3, 4, 2].map((steps) => within(steps).values['beta'])).toEqual([3, 3, 3]);
  });

  it('is violated below by a path to a state and one step more than allowed', () => {
    expectViolated(within(2), 'bound', 'g b c d g');
    expectViolated(within(1), 'bound', 'g b c d');
    expectViolated(within(0), 'bound', 'g b c');
  });

  it('asks for the longest way, not the shortest, and for no fairness', () => {
    const spin = { m: ['g !CUT b', 'b SPIN c', 'c SPIN b', 'b GO g'] };
    const report = judged(spin, withinSteps(9, at('m', 'g')));
    expect(report).toMatchObject({ result: 'violated', failure: 'bound' });
    expect(report.values['beta']).toBe(null);
    expect(report.trace?.steps).toHaveLength(11);
    const stutter = { m: ['g !CUT b', 'b SPIN b', 'b GO g'] };
    expect(judged(stutter, withinSteps(1, at('m', 'g'))).values['beta']).toBe(1);
  });

  it('is violated by a dead end, and counts no fault as the cure', () => {
    const dead = { m: ['g GO a', 'a GO b', 'b !MEND g'] };
    const report = judged(dead, withinSteps(5, at('m', 'g')));
    expectViolated(report, 'bound', 'g a b');
    expect(report.values['beta']).toBe(null);
  });

  it('asks by default for rest in consistency: the goal of convergence', () => {
    const steps = { m: ['g !CUT b#retry', 'b GO g'] };
    const recovery = { transient: 'retry', permanent: 'retry', partial: 'retry' };
    const tolerance = { consistent: () => true, recovery };
    expect(judged(steps, withinSteps(1), tolerance).values['beta']).toBe(1);
    expect(judged(steps, withinSteps(0), tolerance).result).toBe('violated');
    expectHolds(judged(steps, withinSteps(0), { consistent: () => true }));
    const crash = { consistent: () => true, faults: { m: { crash: 1 } } };
    expectViolated(judged(steps, withinSteps(0), crash), 'bound', 'g down g');
    expectHolds(judged(steps, withinSteps(1), crash));
  });
});

describe('properties by name', () => {
  const system = tiny(
    { m: ['a GO b', 'b GO c', 'c GO d'] },
    { properties: { early: always(not(at('m', 'b'))), late: always(not(at('m', 'c'))) } },
  );

  it('end the search when all that were asked for are refuted', () => {
    const one = check(system, { properties: ['early'] });
    expect([one.stats.states, one.completeness, one.result]).toEqual([2, 'bounded', 'violated']);
    expect(one.properties.map(({ name }) => name)).toEqual(['early']);
    const two = check(system, { properties: ['late', 'early'] });
    expect([two.stats.states, two.properties.length]).toEqual([3, 2]);
    expect(two.properties.map(({ result }) => result)).toEqual(['violated', 'violated']);
    const all = check(system);
    expect([all.stats.states, all.completeness]).toEqual([4, 'exhaustive']);
  });

  it('that do not exist are refused', () => {
    expect(() => check(system, { properties: ['early', 'lat'] })).toThrow(
      expect.objectContaining({ code: 'RCV302', hint: 'properties: early, late' }) as Error,
    );
  });

  it.each([recoverable(), withinSteps(1), { kind: 'converges', fairness: 'none' } as const])(
    'that need consistency are refused without it: $kind',
    (property) => {
      expect(() => judged({ m: ['a GO b'] }, property)).toThrow(
        expect.objectContaining({ code: 'RCV301', at: 'properties.p' }) as Error,
      );
    },
  );

  it('are about all actors, whatever the order of their steps', () => {
    const two = { m: ['a GO b'], n: ['x GO y'] };
    const never = always(not(both(at('m', 'b'), at('n', 'y'))));
    expect(judged(two, never).trace?.steps).toHaveLength(2);
  });
});
