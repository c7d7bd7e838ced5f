import { describe, expect, it } from 'vitest';
import { assign, setup } from 'xstate';
import { actor, anyOf, replicas } from '../../../src/model/part.ts';
import { actors, external, fault } from '../../../src/model/system.ts';
import { expectRefused } from './expect-code.ts';
import { Walk } from './walk.ts';

const counter = setup({
  types: {} as {
    context: { n: number };
    events: { type: 'GO' } | { type: 'END' };
    input: number | undefined;
  },
}).createMachine({
  context: ({ input }) => ({ n: input ?? 0 }),
  initial: 'on',
  states: {
    on: {
      on: {
        GO: {
          guard: ({ context }) => context.n < 9,
          actions: assign({ n: ({ context }) => context.n + 1 }),
        },
        END: 'end',
      },
    },
    end: { type: 'final' },
  },
});
const environment = { a: { GO: true, END: true } } as const;
const budgets = (walk: Walk) =>
  Object.fromEntries(Object.entries(walk.view).filter(([name]) => name.startsWith('budget')));
const faults = (walk: Walk) => walk.names.filter((name) => name.startsWith('F'));

describe('a crash', () => {
  const system = (budget: number) =>
    actors({ a: actor(counter) }).faultTolerant({ environment, faults: { a: { crash: budget } } });

  it('leaves an actor that can only restart, as at its start', () => {
    const walk = new Walk(system(2)).take('GO', 'a.crash');
    expect(walk.at('a')).toEqual({ mode: 'down' });
    expect(walk.names).toEqual(['R a reconverge.restart']);
    expect(walk.take('restart').at('a').context).toEqual({ n: 0 });
  });

  it('takes one from its budget each time', () => {
    const walk = new Walk(system(2));
    expect(budgets(walk)).toEqual({ 'budget a.crash': 2 });
    walk.take('a.crash', 'restart');
    expect(budgets(walk)).toEqual({ 'budget a.crash': 1 });
    walk.take('a.crash', 'restart');
    expect([budgets(walk), faults(walk)]).toEqual([{ 'budget a.crash': 0 }, []]);
  });

  it('never comes without a budget, and comes for ever without a bound', () => {
    expect(faults(new Walk(system(0)))).toEqual([]);
    const walk = new Walk(system(Infinity));
    expect(budgets(walk)).toEqual({});
    const start = walk.vector.slice();
    walk.take('a.crash', 'restart');
    expect(walk.vector).toEqual(start);
    expect(faults(walk)).toHaveLength(1);
  });

  it('does not strike what is done or down', () => {
    expect(faults(new Walk(system(1)).take('END'))).toEqual([]);
    expect(faults(new Walk(system(2)).take('a.crash'))).toEqual([]);
  });

  it('leaves what is durable as the input of the restart', () => {
    const parts = { a: actor(counter, { durable: ({ n }) => n * 2 }) };
    const walk = new Walk(
      actors(parts).faultTolerant({ environment, faults: { a: { crash: 2 } } }),
    ).take('GO', 'a.crash');
    expect(walk.at('a')).toEqual({ mode: 'down', survives: 2 });
    expect(walk.take('restart').at('a').context).toEqual({ n: 2 });
    expect(walk.take('GO', 'a.crash', 'restart').at('a').context).toEqual({ n: 6 });
  });

  it('leaves which of several inputs it was', () => {
    const parts = { a: actor(counter, { input: anyOf([3, 5]) }) };
    const several = actors(parts).faultTolerant({ environment, faults: { a: { crash: 1 } } });
    for (const [start, n] of [3, 5].entries()) {
      const walk = new Walk(several, { start });
      expect(walk.at('a').context).toEqual({ n });
      expect(walk.take('GO', 'a.crash', 'restart').at('a').context).toEqual({ n });
    }
  });
});

