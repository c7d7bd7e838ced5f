import { describe, expect, it } from 'vitest';
import { fromPromise, setup } from 'xstate';
import { check } from '../../../src/check/check.ts';
import { actor, replicas } from '../../../src/model/part.ts';
import { always, closed, everyStep, resumes } from '../../../src/model/property.ts';
import { deterministicRecovery, totalRecovery } from '../../../src/model/property.ts';
import { actors, type AnyView } from '../../../src/model/system.ts';
import { at, expectHolds, expectViolated, judged, tiny, verdict } from './tiny-system.ts';

const recovery = { transient: 'retry', permanent: 'undo', partial: 'undo' };
const tagged = { recovery };

const valueOf = (view: AnyView): unknown => (view['m'] as { readonly value: unknown }).value;
const isVacuous = { result: 'holds', vacuous: true };

describe('always, of certain states', () => {
  const steps = { m: ['a GO b', 'b GO c'] };
  it('asks of no others, and is vacuous where there are none', () => {
    const report = judged(steps, always(at('m', 'b'), { when: at('m', 'b') }));
    expectHolds(report);
    expect(report.vacuous).toBe(false);
    expectViolated(judged(steps, always(at('m', 'b'), { when: at('m', 'c') })), 'state', 'a b c');
    expect(judged(steps, always(at('m', 'b'), { when: at('m', 'x') }))).toMatchObject(isVacuous);
  });
});

describe('closed', () => {
  it('is violated by a P step that leaves, and ends with it', () => {
    const steps = { m: ['a GO b', 'b GO c', 'c GO a'] };
    expectViolated(judged(steps, closed(at('m', 'b'))), 'step', 'a b c');
    expectHolds(judged(steps, closed(at('m', 'a', 'b', 'c'))));
    expect(judged(steps, closed(at('m', 'x')))).toMatchObject(isVacuous);
  });

  it('lets faults, recovery and the environment leave', () => {
    const steps = { m: ['a !CUT b', 'a ~HEAL c', 'a SPIN a', 'c LATE d#retry', 'd OFF e'] };
    expectHolds(judged(steps, closed(at('m', 'a', 'd')), tagged));
    expectViolated(judged(steps, closed(at('m', 'a', 'd'))), 'step', 'a c d e');
  });

  it('is about consistency by default', () => {
    const steps = { m: ['a GO b'] };
    const report = judged(steps, closed(), { consistent: at('m', 'a') });
    expectViolated(report, 'step', 'a b');
    expect(() => judged(steps, closed())).toThrow('asks for consistency');
  });
});

describe('everyStep', () => {
  const steps = { m: ['a GO b', 'b BACK a', 'b !CUT c', 'b SPIN b'] };
  it('sees what is looked at before and after, and which step it is', () => {
    const never = (from: string, to: string) =>
      everyStep({ of: valueOf, keeps: (before, after) => before !== from || after !== to });
    expectViolated(judged(steps, never('b', 'c')), 'step', 'a b c');
    expectHolds(judged(steps, never('c', 'a')));
    const seen = new Set<string>();
    const keeps = (_: unknown, __: unknown, step: object): boolean => {
      seen.add(JSON.stringify(step));
      return true;
    };
    judged(steps, everyStep({ of: () => null, keeps }));
    const [go, back] = ['GO', 'BACK'].map((type) => ({ actor: 'm', event: { type }, label: 'P' }));
    const cut = { actor: 'm', event: { type: 'CUT' }, label: 'F', fault: 'm.CUT' };
    const steps3 = [{ ...go, fault: null }, { ...back, fault: null }, cut];
    expect([...seen].map((text) => JSON.parse(text) as unknown)).toEqual(steps3);
  });

  it('is about some steps only, and vacuous where there are none', () => {
    const of = valueOf;
    const isCut = everyStep({
      of,
      when: (_, after) => after === 'c',
      keeps: (_, __, { label }) => label === 'F',
    });
    expectHolds(judged(steps, isCut));
    expect(judged(steps, isCut, { budget: 0 })).toMatchObject(isVacuous);
  });

  it('refuses what is no plain data, and what is neither true nor false', () => {
    const asked = (of: (view: AnyView) => unknown) =>
      judged(steps, everyStep({ of, keeps: () => true }));
    expect(() => asked(() => new Date(0))).toThrow('not plain data');
    expect(() => asked(() => undefined)).toThrow('undefined');
    const keeps = (() => 1) as unknown as () => boolean;
    expect(() => judged(steps, everyStep({ of: valueOf, keeps }))).toThrow('answered 1');
    const mutates = (before: string[]): boolean => before.push('x') > 0;
    const of = (): string[] => [];
    expect(() => judged(steps, everyStep({ of, keeps: mutates }))).toThrow('mutates');
  });
});

