import { describe, expect, it } from 'vitest';
import { fromPromise, setup } from 'xstate';
import { check } from '../../../src/check/check.ts';
import { actor } from '../../../src/model/part.ts';
import { converges, eventually } from '../../../src/model/property.ts';
import { actors } from '../../../src/model/system.ts';
import { at, both, expectHolds, expectViolated, judged, tiny, verdict } from './tiny-system.ts';

const fair = eventually(at('m', 'g'));
const unfair = eventually(at('m', 'g'), { fairness: 'none' });

describe('eventually', () => {
  it('holds where every path gets there', () => {
    for (const property of [fair, unfair]) {
      expectHolds(judged({ m: ['a GO b', 'b GO g'] }, property));
      expectHolds(judged({ m: ['g GO b', 'b SPIN c', 'c SPIN b'] }, property));
    }
  });

  it('holds only by fairness where another actor may go on for ever', () => {
    const two = { m: ['a GO g'], n: ['x SPIN y', 'y SPIN x'] };
    expectHolds(judged(two, fair));
    expectViolated(judged(two, unfair), 'lasso', '[ax ay ax');
  });

  it('is violated by a loop of one actor: its class is taken', () => {
    const loop = { m: ['a GO b', 'b GO c', 'c GO b', 'b OUT g'] };
    expectViolated(judged(loop, fair), 'lasso', 'a [b c b');
  });

  it('tells P, R and E apart: what heals is not starved by the program', () => {
    const healing = { m: ['a GO b', 'b GO a', 'a ~HEAL g', 'b ~HEAL g'] };
    expectHolds(judged(healing, fair));
    // Enabled in one of the two states only: a fair path may pass by.
    expectViolated(judged({ m: ['a GO b', 'b GO a', 'b ~HEAL g'] }, fair), 'lasso', '[a b a');
    const tagged = { m: ['a GO b', 'b GO a', 'a LATE c#retry', 'c GO g', 'b LATE c'] };
    const recovery = { transient: 'retry', permanent: 'retry', partial: 'retry' };
    expectViolated(judged(tagged, fair, { recovery }), 'lasso', '[a b a');
  });

  it('is violated by a dead end, also after faults', () => {
    expectViolated(judged({ m: ['a GO b', 'b SPIN b', 'x GO g'] }, fair), 'deadlock', 'a b');
    const cut = { m: ['a !CUT b', 'a GO g'] };
    expectViolated(judged(cut, fair), 'deadlock', 'a b');
    expectHolds(judged(cut, fair, { budget: 0 }));
  });

  it('does not wait for a fault: that only a fault leads on is a dead end', () => {
    expectViolated(judged({ m: ['a !CUT g'] }, fair), 'deadlock', 'a');
  });

  it('is not violated by a loop with a fault in it', () => {
    const flapping = { m: ['a !CUT b', 'b ~HEAL a', 'a GO g'] };
    expectHolds(judged(flapping, fair, { budget: Infinity }));
    expectHolds(judged(flapping, unfair, { budget: Infinity }));
  });

  it('forgets what came after the goal', () => {
    expectHolds(judged({ m: ['a GO g', 'g GO b', 'b SPIN c', 'c SPIN b'] }, fair));
  });
});

