import { describe, expect, it } from 'vitest';
import { fromPromise, setup } from 'xstate';
import { actor } from '../../../src/model/part.ts';
import { actors } from '../../../src/model/system.ts';
import { Walk } from './walk.ts';

const save = fromPromise(async () => {});
const armed = (walk: Walk, name = 'm') =>
  (walk.at(name).timers ?? []).map((batch) => batch.map(({ delay }) => delay));
const due = (walk: Walk) =>
  walk.names
    .filter((name) => name.includes('xstate.after'))
    .map((name) => Number(/after\.(\d+)/.exec(name)?.[1]));

describe('the timers of one macrostep', () => {
  const machine = setup({ types: {} as { events: { type: 'GO' } } }).createMachine({
    type: 'parallel',
    states: {
      slow: {
        initial: 'x',
        states: { x: { after: { 30: 'y' } }, y: {} },
      },
      quick: {
        initial: 'x',
        states: { x: { after: { 10: 'y', 20: 'z' }, on: { GO: 'w' } }, y: {}, z: {}, w: {} },
      },
      later: {
        initial: 'x',
        states: { x: { on: { GO: 'y' } }, y: { after: { 5: 'z', 20: 'z' } }, z: {} },
      },
    },
  });
  const faults = { m: { crash: 1, pause: 1 } };
  const system = actors({ m: actor(machine) }).faultTolerant({
    environment: { m: { GO: true } },
    faults,
  });

  it('fire in the order of their delays', () => {
    const walk = new Walk(system);
    expect([armed(walk), due(walk)]).toEqual([[[30, 10, 20]], [10]]);
    walk.take('after.10');
    // Leaving the state disarms its other timer.
    expect([armed(walk), due(walk)]).toEqual([[[30]], [30]]);
    expect(due(walk.take('after.30'))).toEqual([]);
  });

  it('are in no order with those of another macrostep', () => {
    const walk = new Walk(system).take('GO');
    expect([armed(walk), due(walk)]).toEqual([
      [[30], [5, 20]],
      [30, 5],
    ]);
  });

  it('wait while the actor is paused, and are gone when it is down', () => {
    const paused = new Walk(system).take('m.pause');
    expect([armed(paused), due(paused)]).toEqual([[[30, 10, 20]], []]);
    expect(due(paused.take('wake'))).toEqual([10]);
    const crashed = new Walk(system).take('after.10', 'm.crash');
    expect([armed(crashed), due(crashed)]).toEqual([[], []]);
  });
});

it('equal delays fire in either order', () => {
  const machine = setup({}).createMachine({
    type: 'parallel',
    states: {
      p: { initial: 'x', states: { x: { after: { 10: 'y' } }, y: {} } },
      q: { initial: 'x', states: { x: { after: { 10: 'y' } }, y: {} } },
    },
  });
  const walk = new Walk(actors({ m: actor(machine) }).faultTolerant({}));
  expect(walk.names).toEqual([
    'P m xstate.after.10.(machine).p.x',
    'P m xstate.after.10.(machine).q.x',
  ]);
  expect(walk.take('after.10.(machine).q.x').at('m').value).toEqual({ p: 'x', q: 'y' });
  expect(due(walk)).toEqual([10]);
});

it('re-entering a state arms its timer anew, in a new batch', () => {
  const machine = setup({ types: {} as { events: { type: 'AGAIN' } } }).createMachine({
    initial: 'x',
    states: {
      x: {
        after: { 10: 'y' },
        initial: 'a',
        states: { a: { after: { 20: 'b' } }, b: {} },
        on: { AGAIN: { target: 'x', reenter: true } },
      },
      y: {},
    },
  });
  const system = actors({ m: actor(machine) }).faultTolerant({
    environment: { m: { AGAIN: true } },
  });
  const walk = new Walk(system).take('AGAIN');
  expect(armed(walk)).toEqual([[10, 20]]);
  expect(walk.take('after.10').at('m').value).toBe('y');
  expect(walk.names).toEqual([]);
});

it('a restart arms every timer of the restored state as one batch, by its delay', () => {
  const machine = setup({
    types: {} as { context: { wait: number }; events: { type: 'GO' } },
    actors: { save },
    delays: { patience: ({ context }) => context.wait },
  }).createMachine({
    context: { wait: 15 },
    type: 'parallel',
    states: {
      p: { initial: 'x', states: { x: { after: { 30: 'y' } }, y: {} } },
      q: {
        initial: 'x',
        states: { x: { on: { GO: 'y' } }, y: { after: { patience: 'z' } }, z: {} },
      },
      r: {
        initial: 'x',
        states: { x: { on: { GO: 'y' } }, y: { invoke: { src: 'save', onDone: 'z' } }, z: {} },
      },
    },
  });
  const system = actors({ m: actor(machine, { checkpoint: 'save' }) }).faultTolerant({
    environment: { m: { GO: true } },
    faults: { m: { crash: 2 } },
  });
  const walk = new Walk(system).take('GO');
  expect(armed(walk)).toEqual([[30], [15]]);
  walk.take('done.actor', 'm.crash');
  expect(armed(walk)).toEqual([]);
  walk.take('restart');
  expect(armed(walk)).toEqual([[30, 15]]);
  expect(walk.names.filter((name) => name.includes('after'))).toEqual([
    'P m xstate.after.patience.(machine).q.y',
  ]);
});

it('a timer whose state is left in the same macrostep was never armed', () => {
  const machine = setup({ types: {} as { events: { type: 'GO' } } }).createMachine({
    initial: 'x',
    states: { x: { on: { GO: 'y' } }, y: { after: { 10: 'x' }, always: 'z' }, z: {} },
  });
  const system = actors({ m: actor(machine) }).faultTolerant({ environment: { m: { GO: true } } });
  const walk = new Walk(system).take('GO');
  expect([walk.at('m').value, armed(walk), walk.names]).toEqual(['z', [], []]);
});
