import { describe, expect, it } from 'vitest';
import { fromPromise, setup } from 'xstate';
import { actor } from '../../../src/model/part.ts';
import { actors } from '../../../src/model/system.ts';
import { Walk } from './walk.ts';

const save = fromPromise(async () => {});
const call = fromPromise<undefined, undefined>(async () => undefined);
const service = setup({ types: {} as { events: { type: 'DO' } } }).createMachine({
  on: { DO: {} },
});
const effects = { call: { to: 's', send: () => ({ type: 'DO' as const }) } } as const;
const recovery = { transient: 't', permanent: 't', partial: 't' } as const;

describe('an invoke that was answered while its state stays active', () => {
  const machine = setup({
    types: {} as { events: { type: 'SAVE' } },
    actors: { save, call },
  }).createMachine({
    type: 'parallel',
    states: {
      p: { invoke: { src: 'call' } },
      q: {
        initial: 'idle',
        states: {
          idle: { on: { SAVE: 'saving' } },
          saving: { invoke: { src: 'save', onDone: 'idle' } },
        },
      },
    },
  });
  const system = actors({ m: actor(machine, { checkpoint: 'save' }), s: actor(service) });
  const tolerance = {
    effects,
    recovery,
    environment: { m: { SAVE: true } },
    faults: { m: { crash: 2 } },
  } as const;

  it('is not asked again, through one checkpoint after the other', () => {
    const walk = new Walk(system.faultTolerant(tolerance));
    const [done, calling] = ['done.actor.0.(machine).q.saving', 'done.actor.0.(machine).p'];
    walk.take('DO', calling, 'SAVE', done, 'm.crash', 'restart');
    expect(walk.at('m').pending).toEqual(['save: saving']);
    walk.take(done, 'SAVE', done, 'm.crash', 'restart');
    expect(walk.at('m').pending).toEqual(['save: saving']);
  });

  it('is asked again if the checkpoint is from before the answer', () => {
    const walk = new Walk(system.faultTolerant(tolerance));
    walk.take('SAVE', 'done.actor.0.(machine).q.saving', 'DO', 'm.crash', 'restart');
    expect(walk.at('m').pending).toEqual(['call: asked', 'save: saving']);
    expect(walk.names).toContain('P s DO');
    expect(walk.names.filter((name) => name.includes('done.actor.0.(machine).p'))).toEqual([]);
  });
});

describe('requests of an actor that ends', () => {
  const region = {
    initial: 'ask',
    states: { ask: { invoke: { src: 'call' } }, rest: {} },
  } as const;

  it('in error go on without it, if they were not yet served', () => {
    const machine = setup({ actors: { call } }).createMachine({
      type: 'parallel',
      states: { p: region, q: region },
    });
    const system = actors({ m: actor(machine), s: actor(service) }).faultTolerant({
      effects,
      recovery,
      faults: { call: { refuse: 1 } },
    });
    const refused = () => new Walk(system).choose('call.refuse', 0);
    expect(refused().at('m').pending).toEqual(['call: failed (data, permanent)', 'call: asked']);
    const unserved = refused().take('xstate.error');
    expect(unserved.at('m').status).toBe('error');
    expect(unserved.view['s.adrift']).toEqual([{ type: 'DO' }]);
    expect(unserved.names).toEqual(['F s DO by s.adrift']);
    const served = refused().take('P s DO', 'xstate.error');
    expect([served.view['s.adrift'], served.names]).toEqual([undefined, []]);
  });

  it('in a final state do so, too', () => {
    const machine = setup({
      types: {} as { events: { type: 'END' } },
      actors: { call },
    }).createMachine({
      invoke: { src: 'call' },
      initial: 'on',
      states: { on: { on: { END: 'end' } }, end: { type: 'final' } },
    });
    const system = actors({ m: actor(machine), s: actor(service) }).faultTolerant({
      effects,
      recovery,
      environment: { m: { END: true } },
    });
    expect(new Walk(system).take('END').names).toEqual(['F s DO by s.adrift']);
    expect(new Walk(system).take('P s DO', 'END').names).toEqual([]);
  });
});

it('what a history state remembers is part of the state', () => {
  const machine = setup({
    types: {} as { events: { type: 'NEXT' | 'OUT' | 'BACK' } },
  }).createMachine({
    initial: 'in',
    states: {
      in: {
        initial: 'a',
        on: { OUT: 'out' },
        states: { a: { on: { NEXT: 'b' } }, b: {}, last: { type: 'history' } },
      },
      out: { on: { BACK: 'in.last' } },
    },
  });
  const walk = new Walk(
    actors({ m: actor(machine) }).faultTolerant({
      environment: { m: { NEXT: true, OUT: true, BACK: true } },
    }),
  );
  const [start] = walk.compiled.initial;
  expect(walk.take('OUT', 'BACK').at('m').value).toEqual({ in: 'a' });
  walk.vector = start as Int32Array;
  expect(walk.take('NEXT', 'OUT', 'BACK').at('m').value).toEqual({ in: 'b' });
});
