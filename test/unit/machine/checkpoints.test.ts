import { describe, expect, it } from 'vitest';
import { assign, fromPromise, setup } from 'xstate';
import { actor } from '../../../src/model/part.ts';
import { actors } from '../../../src/model/system.ts';
import { expectRefused } from './expect-code.ts';
import { Walk, type Seen } from './walk.ts';

const save = fromPromise(async () => {});
const call = fromPromise<undefined, { key: string } | undefined>(async () => undefined);
const crashes = { m: { crash: 2 } };
/** What was saved in each of the states that a crash may lead to. */
const outcomes = (walk: Walk) =>
  walk
    .steps()
    .filter(({ name }) => name.includes('m.crash'))
    .map(({ view }) => (view['m'] as Seen).saved?.value);

describe('checkpoint 0', () => {
  it('is saved at the start, with the messages of the start already sent', () => {
    const machine = setup({ actors: { save } }).createMachine({
      initial: 'x',
      states: { x: { after: { 1: 'y' } }, y: { invoke: { src: 'save', onDone: 'z' } }, z: {} },
    });
    const parts = { m: actor(machine, { checkpoint: 'save' }) };
    const walk = new Walk(actors(parts).faultTolerant({ faults: crashes }));
    expect(walk.at('m').saved).toEqual({ value: 'x', context: {} });
    walk.take('after', 'done.actor', 'm.crash', 'restart');
    expect(walk.at('m').value).toBe('y');
    const early = new Walk(actors(parts).faultTolerant({ faults: crashes })).take('m.crash');
    expect(early.at('m')).toEqual({ mode: 'down', saved: { value: 'x', context: {} } });
    expect(early.names).toEqual(['R m reconverge.restart']);
    expect(early.take('restart').at('m').value).toBe('x');
  });
});

const regions = setup({
  types: {} as { context: { noted: number }; events: { type: 'NOTE' | 'B' } },
  actors: { save },
}).createMachine({
  context: { noted: 0 },
  type: 'parallel',
  on: { NOTE: { guard: ({ context }) => context.noted < 2, actions: assign({ noted: 1 }) } },
  states: {
    p: {
      initial: 'saving',
      states: { saving: { invoke: { src: 'save', onDone: 'saved' } }, saved: {} },
    },
    q: {
      initial: 'idle',
      states: {
        idle: { on: { B: 'saving' } },
        saving: { invoke: { src: 'save', onDone: 'saved' } },
        saved: {},
      },
    },
  },
});
const twice = actors({ m: actor(regions, { checkpoint: 'save' }) }).faultTolerant({
  environment: { m: { NOTE: true, B: true } },
  faults: crashes,
});