describe('pits that other checkers fell into', () => {
  it('a self-loop is no step: it neither loops nor delays', () => {
    expectHolds(judged({ m: ['a SPIN a', 'a GO g'] }, unfair));
    const two = { m: ['a GO g'], n: ['x SPIN x'] };
    expectHolds(judged(two, unfair));
  });

  it('a join of two ways is no loop', () => {
    const diamond = { m: ['a L b', 'a R c', 'b GO d', 'c GO d', 'd GO g', 'a GO d'] };
    expectHolds(judged(diamond, unfair));
    const grid = { m: ['a GO b', 'b GO g'], n: ['x GO y', 'y GO z'] };
    expectHolds(judged(grid, unfair));
    expectHolds(judged(grid, eventually(both(at('m', 'g'), at('n', 'z')))));
  });

  it('a loop that is left and entered again is judged as a whole', () => {
    const eight = ['a L b', 'b L a', 'a R c', 'c R a', 'c ~HEAL g', 'b ~HEAL g', 'a ~HEAL g'];
    expectHolds(judged({ m: eight }, fair));
    expectViolated(judged({ m: eight.slice(0, 5) }, fair), 'lasso', '[a c a b a');
    expectViolated(judged({ m: eight.slice(0, 4) }, fair), 'lasso', '[a c a');
  });

  it('a class that is enabled in turns by two loops is starved by neither alone', () => {
    const two = { m: ['a L b', 'b L a', 'a ~E1 g', 'b GO c', 'c GO b'] };
    const report = judged(two, fair);
    expect(report).toMatchObject({ result: 'violated', failure: 'lasso' });
  });
});

/** Asks while a clock ticks: the clock takes the asker's class, so only the reply's own helps. */
function ticking(timers: boolean) {
  const call = fromPromise<undefined, undefined>(async () => undefined);
  const machine = setup({ actors: { call } }).createMachine({
    initial: 'asking',
    states: {
      asking: {
        invoke: { src: 'call', onDone: 'g' },
        initial: 'tick',
        states: timers
          ? { tick: { after: { 1: 'tock' } }, tock: { after: { 1: 'tick' } } }
          : { tick: { on: { T: 'tock' } }, tock: { on: { T: 'tick' } } },
      },
      g: {},
    },
  });
  const service = setup({ types: {} as { events: { type: 'DO' } } }).createMachine({
    on: { DO: {} },
  });
  return actors({ m: actor(machine), s: actor(service) }).faultTolerant({
    effects: { call: { to: 's', send: () => ({ type: 'DO' }) } },
    recovery: { transient: 'r', permanent: 'r', partial: 'r' },
    ...(timers ? {} : { environment: { m: { T: true } } }),
    consistent: (s) => s.m.matches('g'),
    properties: { fair, unfair },
  });
}

describe('a reply that competes with a timeout', () => {
  it('is delivered in the end, and the verdict says what it assumes', () => {
    const system = ticking(true);
    expectHolds(verdict(system, 'fair'));
    expectHolds(verdict(system, 'converges'));
    expect(verdict(system, 'fair').values['assumes']).toContain('competes with a timeout');
    expect(verdict(system, 'unfair').values['assumes']).toBeUndefined();
    expect(verdict(system, 'unfair')).toMatchObject({ result: 'violated', failure: 'lasso' });
    expect(check(system).assumptions).toHaveLength(2);
  });

  it('without a timer has no class of its own', () => {
    const system = ticking(false);
    expect(verdict(system, 'fair')).toMatchObject({ result: 'violated', failure: 'lasso' });
    expect(verdict(system, 'converges')).toMatchObject({ result: 'violated', failure: 'lasso' });
    expect(check(system).assumptions).toHaveLength(1);
  });
});

