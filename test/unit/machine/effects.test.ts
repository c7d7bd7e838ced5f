import { describe, expect, it } from 'vitest';
import { assign, fromPromise, sendTo, setup } from 'xstate';
import { failure, failureGuards } from '../../../src/model/failure.ts';
import { actor, type AnyPart } from '../../../src/model/part.ts';
import { peer } from '../../../src/model/peer.ts';
import { actors, ignore, type EffectFaults, type System } from '../../../src/model/system.ts';
import { expectRefused } from './expect-code.ts';
import { Walk } from './walk.ts';

const call = fromPromise<number, { key: string }>(async () => 1);
const recovery = { transient: 'retry', permanent: 'rollback', partial: 'compensate' } as const;

const asker = setup({
  types: {} as {
    context: { got: number | null };
    events: { type: 'LEAVE' };
    tags: 'retry' | 'rollback' | 'compensate';
  },
  actors: { call },
  guards: failureGuards,
}).createMachine({
  context: { got: null },
  initial: 'asking',
  states: {
    asking: {
      on: { LEAVE: 'left' },
      invoke: {
        src: 'call',
        input: { key: 'k' },
        onDone: { target: 'done', actions: assign({ got: ({ event }) => event.output }) },
        onError: [
          { guard: 'transient', target: 'retrying' },
          { guard: 'permanent', target: 'undoing' },
          { target: 'fixing' },
        ],
      },
    },
    retrying: { tags: 'retry', after: { 10: 'asking' } },
    undoing: { tags: 'rollback' },
    fixing: { tags: 'compensate' },
    left: {},
    done: {},
  },
});
const service = setup({
  types: {} as { context: { n: number }; events: { type: 'DO'; key: string } | { type: 'HALF' } },
}).createMachine({
  context: { n: 0 },
  on: {
    DO: { actions: assign({ n: ({ context }) => context.n + 1 }) },
    HALF: { actions: assign({ n: ({ context }) => context.n + 10 }) },
  },
});
const parts = { m: actor(asker), s: actor(service) };
type Faults = EffectFaults<typeof parts, 'call'>;

const asking = (faults: Faults = {}, node: object = {}, refuses = false): System =>
  actors(parts).faultTolerant({
    effects: {
      call: {
        to: 's',
        send: ({ input: { key } }) => ({ type: 'DO', key }),
        reply: ({ service: { context } }) => (refuses ? failure('permanent') : context.n),
      },
    },
    environment: { m: { LEAVE: true } },
    recovery,
    faults: { call: faults, ...node },
  });
const applied = (walk: Walk) => walk.at('s').context?.['n'];
const faults = (walk: Walk) =>
  walk.names.filter((name) => name.startsWith('F')).map((name) => name.split(' by ')[1]);

describe('an invoke', () => {
  it('is two steps: served, then delivered', () => {
    const walk = new Walk(asking());
    expect(walk.at('m').pending).toEqual(['call: asked']);
    expect(walk.take('P s DO {"key":"k"}').at('m').pending).toEqual(['call: answered']);
    expect([walk.at('m').value, applied(walk)]).toEqual(['asking', 1]);
    walk.take('P m xstate.done.actor');
    expect(walk.at('m')).toEqual({ value: 'done', context: { got: 1 } });
  });

  it('is answered with an error by the service itself: ordinary business', () => {
    const walk = new Walk(asking({}, {}, true)).take('P s DO');
    expect(walk.at('m').pending).toEqual(['call: failed (data, permanent)']);
    expect(walk.take('P m xstate.error.actor').at('m').value).toBe('undoing');
  });

  it('in dom(R) is served and delivered by R', () => {
    const walk = new Walk(asking({}, { s: { crash: 1 } })).take('s.crash');
    expect(walk.names).toContain('R s reconverge.restart');
    expect(walk.names.filter((name) => name.includes('DO'))).toEqual([]);
    expect(walk.take('restart').names).toContain('P s DO {"key":"k"}');
    const retrying = new Walk(asking({ loseRequest: 1 })).take('loseRequest', 'xstate.error');
    expect(retrying.names).toEqual(['R m xstate.after.10.(machine).retrying']);
  });

  it('waits while its service is down or paused, and its reply waits for nobody', () => {
    for (const kind of ['crash', 'pause', 'halt']) {
      const walk = new Walk(asking({}, { s: { [kind]: 1 } })).take(`s.${kind}`);
      expect(walk.names.filter((name) => name.includes('DO'))).toEqual([]);
      expect(walk.at('m').pending).toEqual(['call: asked']);
      const late = new Walk(asking({}, { s: { [kind]: 1 } })).take('DO', `s.${kind}`);
      expect(late.names).toContain('P m xstate.done.actor.0.(machine).asking');
    }
  });

  it('left before it is served goes on without its asker; left later is dropped', () => {
    const early = new Walk(asking()).take('LEAVE');
    expect(early.names).toEqual(['F s DO {"key":"k"} by s.adrift']);
    expect(applied(early.take('adrift'))).toBe(1);
    expect([early.names, early.view['s.adrift']]).toEqual([[], undefined]);
    expect(new Walk(asking()).take('DO', 'LEAVE').names).toEqual([]);
  });
});

