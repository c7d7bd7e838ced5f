import { explored } from '../../../src/check/explored.ts';
import { planOf } from '../../../src/check/plan.ts';
import { describe, expect, it } from 'vitest';
import { assign, sendTo, setup } from 'xstate';
import { actor } from '../../../src/model/part.ts';
import { peer } from '../../../src/model/peer.ts';
import { actors, external, type Channel, type System } from '../../../src/model/system.ts';
import { expectRefused } from './expect-code.ts';
import { Walk } from './walk.ts';

type Sent = { type: 'PUT'; n: number };
const sender = setup({ types: {} as { events: { type: 'A' | 'B' | 'TWICE' } } }).createMachine({
  on: {
    A: { actions: sendTo(peer<Sent>('box'), { type: 'PUT', n: 1 }) },
    B: { actions: sendTo(peer<Sent>('box'), { type: 'PUT', n: 0 }) },
    TWICE: {
      actions: [
        sendTo(peer<Sent>('box'), { type: 'PUT', n: 1 }),
        sendTo(peer<Sent>('box'), { type: 'PUT', n: 0 }),
      ],
    },
  },
});
const box = setup({
  types: {} as { context: { got: number[] }; events: Sent },
}).createMachine({
  context: { got: [] },
  on: {
    PUT: {
      guard: ({ context, event }) => event.n < 2 && context.got.length < 2,
      actions: assign({ got: ({ context, event }) => [...context.got, event.n] }),
    },
  },
});

const systemOf = (channel: Channel): System =>
  actors({ from: actor(sender), box: actor(box) }).faultTolerant({
    environment: { from: { A: true, B: true, TWICE: true } },
    channels: { box: channel },
    faults: { box: { crash: 1, halt: 1, pause: 1 } },
  });
const walkOf = (channel: Channel): Walk => new Walk(systemOf(channel));
const got = (walk: Walk) => walk.at('box').context?.['got'];
const puts = (walk: Walk) => walk.names.filter((name) => name.includes('PUT'));
const held = (walk: Walk) => (walk.view['box.inbox'] as { n: number }[]).map(({ n }) => n);
const BOTH = ['P box PUT {"n":0}', 'P box PUT {"n":1}'];

describe('rendezvous', () => {
  it('delivers within the step of the sender, in the order of sending', () => {
    expect(got(walkOf('rendezvous').take('from TWICE'))).toEqual([1, 0]);
    expect(walkOf('rendezvous').take('from A').view['box.inbox']).toBeUndefined();
  });

  it.each(['crash', 'halt', 'pause'])('loses what is sent to a receiver after a %s', (fault) => {
    const walk = walkOf('rendezvous').take(`box.${fault}`, 'from A');
    expect(puts(walk)).toEqual([]);
    if (fault === 'pause') expect(got(walk.take('wake'))).toEqual([]);
    if (fault === 'crash') expect(got(walk.take('restart'))).toEqual([]);
  });

  it('accepts a type that is handled and refused by a guard', () => {
    const walk = walkOf('rendezvous').take('from TWICE', 'from A');
    expect(got(walk)).toEqual([1, 0]);
  });
});

describe('set', () => {
  it('holds each message once and for ever, in no order', () => {
    const walk = walkOf('set').take('from A', 'from B', 'from A');
    expect(held(walk)).toEqual([0, 1]);
    expect(puts(walk)).toEqual(BOTH);
    walk.take('PUT {"n":1}');
    expect([held(walk), got(walk)]).toEqual([[0, 1], [1]]);
    expect(puts(walk)).toEqual(BOTH);
  });

  it('has no delivery that the machine ignores', () => {
    const walk = walkOf('set').take('from A', 'PUT', 'PUT');
    expect(got(walk)).toEqual([1, 1]);
    expect(puts(walk)).toEqual([]);
    expect(held(walk)).toEqual([1]);
  });

  it('is the same whatever was sent first', () => {
    const one = walkOf('set').take('from A', 'from B');
    const other = walkOf('set').take('from B', 'from A');
    expect(one.view).toEqual(other.view);
    const walk = walkOf('set').take('from A', 'from B');
    const direct = walk.vector.slice();
    walk.vector = walk.compiled.initial[0] as Int32Array;
    expect(walk.take('from B', 'from A').vector).toEqual(direct);
  });
});

describe('bag', () => {
  it('holds copies and loses one with each delivery, of any message', () => {
    const walk = walkOf({ kind: 'bag', capacity: 9 }).take('from A', 'from B', 'from A');
    expect(held(walk)).toEqual([0, 1, 1]);
    expect(puts(walk)).toEqual(BOTH);
    expect(held(walk.take('PUT {"n":1}'))).toEqual([0, 1]);
    expect(held(walk.take('PUT {"n":0}'))).toEqual([1]);
    expect(got(walk)).toEqual([1, 0]);
  });

  it('loses a message that the machine ignores', () => {
    const walk = walkOf('bag').take('from TWICE', 'PUT {"n":0}', 'PUT', 'from A', 'PUT');
    expect([got(walk), held(walk)]).toEqual([[0, 1], []]);
  });
});

describe('fifo', () => {
  it('delivers the oldest, and only that', () => {
    const walk = walkOf('fifo').take('from A', 'from B');
    expect(held(walk)).toEqual([1, 0]);
    expect(puts(walk)).toEqual(['P box PUT {"n":1}']);
    walk.take('PUT');
    expect([held(walk), got(walk)]).toEqual([[0], [1]]);
    expect(puts(walk)).toEqual(['P box PUT {"n":0}']);
  });
});