describe('a pause', () => {
  const system = actors({ a: actor(counter) }).faultTolerant({
    environment: { a: { ...environment.a, END: external() } },
    faults: { a: { pause: 1, crash: 1, halt: 1 } },
  });

  it('freezes the actor as it is, until it wakes, which is E', () => {
    const walk = new Walk(system).take('GO', 'a.pause');
    expect(walk.at('a')).toEqual({ mode: 'paused', value: 'on', context: { n: 1 } });
    expect(walk.names).toEqual([
      'E a reconverge.wake',
      'F a reconverge.crash {"of":"a"} by a.crash',
      'F a reconverge.halt {"of":"a"} by a.halt',
    ]);
    expect(walk.take('wake').at('a')).toEqual({ value: 'on', context: { n: 1 } });
    expect(walk.names).toContain('P a GO');
    expect(walk.names).toContain('E a END');
  });

  it('does not strike what is paused, nor what is done', () => {
    const parts = { a: actor(counter), b: actor(counter) };
    const paused = new Walk(
      actors(parts).faultTolerant({
        environment,
        hosts: { rack: ['a', 'b'] },
        faults: { a: { pause: Infinity }, rack: { pause: Infinity } },
      }),
    ).take('a.pause');
    expect(faults(paused)).toEqual(['F a reconverge.pause {"of":"rack"} by rack.pause']);
    expect(faults(paused.take('rack.pause'))).toEqual([]);
    paused.take('E a', 'P a END');
    expect(faults(paused)).toEqual([]);
  });

  it('can turn into a crash', () => {
    const walk = new Walk(system).take('a.pause', 'a.crash');
    expect(walk.names).toEqual(['R a reconverge.restart']);
  });
});

it('a halt leaves an actor that never runs again, and nothing that survives', () => {
  const parts = { a: actor(counter, { durable: ({ n }) => n }) };
  const system = actors(parts).faultTolerant({ environment, faults: { a: { halt: 1, crash: 1 } } });
  const walk = new Walk(system).take('GO', 'a.halt');
  expect(walk.at('a')).toEqual({ mode: 'halted' });
  expect(walk.names).toEqual([]);
});

describe('replicas', () => {
  const parts = { a: replicas(3, counter, { input: (index) => index }) };
  it('share the budget of their declaration', () => {
    const system = actors(parts).faultTolerant({ environment, faults: { a: { crash: 1 } } });
    const walk = new Walk(system);
    expect([0, 1, 2].map((index) => walk.at(`a[${index}]`).context)).toEqual([
      { n: 0 },
      { n: 1 },
      { n: 2 },
    ]);
    expect(faults(walk)).toHaveLength(3);
    walk.take('F a[1]');
    expect(faults(walk)).toEqual([]);
    expect(walk.take('restart').at('a[1]').context).toEqual({ n: 1 });
  });
});