describe('a fault of an effect', () => {
  const send = () => ({ type: 'HALF' as const });
  const all: Faults = {
    loseRequest: 1,
    loseReply: 1,
    late: 1,
    refuse: 1,
    halfDone: { times: 1, send },
  };

  it.each([
    ['loseRequest', 0, 'failed (network, transient)', 'retrying', 'DO {"key":"k"}'],
    ['loseReply', 1, 'failed (network, transient)', 'retrying', 'DO {"key":"k"}'],
    ['late', 0, 'failed (network, transient)', 'retrying', 'DO {"key":"k"}'],
    ['refuse', 0, 'failed (data, permanent)', 'undoing', 'DO {"key":"k"}'],
    ['halfDone', 10, 'failed (data, partial)', 'fixing', 'HALF'],
  ])('%s takes the place of serving', (name, n, told, value, event) => {
    const walk = new Walk(asking(all)).take(`F s ${event} by call.${name}`);
    expect([applied(walk), walk.at('m').pending]).toEqual([n, [`call: ${told}`]]);
    expect(walk.view[`budget call.${name}`]).toBe(0);
    expect(walk.take('xstate.error').at('m').value).toBe(value);
  });

  it('that needs the service does not strike while it is down', () => {
    expect(faults(new Walk(asking(all)))).toHaveLength(5);
    const walk = new Walk(asking(all, { s: { crash: 1 } })).take('s.crash');
    expect(faults(walk)).toEqual(['call.late', 'call.loseRequest']);
  });
});

describe('a zombie', () => {
  it('lands at most once, or never, and needs its service up', () => {
    const walk = new Walk(asking({ late: 1 }, { s: { crash: 1 } })).take('call.late');
    expect(walk.view['s.adrift']).toEqual([{ type: 'DO', key: 'k' }]);
    const down = walk.take('s.crash');
    expect(down.names.filter((name) => name.includes('adrift'))).toEqual([]);
    down.take('restart', 'adrift');
    expect([applied(down), down.view['s.adrift']]).toEqual([1, undefined]);
  });

  it('of two equal ones each lands once', () => {
    const walk = new Walk(asking({ late: 2 })).take('late', 'xstate.error', 'after', 'late');
    const [first, second] = walk.steps().filter(({ name }) => name.includes('adrift'));
    expect(walk.view['s.adrift']).toHaveLength(2);
    expect(first?.vector).toEqual(second?.vector);
    walk.choose('adrift', 1).take('adrift');
    expect([applied(walk), walk.view['s.adrift']]).toEqual([2, undefined]);
  });

  it('of a fault without a bound is kept as one, and stays', () => {
    const walk = new Walk(asking({ late: Infinity })).take('late', 'xstate.error', 'after', 'late');
    expect(walk.view['s.adrift']).toHaveLength(1);
    walk.take('adrift');
    expect([applied(walk), (walk.view['s.adrift'] as []).length]).toEqual([1, 1]);
    const crashed = new Walk(asking({}, { m: { crash: Infinity } }));
    crashed.take('m.crash', 'restart', 'm.crash');
    expect(crashed.view['s.adrift']).toHaveLength(1);
    expect((crashed.take('adrift').view['s.adrift'] as []).length).toBe(1);
  });

  it('comes of a request that was not served when its asker crashed or was halted', () => {
    for (const kind of ['crash', 'halt']) {
      const fault = { m: { [kind]: 1 } };
      const walk = new Walk(asking({}, fault)).take(`m.${kind}`);
      expect(walk.view['s.adrift']).toHaveLength(1);
      const served = new Walk(asking({}, fault)).take('DO', `m.${kind}`);
      expect(served.view['s.adrift']).toBeUndefined();
    }
  });
});