describe('a channel with a capacity', () => {
  const one = setup({ types: {} as { events: { type: 'A' } } }).createMachine({
    on: { A: { actions: sendTo(peer<Sent>('box'), { type: 'PUT', n: 1 }) } },
  });

  it.each<[Channel, number]>([
    ['bag', 4],
    ['fifo', 4],
    [{ kind: 'bag', capacity: 1 }, 1],
    [{ kind: 'fifo', capacity: 2 }, 2],
    [{ kind: 'bag', volatile: true }, 4],
  ])('%j takes %i messages, and one more is refused', (channel, capacity) => {
    const system = actors({ from: actor(one), box: actor(box) }).faultTolerant({
      environment: { from: { A: true } },
      channels: { box: channel },
    });
    const walk = new Walk(system);
    for (let sent = 0; sent < capacity; sent += 1) walk.take('from A');
    expect(held(walk)).toHaveLength(capacity);
    expectRefused('RCV216', () => walk.names, `the inbox of box is full (${capacity} messages)`);
  });

  it('of a set does not exist', () => {
    const walk = walkOf({ kind: 'set' }).take('from A', 'from B', 'from TWICE');
    expect(held(walk)).toEqual([0, 1]);
  });
});

describe('a receiver that does not run', () => {
  const kinds: readonly Channel[] = ['set', 'bag', 'fifo'];
  it.each(kinds)('keeps its messages in a %s, and takes in more', (channel) => {
    for (const fault of ['crash', 'halt', 'pause']) {
      const walk = walkOf(channel).take('from A', `box.${fault}`);
      expect([held(walk), puts(walk)]).toEqual([[1], []]);
      expect(held(walk.take('from B')).toSorted()).toEqual([0, 1]);
    }
    const back = walkOf(channel).take('from A', 'box.crash', 'restart', 'PUT');
    expect(got(back)).toEqual([1]);
  });

  it.each(['set', 'bag', 'fifo'] as const)('loses a volatile %s in a crash', (kind) => {
    const crashed = walkOf({ kind, volatile: true }).take('from A', 'box.crash');
    expect(held(crashed)).toEqual([]);
    expect(held(crashed.take('from A'))).toEqual([]);
    expect(held(crashed.take('restart', 'from A'))).toEqual([1]);
    const halted = walkOf({ kind, volatile: true }).take('from A', 'box.halt', 'from A');
    expect(held(halted)).toEqual([]);
    const paused = walkOf({ kind, volatile: true }).take('from A', 'box.pause', 'from B');
    expect(held(paused).toSorted()).toEqual([0, 1]);
  });
});

describe('a rendezvous message that nobody handles', () => {
  const stage = (receiver: System['parts'][string]) => () =>
    new Walk(
      actors({ from: actor(sender), box: receiver }).faultTolerant({
        environment: { from: { A: true } },
      }),
    ).names;
  it('is refused: no state handles its type, or the receiver is done', () => {
    const deaf = setup({}).createMachine({ initial: 'x', states: { x: {} } });
    expectRefused('RCV217', stage(actor(deaf)), 'box does not handle \'PUT\' in "x"');
    const done = setup({ types: {} as { events: Sent } }).createMachine({
      on: { PUT: {} },
      initial: 'x',
      states: { x: { type: 'final' } },
    });
    expectRefused('RCV217', stage(actor(done)));
  });

  it('but for wildcards', () => {
    const open = setup({}).createMachine({ on: { '*': {} } });
    expect(stage(actor(open))()).toEqual(['P from A']);
    expectRefused('RCV217', stage(actor(setup({}).createMachine({ on: { 'PUTS.*': {} } }))));
  });

  // XState takes `PUT.*` for `PUT` itself, too.
  it('but for a partial wildcard without a rest', () => {
    const partial = setup({}).createMachine({ on: { 'PUT.*': {} } });
    expect(stage(actor(partial))()).toEqual(['P from A']);
  });
});

it('partners that answer each other for ever are refused', () => {
  type Ball = { type: 'BALL' };
  const player = (to: string) =>
    setup({ types: {} as { events: Ball } }).createMachine({
      on: { BALL: { actions: sendTo(peer<Ball>(to), { type: 'BALL' }) } },
    });
  const system = actors({ a: actor(player('b')), b: actor(player('a')) }).faultTolerant({
    environment: { a: { BALL: true } },
  });
  expectRefused('RCV222', () => new Walk(system).names, 'goes round');
});

// Spec 1.2: where two labels would apply, one step has the earlier of F, E, R, P.
it('a message and an environment event that are the same step are one, labelled E', () => {
  type Go = { type: 'GO' };
  const mover = setup({ types: {} as { events: Go } }).createMachine({
    initial: 'x',
    states: { x: { on: { GO: 'y' } }, y: {} },
  });
  const starter = setup({ types: {} as { events: { type: 'A' } } }).createMachine({
    on: { A: { actions: sendTo(peer<Go>('m'), { type: 'GO' }) } },
  });
  const system = actors({ from: actor(starter), m: actor(mover) }).faultTolerant({
    environment: { from: { A: true }, m: { GO: external() } },
    channels: { m: 'set' },
  });
  const [compiled, , found] = explored(system, planOf(system));
  const taken = [...(found.graph?.actions ?? [])].map((action) => compiled.action(action));
  const labels = taken.filter(({ event }) => event.type === 'GO').map(({ label }) => label);
  expect(new Set(labels)).toEqual(new Set(['E']));
});

it('what is sent at the start arrives when all actors exist, in the order of their parts', () => {
  const greeting = (n: number) =>
    setup({}).createMachine({ entry: sendTo(peer<Sent>('box'), { type: 'PUT', n }) });
  const system = actors({
    one: actor(greeting(1)),
    box: actor(box),
    other: actor(greeting(0)),
  }).faultTolerant({});
  expect(got(new Walk(system))).toEqual([1, 0]);
});