describe('a save', () => {
  it('stores the snapshot of its invocation, not of its commit', () => {
    const walk = new Walk(twice).take('NOTE', 'B', 'NOTE');
    expect(walk.at('m').context).toEqual({ noted: 1 });
    walk.take('done.actor.0.(machine).p.saving');
    expect(walk.at('m').saved).toEqual({
      value: { p: 'saving', q: 'idle' },
      context: { noted: 0 },
    });
    walk.take('done.actor.0.(machine).q.saving');
    expect(walk.at('m').saved).toEqual({
      value: { p: 'saving', q: 'saving' },
      context: { noted: 1 },
    });
  });

  it('is one step of its actor, and nothing else decides it', () => {
    const walk = new Walk(twice);
    expect(walk.at('m').pending).toEqual(['save: saving']);
    expect(walk.names).toContain('P m xstate.done.actor.0.(machine).p.saving');
    expect(walk.names.filter((name) => name.includes('error'))).toEqual([]);
  });

  it('that is pending at a crash took place or did not: one successor each', () => {
    const walk = new Walk(twice).take('NOTE', 'B');
    const [zero, p, q] = [
      { p: 'saving', q: 'idle' },
      { p: 'saving', q: 'idle' },
      { p: 'saving', q: 'saving' },
    ];
    // Region p's save is checkpoint 0 itself, so it makes no difference whether it took place.
    expect(outcomes(walk)).toEqual([zero, q]);
    expect(p).toEqual(zero);
    expect(outcomes(walk.take('p.saving'))).toEqual([zero, q]);
    expect(outcomes(walk.take('q.saving'))).toEqual([q]);
  });

  it('two of them: neither, the one, or the other', () => {
    const machine = setup({
      types: {} as { events: { type: 'A' | 'B' } },
      actors: { save },
    }).createMachine({
      type: 'parallel',
      states: {
        p: { initial: 'x', states: { x: { on: { A: 'y' } }, y: { invoke: { src: 'save' } } } },
        q: { initial: 'x', states: { x: { on: { B: 'y' } }, y: { invoke: { src: 'save' } } } },
      },
    });
    const system = actors({ m: actor(machine, { checkpoint: 'save' }) }).faultTolerant({
      environment: { m: { A: true, B: true } },
      faults: crashes,
    });
    const walk = new Walk(system).take(' A', ' B');
    expect(outcomes(walk)).toEqual([
      { p: 'x', q: 'x' },
      { p: 'y', q: 'x' },
      { p: 'y', q: 'y' },
    ]);
    walk.choose('m.crash', 2).take('restart');
    expect(walk.at('m').pending).toEqual(['save: saving', 'save: saving']);
    walk.take('q.y');
    expect(walk.at('m').saved?.value).toEqual({ p: 'y', q: 'y' });
  });

  it('is done again after a restart, and is over for the dead', () => {
    const walk = new Walk(twice).take('NOTE', 'B').choose('m.crash', 1);
    expect(walk.names).toEqual(['R m reconverge.restart']);
    walk.take('restart');
    expect(walk.at('m')).toMatchObject({
      value: { p: 'saving', q: 'saving' },
      context: { noted: 1 },
      pending: ['save: saving', 'save: saving'],
    });
  });

  it('that is left otherwise than by its onDone is refused', () => {
    const machine = setup({
      types: {} as { events: { type: 'STOP' } },
      actors: { save },
    }).createMachine({
      initial: 'saving',
      states: { saving: { invoke: { src: 'save', onDone: 'x' }, on: { STOP: 'x' } }, x: {} },
    });
    const system = actors({ m: actor(machine, { checkpoint: 'save' }) }).faultTolerant({
      environment: { m: { STOP: true } },
    });
    expectRefused('RCV214', () => new Walk(system).names);
  });

  it('of what JSON does not carry is refused', () => {
    const machine = setup({
      types: {} as { context: { n: number | undefined }; events: { type: 'GO' } },
      actors: { save },
    }).createMachine({
      context: { n: 1 },
      initial: 'x',
      states: {
        x: { on: { GO: { target: 'y', actions: assign({ n: () => undefined }) } } },
        y: { invoke: { src: 'save' } },
      },
    });
    const system = actors({ m: actor(machine, { checkpoint: 'save' }) }).faultTolerant({
      environment: { m: { GO: true } },
    });
    expectRefused('RCV221', () => new Walk(system).names, 'snapshot.context.n is undefined');
  });
});

describe('a final state', () => {
  const machine = setup({ actors: { save, call } }).createMachine({
    initial: 'x',
    states: { x: { after: { 1: 'end' } }, end: { type: 'final' } },
    output: { sum: 3 },
  });
  const system = actors({ m: actor(machine, { checkpoint: 'save' }) }).faultTolerant({
    faults: { m: { crash: 1, halt: 1, pause: 1 } },
    recovery: { transient: 't', permanent: 't', partial: 't' },
    effects: { call: { to: 'm', send: () => ({ type: 'x' }) } },
  });

  it('is saved in the same step, and cannot be lost', () => {
    const walk = new Walk(system).take('after');
    expect(walk.at('m')).toMatchObject({ status: 'done', saved: { value: 'end' } });
    expect(walk.names).toEqual([]);
  });
});