// Spec 2.5: only a request that was not yet served becomes a zombie.
it('a request whose serving makes its asker leave is no zombie', () => {
  const told = setup({ types: {} as { context: { n: number }; events: { type: 'DO' } } });
  const telling = told.createMachine({
    context: { n: 0 },
    on: {
      DO: {
        actions: [
          assign({ n: ({ context }) => context.n + 1 }),
          sendTo(peer<{ type: 'LEAVE' }>('m'), { type: 'LEAVE' }),
        ],
      },
    },
  });
  const system = actors({ m: actor(asker), s: actor(telling) }).faultTolerant({
    effects: { call: { to: 's', send: () => ({ type: 'DO' }), reply: () => 1 } },
    recovery,
    faults: { call: { loseReply: 1 } },
  });
  for (const step of ['P s DO', 'call.loseReply']) {
    const walk = new Walk(system).take(step);
    expect(walk.at('m').value).toBe('left');
    expect(walk.view['s.adrift']).toBeUndefined();
  }
});

// An actor in error runs no more: a request to it has nobody to take it, as while it is down.
it('a service in error answers nobody', () => {
  const middle = setup({
    types: {} as { events: { type: 'DO'; key: string } },
    actors: { deep: fromPromise<undefined, undefined>(async () => undefined) },
  }).createMachine({
    on: { DO: {} },
    initial: 'asking',
    states: { asking: { invoke: { src: 'deep', onDone: 'rest' } }, rest: {} },
  });
  const system = actors({ m: actor(asker), s: actor(middle), d: actor(service) }).faultTolerant({
    effects: {
      call: { to: 's', send: () => ({ type: 'DO', key: 'k' }), reply: () => 1 },
      deep: { to: 'd', send: () => ({ type: 'HALF' }) },
    },
    recovery,
    faults: { deep: { loseRequest: 1 } },
  });
  const walk = new Walk(system).take('deep.loseRequest', 'xstate.error');
  expect(walk.at('s').status).toBe('error');
  expect(walk.names).toEqual([]);
});

describe('what an effect may not be', () => {
  const made = (tolerance: object, extra: Record<string, AnyPart> = {}): (() => unknown) => {
    const free = actors({ ...parts, ...extra }).faultTolerant as (given: object) => System;
    return () => new Walk(free({ recovery, ...tolerance })).take('DO').names;
  };
  const send = () => ({ type: 'DO', key: 'k' });

  it('without a meaning, or with a service that does not exist', () => {
    expectRefused('RCV204', made({}));
    expectRefused('RCV206', made({ effects: { call: { to: 'x', send } } }), "'x'");
  });

  it('answered with what is not plain JSON', () => {
    const reply = () => new Date(0);
    expectRefused('RCV220', made({ effects: { call: { to: 's', send, reply } } }));
    expectRefused('RCV221', made({ effects: { call: { to: 's', send, reply: () => NaN } } }));
  });

  it('a child machine', () => {
    const parent = setup({ actors: { call: service } }).createMachine({ invoke: { src: 'call' } });
    const p = actor(parent) as AnyPart;
    expectRefused('RCV209', made({ effects: { call: { to: 's', send } } }, { p }));
  });
});

describe('an action', () => {
  const machine = setup({
    types: {} as { events: { type: 'GO' } },
    actions: { ring: () => {} },
  }).createMachine({
    initial: 'x',
    states: { x: { on: { GO: { target: 'y', actions: 'ring' } } }, y: {} },
  });
  const environment = { m: { GO: true } } as const;

  it('that is declared as without effect is ignored', () => {
    const system = actors({ m: actor(machine) }).faultTolerant({
      environment,
      actions: { ring: ignore() },
    });
    expect(new Walk(system).take('GO').at('m').value).toBe('y');
  });

  it('that is not declared is refused', () => {
    const system = actors({ m: actor(machine) }).faultTolerant({ environment });
    expectRefused('RCV208', () => new Walk(system).names, "'ring'");
  });

  it('that sends to nobody is refused', () => {
    const lost = setup({ types: {} as { events: { type: 'GO' } } }).createMachine({
      on: { GO: { actions: sendTo(peer<{ type: 'X' }>('nobody'), { type: 'X' }) } },
    });
    const system = actors({ m: actor(lost) }).faultTolerant({ environment });
    expectRefused('RCV207', () => new Walk(system).names, "'nobody'");
  });
});