/** Asks while in recovery; `waits` are the delays of its timers. */
function asking(waits: readonly number[], crash = 0) {
  const call = fromPromise<undefined, undefined>(async () => undefined);
  const machine = setup({
    types: {} as { tags: 'retry' | 'undo' },
    actors: { call },
  }).createMachine({
    initial: 'asking',
    states: {
      asking: {
        tags: 'retry',
        invoke: { src: 'call', onDone: 'g' },
        after: Object.fromEntries(waits.map((delay) => [delay, 'g'])),
      },
      g: {},
    },
  });
  const service = setup({ types: {} as { events: { type: 'DO' } } }).createMachine({
    on: { DO: {} },
  });
  return actors({ m: actor(machine), s: actor(service) }).faultTolerant({
    effects: { call: { to: 's', send: () => ({ type: 'DO' }) } },
    faults: { s: { crash } },
    recovery: { transient: 'retry', permanent: 'undo', partial: 'undo' },
    properties: { goes: totalRecovery(), chooses: deterministicRecovery() },
  });
}

describe('totalRecovery', () => {
  const judge = (...steps: string[]) => judged({ m: steps }, totalRecovery(), tagged);
  it('is violated where whoever recovers has no R step', () => {
    expectViolated(judge('a LATE b#retry', 'c GO a'), 'state', 'a b');
    expectViolated(judge('a LATE b#retry', 'b SPIN b'), 'state', 'a b');
    expectViolated(judge('a LATE b#retry', 'b ~HEAL c'), 'state', 'a b');
    expectViolated(judge('a LATE b#down', 'b !CUT c'), 'state', 'a b');
    expectHolds(judge('a LATE b#retry', 'b AGAIN a'));
  });

  it('asks nothing of who is finished, and is vacuous where nobody recovers', () => {
    expect(judge('a LATE B#retry')).toMatchObject(isVacuous);
    expect(judge('a GO b')).toMatchObject(isVacuous);
  });

  it('is satisfied by a restart, a pending invoke and a timer', () => {
    const down = judged({ m: ['a GO b'] }, totalRecovery(), { faults: { m: { crash: 1 } } });
    expect(down).toMatchObject({ result: 'holds', vacuous: false });
    const halted = judged({ m: ['a GO b'] }, totalRecovery(), { faults: { m: { halt: 1 } } });
    expect(halted).toMatchObject(isVacuous);
    expectHolds(verdict(asking([], 1), 'goes'));
    expectHolds(verdict(asking([1]), 'goes'));
  });
});

describe('deterministicRecovery', () => {
  const judge = (...steps: string[]) => judged({ m: steps }, deterministicRecovery(), tagged);
  it('is violated where whoever recovers has a choice', () => {
    const report = judge('a LATE b#retry', 'b AGAIN a', 'b OFF c');
    expectViolated(report, 'state', 'a b');
    expect(report.because).toBe("'m' recovers, and has a choice: AGAIN, OFF");
    expectHolds(judge('a LATE b#retry', 'b AGAIN a', 'b SPIN b', 'b !CUT c'));
    expectHolds(judge('a LATE b', 'b AGAIN a', 'b OFF c', 'c GO d#retry', 'd GO a'));
  });

  it('takes a timer for a choice only where nothing else is', () => {
    expectHolds(verdict(asking([1]), 'chooses'));
    expectHolds(verdict(asking([1, 2]), 'chooses'));
  });
});