it('history goes through a checkpoint', () => {
  const machine = setup({
    types: {} as { events: { type: 'NEXT' | 'OUT' | 'BACK' } },
    actors: { save },
  }).createMachine({
    initial: 'in',
    states: {
      in: {
        initial: 'a',
        on: { OUT: 'out' },
        states: {
          a: { on: { NEXT: 'b' } },
          b: { initial: 'c', states: { c: { on: { NEXT: 'd' } }, d: {} } },
          deep: { type: 'history', history: 'deep' },
        },
      },
      out: { invoke: { src: 'save', onDone: 'outside' } },
      outside: { on: { BACK: 'in.deep' } },
    },
  });
  const system = actors({ m: actor(machine, { checkpoint: 'save' }) }).faultTolerant({
    environment: { m: { NEXT: true, OUT: true, BACK: true } },
    faults: crashes,
  });
  const walk = new Walk(system).take('NEXT', 'NEXT', 'OUT', 'done.actor', 'm.crash', 'restart');
  expect(walk.at('m').value).toBe('out');
  expect(walk.take('done.actor', 'BACK').at('m').value).toEqual({ in: { b: 'd' } });
  // The same machine again from the start: only its history tells the states apart.
  walk.vector = walk.compiled.initial[0] as Int32Array;
  walk.take('OUT', 'done.actor', 'm.crash', 'restart', 'done.actor', 'BACK');
  expect(walk.at('m').value).toEqual({ in: 'a' });
});

describe('an invoke after a restart', () => {
  const machine = setup({
    types: {} as { events: { type: 'SKIP' } },
    actors: { save, call },
  }).createMachine({
    initial: 'before',
    states: {
      before: { invoke: { src: 'save', onDone: 'asking' } },
      asking: {
        type: 'parallel',
        onDone: 'end',
        states: {
          p: {
            initial: 'ask',
            states: {
              ask: { invoke: { src: 'call', input: { key: 'k' }, onDone: 'store' } },
              store: { invoke: { src: 'save', onDone: 'end' } },
              end: { type: 'final' },
            },
          },
          q: { initial: 'x', states: { x: { invoke: { src: 'call' } } } },
        },
      },
      end: {},
    },
  });
  const service = setup({
    types: {} as { context: { n: number }; events: { type: 'DO'; key: string } },
  }).createMachine({
    context: { n: 0 },
    on: { DO: { actions: assign({ n: ({ context }) => context.n + 1 }) } },
  });
  const system = actors({
    m: actor(machine, { checkpoint: 'save' }),
    s: actor(service),
  }).faultTolerant({
    effects: {
      call: { to: 's', send: ({ input }) => ({ type: 'DO', key: input?.key ?? 'none' }) },
    },
    recovery: { transient: 't', permanent: 't', partial: 't' },
    faults: crashes,
  });

  it('is asked again with the input it had, and a served reply is not kept', () => {
    const start = () => new Walk(system).take('before');
    const served = start().take('DO {"key":"k"}', 'p.ask', 'DO {"key":"none"}');
    expect(served.at('m').pending).toEqual(['save: saving', 'call: answered']);
    served.choose('m.crash', 1).take('restart');
    // What was answered before the save stays answered; what was not is asked again.
    expect(served.at('m').pending).toEqual(['save: saving', 'call: asked']);
    served.take('DO {"key":"none"}');
    expect(served.at('s').context).toEqual({ n: 3 });
  });

  it('leaves the requests of the dead on their way', () => {
    const walk = new Walk(system).take('before', 'DO {"key":"k"}');
    expect(walk.at('m').pending).toEqual(['call: answered', 'call: asked']);
    walk.take('m.crash');
    expect(walk.view['s.adrift']).toEqual([{ type: 'DO', key: 'none' }]);
    expect(walk.names.filter((name) => name.startsWith('F s'))).toEqual([
      'F s DO {"key":"none"} by s.adrift',
    ]);
  });
});