describe('converges', () => {
  const recovery = { transient: 'retry', permanent: 'retry', partial: 'retry' };
  const goal = { consistent: at('m', 'g') };
  const judge = (steps: readonly string[], tolerance = {}) =>
    verdict(tiny({ m: steps }, { ...goal, ...tolerance }), 'converges');

  it('comes with consistency, and counts the consistent states', () => {
    const report = judge(['g !CUT b', 'b GO c', 'c GO g']);
    expectHolds(report);
    // The fault is spent in b and c, and in the g behind them.
    expect(report.values['C']).toBe(2);
    expect(check(tiny({ m: ['a GO b'] })).properties).toEqual([]);
  });

  it('is violated by a dead end outside the goal', () => {
    expectViolated(judge(['g GO a', 'a GO g', 'a !CUT b']), 'deadlock', 'g a b');
    expectViolated(judge(['g !CUT b', 'b SPIN b']), 'deadlock', 'g b');
  });

  it('is violated by a trap: no way back', () => {
    expectViolated(judge(['g !CUT b', 'b SPIN c', 'c SPIN b']), 'trap', 'g [b c b');
    expectViolated(judge(['g !CUT b', 'b SPIN c', 'c SPIN b', 'c !MEND g']), 'trap', 'g [b c b');
  });

  // Spec 1.8.4: shortest among the traps; b is one already, the loop comes two steps later.
  it('is violated by the nearest trap, not by the loop behind it', () => {
    const report = judge(['g !CUT b', 'b GO c', 'c GO d', 'd SPIN e', 'e SPIN d']);
    expect(report.failure).toBe('trap');
    expect(report.trace?.steps).toHaveLength(1);
  });

  it('is violated by a lasso: recovery is possible and put off for ever', () => {
    const loop = ['g !CUT b', 'b SPIN c', 'c SPIN b', 'b GO g'];
    expectViolated(judge(loop), 'lasso', 'g [b c b');
    expectHolds(judge(['g !CUT b', 'b SPIN c', 'c SPIN b', 'b ~HEAL g', 'c ~HEAL g']));
  });

  it('is judged without fairness if asked for', () => {
    const steps = { m: ['g !CUT b', 'b GO g'], n: ['x SPIN y', 'y SPIN x'] };
    expectHolds(judged(steps, converges(), goal));
    const report = judged(steps, converges({ fairness: 'none' }), goal);
    expectViolated(report, 'lasso', 'gx [bx by bx');
  });

  it('asks for rest: no recovery tag, nothing down', () => {
    const consistent = () => true;
    const tagged = ['g !CUT b#retry', 'b SPIN c#retry', 'c SPIN b'];
    expectViolated(judge(tagged, { consistent, recovery }), 'trap', 'g [b c b');
    expectHolds(judge(tagged, { consistent }));
    const down = ['g !CUT b#down'];
    expectViolated(judge(down, { consistent }), 'deadlock', 'g b');
    const crash = { consistent, faults: { m: { crash: 1 } } };
    expectHolds(judge(['g GO h'], crash));
  });

  it('disregards what is halted without a checkpoint', () => {
    const halted = { consistent: () => true, faults: { m: { halt: 1 } } };
    expectHolds(judge(['g GO h', 'h GO g'], halted));
  });

  it('wants checkpointed actors done, or going on for ever in the goal', () => {
    const save = fromPromise(async () => {});
    const machine = (end: 'final' | 'atomic') =>
      setup({ actors: { save } }).createMachine({
        initial: 'saving',
        states: { saving: { invoke: { src: 'save', onDone: 'end' } }, end: { type: end } },
      });
    const stopping = (end: 'final' | 'atomic', halt: number) =>
      actors({ m: actor(machine(end), { checkpoint: 'save' }) }).faultTolerant({
        consistent: () => true,
        faults: { m: { halt } },
      });
    expectHolds(verdict(stopping('final', 0), 'converges'));
    const undone = verdict(stopping('atomic', 0), 'converges');
    expectViolated(undone, 'deadlock', 'saving end');
    expect(undone.because).toContain('a checkpointed actor is not done');
    expectViolated(verdict(stopping('final', 1), 'converges'), 'deadlock', 'saving halted');
    // For a deadlock, too, what it left behind counts as undone.
    const { parts, tolerance } = stopping('final', 1);
    const other = tiny({ n: ['x GO END'] });
    const { environment = {} } = other.tolerance;
    const properties = { stuck: { kind: 'deadlockFree' } } as const;
    const together = { ...other.parts, ...parts };
    const system = { parts: together, tolerance: { ...tolerance, environment, properties } };
    expectViolated(verdict(system, 'stuck'), 'deadlock', 'xsaving ENDsaving ENDhalted');
  });

  it('holds if a property of that name is something else', () => {
    const system = tiny({ m: ['a GO b'] }, { ...goal, properties: { converges: fair } });
    expect(check(system).properties.map(({ kind }) => kind)).toEqual(['eventually']);
  });
});