describe('resumes', () => {
  const property = resumes({ after: 'm.CRASH', when: at('m', 'c', 'd'), ends: valueOf });
  const judge = (steps: readonly string[], budget = 1) =>
    judged({ m: steps }, property, { ...tagged, budget });
  const sound = ['a LATE c#undo', 'c UNDO e', 'c !CRASH x#down', 'x RESTART c'];

  it('holds where the fault only makes a detour', () => {
    expect(judge(sound)).toMatchObject({ result: 'holds', vacuous: false });
  });

  it('is violated where the decision is forgotten', () => {
    const report = judge([...sound.slice(0, 3), 'x RESTART a']);
    expectViolated(report, 'state', 'a c');
    expect(report.because).toBe('from the last state recovery ends in "e"; after m.CRASH, in "a"');
  });

  it('strikes once more than the budget allows', () => {
    const second = ['a LATE c#undo', 'c UNDO e', 'c !CRASH x#down', 'x RESTART d#undo'];
    const wrong = [...second, 'd UNDO e', 'd !CRASH y#down', 'y RESTART a'];
    expectViolated(judge(wrong), 'state', 'a c x d');
    // The second crash is beyond the budget: y is not among a, c, x, d and e before and after x.
    expect(check(tiny({ m: wrong }, tagged)).stats.states).toBe(6);
    expectHolds(judge([...wrong.slice(0, -1), 'y RESTART d']));
  });

  it('takes two ways that never end for the same', () => {
    const endless = ['a LATE c#undo', 'c SPIN d#undo', 'd SPIN c', 'c !CRASH x#down'];
    expectHolds(judge([...endless, 'x RESTART d']));
    const report = judge([...endless, 'x RESTART a']);
    expectViolated(report, 'state', 'a c');
    expect(report.because).toContain('ends in nowhere; after m.CRASH, in "a"');
  });

  it('compares sets of ends', () => {
    const two = ['a LATE c#undo', 'c UNDO e', 'c OFF f', 'c !CRASH x#down'];
    expectHolds(judge([...two, 'x RESTART c']));
    expectViolated(judge([...two, 'x RESTART e']), 'state', 'a c');
  });

  it('is vacuous without a budget, and refuses a fault that is not declared', () => {
    expect(judge(sound, 0)).toMatchObject(isVacuous);
    expect(() => judge(sound.slice(0, 2))).toThrow("'m.CRASH' is no declared fault");
  });

  it('is unknown where the model refuses a state that is not reachable', () => {
    const steps = ['a LATE c#undo', 'c UNDO e', 'c !CRASH x#down', 'x RESTART d#undo'];
    const { parts, tolerance } = tiny(
      { m: [...steps, 'd UNDO e', 'd !CRASH y#down', 'y RESTART d'] },
      { ...tagged, properties: { p: property } },
    );
    const refusing = (view: AnyView): boolean => {
      if (at('m', 'y')(view)) throw new Error('no such state');
      return true;
    };
    const { m = {} } = tolerance.environment ?? {};
    const environment = { m: { ...m, RESTART: refusing } };
    const report = verdict({ parts, tolerance: { ...tolerance, environment } }, 'p');
    expect(report.result).toBe('unknown');
    expect(report.because).toContain('no such state');
  });
});

describe('laws where not all is seen', () => {
  const law = {
    closed: closed(at('m', 'a')),
    steps: everyStep({ of: valueOf, keeps: () => false }),
    goes: totalRecovery(),
    chooses: deterministicRecovery(),
    resumes: resumes({ after: 'm.CUT', when: at('m', 'a'), ends: valueOf }),
  };

  it('are unknown at a bound', () => {
    const system = tiny({ m: ['a GO b', 'b GO c', 'c !CUT d'] }, { properties: law });
    const { properties } = check(system, { statesMax: 2 });
    expect(properties).toHaveLength(5);
    expect(properties.every(({ result }) => result === 'unknown')).toBe(true);
  });

  it('make the search look at every state, symmetric or independent though they be', () => {
    const machine = setup({ types: {} as { events: { type: 'GO' } } }).createMachine({
      initial: 'a',
      states: { a: { on: { GO: 'b' } }, b: {} },
    });
    const system = actors({ m: replicas(4, machine) }).faultTolerant({
      environment: { m: { GO: true } },
      properties: {
        'the first one stays': everyStep({
          of: (s) => s.m[0]!.matches('b'),
          keeps: (before, after) => before === after,
        }),
      },
    });
    for (const strategy of ['plain', 'tables'] as const) {
      for (const options of [{}, { symmetry: true }, { reduce: true }]) {
        const { properties, stats } = check(system, { strategy, ...options });
        expect(stats.states).toBe(16);
        expect(properties[0]).toMatchObject({ result: 'violated', failure: 'step' });
        expect(properties[0]?.trace?.steps).toHaveLength(1);
      }
    }
  });
});