describe('a host', () => {
  const parts = { a: actor(counter), b: replicas(2, counter), c: actor(counter) };
  const system = actors(parts).faultTolerant({
    environment: { ...environment, b: { END: true }, c: { END: true } },
    hosts: { rack: ['a', 'b'] },
    faults: { rack: { crash: 1, pause: 1, halt: 1 }, c: { crash: 1 } },
  });
  const modes = (walk: Walk) => ['a', 'b[0]', 'b[1]', 'c'].map((name) => walk.at(name).mode);

  it('falls as one, and its members restart one by one', () => {
    const walk = new Walk(system).take('rack.crash');
    expect(modes(walk)).toEqual(['down', 'down', 'down', undefined]);
    walk.take('R b[1]');
    expect(modes(walk)).toEqual(['down', 'down', undefined, undefined]);
    expect(budgets(walk)).toMatchObject({ 'budget rack.crash': 0, 'budget rack.halt': 1 });
  });

  it('falls if some member can, and spares those that cannot', () => {
    const walk = new Walk(system).take('P a END', 'P b[0] END', 'rack.crash');
    expect(modes(walk)).toEqual([undefined, undefined, 'down', undefined]);
    const done = new Walk(system).take('P a END', 'P b[0] END', 'P b[1] END');
    expect(faults(done)).toEqual(['F c reconverge.crash {"of":"c"} by c.crash']);
  });

  it('freezes as one and is halted as one', () => {
    const walk = new Walk(system).take('rack.pause');
    expect(modes(walk)).toEqual(['paused', 'paused', 'paused', undefined]);
    expect(modes(walk.take('E b[0]'))).toEqual(['paused', undefined, 'paused', undefined]);
    expect(modes(walk.take('rack.halt'))).toEqual(['halted', 'halted', 'halted', undefined]);
  });

  it('of actors that do not exist is refused', () => {
    const nobody = ['nobody'] as unknown as ['a'];
    const make = () =>
      new Walk(actors(parts).faultTolerant({ hosts: { rack: nobody }, faults: {} }));
    expectRefused('RCV206', make, "host 'rack'");
    const target = { nowhere: { crash: 1 } } as object;
    expectRefused('RCV206', () => new Walk(actors(parts).faultTolerant({ faults: target })));
  });
});

describe('a pool', () => {
  it('is spent by whichever of its faults happens', () => {
    const parts = { a: actor(counter), b: actor(counter) };
    const system = actors(parts).faultTolerant({
      environment,
      faults: { a: { crash: 9 }, b: { crash: 9, pause: 9 } },
      pools: { both: { budget: 2, faults: ['a.crash', 'b.crash'] } },
    });
    const walk = new Walk(system).take('a.crash', 'b.crash');
    expect(budgets(walk)).toEqual({ 'budget both': 0, 'budget b.pause': 9 });
    walk.take('R a', 'R b');
    expect(faults(walk)).toEqual(['F b reconverge.pause {"of":"b"} by b.pause']);
  });
});

describe('an event from the environment', () => {
  const nature = { kind: 'data', persistence: 'partial', class: 'arbitrary' } as const;
  it('that is a fault is F and is counted', () => {
    const system = actors({ a: actor(counter) }).faultTolerant({
      environment: { a: { GO: fault({ ...nature, budget: 2 }) } },
    });
    const walk = new Walk(system);
    expect(walk.names).toEqual(['F a GO by a.GO']);
    walk.take('GO', 'GO');
    expect([walk.names, budgets(walk)]).toEqual([[], { 'budget a.GO': 0 }]);
  });

  it('comes when its trigger allows it and the machine takes it', () => {
    const system = actors({ a: actor(counter), b: replicas(2, counter) }).faultTolerant({
      environment: {
        a: { GO: (s) => s.b[0]?.context.n === 1 },
        b: { GO: (s, index) => s.a.context.n === 0 && index === 0 && (true as const) },
      },
    });
    const walk = new Walk(system);
    expect(walk.names).toEqual(['P b[0] GO']);
    expect(walk.take('GO').names).toEqual(['P a GO', 'P b[0] GO']);
    expect(walk.take('P a GO').names).toEqual(['P a GO']);
  });

  it('brings each of several payloads in a step of its own', () => {
    const machine = setup({
      types: {} as { context: { n: number }; events: { type: 'SET'; to: number } },
    }).createMachine({
      context: { n: 0 },
      on: {
        SET: {
          guard: ({ event }) => event.to < 3,
          actions: assign(({ event }) => ({ n: event.to })),
        },
      },
    });
    const system = actors({ m: actor(machine) }).faultTolerant({
      environment: { m: { SET: () => anyOf([{ to: 1 }, { to: 2 }, { to: 3 }]) } },
    });
    const walk = new Walk(system);
    expect(walk.names).toEqual(['P m SET {"to":1}', 'P m SET {"to":2}']);
    expect(walk.take('"to":2').at('m').context).toEqual({ n: 2 });
  });
});
