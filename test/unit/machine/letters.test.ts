import { describe, expect, it } from 'vitest';
import { assign, sendTo, setup } from 'xstate';
import { Questions } from '../../../src/explore/questions.ts';
import { Search } from '../../../src/explore/search.ts';
import { Stepping } from '../../../src/generate/stepping.ts';
import { compile, type Compiled } from '../../../src/machine/compile.ts';
import { UnboundedComponent } from '../../../src/machine/component.ts';
import { actor } from '../../../src/model/part.ts';
import { peer } from '../../../src/model/peer.ts';
import { actors, type System } from '../../../src/model/system.ts';
import { naiveExplore } from '../../oracle/explore.ts';
import { Walk } from './walk.ts';

type Put = { type: 'PUT'; n: number };

/** Sends 0, 1, 2, … up to `last`, one by one, and starts again if it is told to. */
const counter = (last: number) =>
  setup({
    types: {} as { context: { n: number }; events: { type: 'NEXT' } | { type: 'AGAIN' } },
  }).createMachine({
    context: { n: 0 },
    on: {
      NEXT: {
        guard: ({ context }) => context.n <= last,
        actions: [
          sendTo(peer<Put>('box'), ({ context }) => ({ type: 'PUT', n: context.n })),
          assign({ n: ({ context }) => context.n + 1 }),
        ],
      },
      AGAIN: { guard: ({ context }) => context.n > last, actions: assign({ n: 0 }) },
    },
  });

/** Takes 0, 1, 2, … in this order. */
const inOrder = setup({ types: {} as { context: { got: number }; events: Put } }).createMachine({
  context: { got: 0 },
  on: {
    PUT: {
      guard: ({ context, event }) => event.n === context.got,
      actions: assign({ got: ({ context }) => context.got + 1 }),
    },
  },
});

/** Sends 10, 9 or 2, as it is told to. */
const chooser = setup({
  types: {} as { events: { type: 'TEN' } | { type: 'NINE' } | { type: 'TWO' } },
}).createMachine({
  on: {
    TEN: { actions: sendTo(peer<Put>('box'), { type: 'PUT', n: 10 }) },
    NINE: { actions: sendTo(peer<Put>('box'), { type: 'PUT', n: 9 }) },
    TWO: { actions: sendTo(peer<Put>('box'), { type: 'PUT', n: 2 }) },
  },
});
const last = setup({ types: {} as { context: { n: number }; events: Put } }).createMachine({
  context: { n: 0 },
  on: { PUT: { actions: assign({ n: ({ event }) => event.n }) } },
});

const chosen = actors({ from: actor(chooser), box: actor(last) }).faultTolerant({
  environment: { from: { TEN: true, NINE: true, TWO: true }, box: { PUT: () => false } },
  channels: { box: 'set' },
});

const explored = (compiled: Compiled, thrown: unknown[] = []): Search =>
  new Search(new Questions(compiled), {
    bounds: { statesMax: 1e6, depthMax: 1e6, timeoutMs: 1e6, memoryBytes: 1e15 },
    watchFalse: [],
    watchTrue: [],
    edges: true,
    stopAt: [],
    stopAtClaim: false,
    symmetry: false,
    reduce: false,
    clock: () => 0,
    residentBytes: () => 0,
    interrupted: () => false,
    onProgress: () => {},
  }).run((one) => one instanceof UnboundedComponent && thrown.push(one) > 0);

/** States, transitions and depth, as the plain search and the naive oracle count them. */
function counts(system: System): { searched: readonly number[]; naive: readonly number[] } {
  const { states, transitions, depth } = explored(compile(system, []));
  const graph = naiveExplore(system);
  return {
    searched: [states, transitions, depth],
    naive: [graph.states.length, graph.edges.length, graph.depth],
  };
}

describe('a message of a set', () => {
  it('has a component and a rule of its own from its first sending on', () => {
    const walk = new Walk(chosen);
    const { compiled } = walk;
    const [width, rules, early] = [compiled.width, compiled.rules, walk.vector];
    expect(width).toBe(2);
    walk.take('from TEN', 'from TWO', 'from TEN');
    // All three were sent in one step or another of the states passed.
    expect([compiled.width, compiled.rules]).toEqual([width + 3, rules + 3]);
    expect([...walk.vector].slice(width).toSorted()).toEqual([0, 1, 1]);
    expect(early).toHaveLength(width);
    expect(compiled.stateView(early)['box.inbox']).toEqual([]);
    for (let rule = rules; rule < compiled.rules; rule += 1) {
      expect(compiled.expand(rule, early).answer).toEqual([]);
    }
  });

  it('is delivered by what its presence and the receiver say, and nothing else', () => {
    const walk = new Walk(chosen).take('from TEN', 'from NINE', 'from TWO');
    const { compiled, vector } = walk;
    const looks = [...vector.keys()].slice(2).map((bit) => {
      const rule = compiled.rules - vector.length + bit;
      const { reads, answer } = compiled.expand(rule, vector);
      expect(answer.map(({ writes }) => writes[0])).toEqual([1]);
      return reads.map((index) => compiled.observation(index));
    });
    expect(looks).toEqual(
      [2, 3, 4].map((bit) => [
        { index: expect.any(Number) as number, component: bit, classify: null },
        { index: expect.any(Number) as number, component: 1, classify: null },
      ]),
    );
  });

  it('is sent without a look at the receiver or at what is there', () => {
    const { compiled, vector } = new Walk(chosen).take('from TEN');
    const reads = compiled.order.flatMap((rule) => {
      const { reads: seen, answer } = compiled.expand(rule, vector);
      const isSent = answer.some(({ action }) => compiled.action(action).actor === 0);
      return isSent ? seen.map((index) => compiled.observation(index).component) : [];
    });
    expect(new Set(reads)).toEqual(new Set([0]));
  });

  it('is listed in canonical order, whichever was sent first', () => {
    const ways = [
      [0, 1, 2],
      [2, 1, 0],
    ].map((senders) => {
      const walk = new Walk(chosen);
      for (const rule of senders) walk.compiled.expand(rule, walk.vector);
      walk.take('from NINE', 'from TEN', 'from TWO');
      const stepping = new Stepping(walk.compiled);
      let at = stepping.initial(0);
      for (let sent = 0; sent < 3; sent += 1) at = stepping.steps(at)[0]!.to;
      const steps = stepping.steps(at).map((step) => stepping.traceStep(step).event);
      return { names: walk.steps().map(({ name }) => name), view: walk.view, steps };
    });
    expect(ways[1]).toEqual(ways[0]);
    const { names, view, steps } = ways[0]!;
    expect(view['box.inbox']).toEqual([10, 2, 9].map((n) => ({ type: 'PUT', n })));
    expect(names.slice(3)).toEqual([10, 2, 9].map((n) => `P box PUT {"n":${n}}`));
    expect(steps.slice(-3)).toEqual([10, 2, 9].map((n) => ({ type: 'PUT', n })));
  });
});

describe('a search through states that grow', () => {
  const system = (final: number): System =>
    actors({ from: actor(counter(final)), box: actor(inOrder) }).faultTolerant({
      environment: { from: { NEXT: true } },
      channels: { box: 'set' },
    });

  it.each([0, 1, 7, 29])('finds each of them once, up to message %i', (final) => {
    const sent = final + 1;
    const found = explored(compile(system(final), []));
    // A state is how many were sent, and how many of these were taken.
    expect(found.states).toBe(((sent + 1) * (sent + 2)) / 2);
    expect(found.transitions).toBe(sent * (sent + 1));
    expect(found.depth).toBe(2 * sent + 1);
  });

  it('shows them as they are: every message that was sent is there', () => {
    const compiled = compile(system(12), []);
    const found = explored(compiled);
    for (let state = 0; state < found.states; state += 1) {
      const view = compiled.stateView(found.row(state));
      const { n } = (view['from'] as { context: { n: number } }).context;
      const held = (view['box.inbox'] as unknown as Put[]).map((put) => put.n);
      expect(held.toSorted((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
    }
  });

  it.each([
    ['kept', 'set'],
    ['lost in a crash', { kind: 'set', volatile: true }],
  ] as const)('counts as the naive oracle does where messages are %s', (_, channel) => {
    for (const faults of [{ crash: Infinity }, { crash: 2, pause: 1 }, { halt: 1 }]) {
      const { searched, naive } = counts(
        actors({ from: actor(counter(3)), box: actor(last) }).faultTolerant({
          environment: { from: { NEXT: true, AGAIN: true } },
          channels: { box: channel },
          faults: { box: faults },
        }),
      );
      expect(searched).toEqual(naive);
    }
  });

  it('comes back to a state from before the growth', () => {
    const volatile = actors({ from: actor(counter(2)), box: actor(inOrder) }).faultTolerant({
      environment: { from: { NEXT: true, AGAIN: true } },
      channels: { box: { kind: 'set', volatile: true } },
      faults: { box: { crash: Infinity } },
    });
    const walk = new Walk(volatile);
    const start = walk.view;
    const stepping = new Stepping(walk.compiled);
    walk.take('NEXT', 'NEXT', 'box.crash', 'restart', 'NEXT', 'box.crash', 'restart', 'AGAIN');
    expect(walk.view).toEqual(start);
    let at = stepping.initial(0);
    const go = (text: string): void => {
      const is = ({ action }: { action: number }): boolean =>
        walk.compiled.action(action).event.type.endsWith(text);
      at = stepping.steps(at).find(is)!.to;
    };
    for (const text of ['NEXT', 'NEXT', 'NEXT', 'crash', 'restart', 'AGAIN']) go(text);
    expect(at).toBe(stepping.initial(0));
    const { searched, naive } = counts(volatile);
    expect(searched).toEqual(naive);
  });

  it('ends at a set without a bound, and names it', () => {
    type Ball = { type: 'BALL'; n: number };
    const player = (to: string) =>
      setup({ types: {} as { events: Ball } }).createMachine({
        on: {
          BALL: {
            actions: sendTo(peer<Ball>(to), ({ event }) => ({ type: 'BALL', n: event.n + 1 })),
          },
        },
      });
    const game = actors({ a: actor(player('b')), b: actor(player('a')) }).faultTolerant({
      environment: { a: { BALL: () => ({ n: 0 }) } },
      channels: { a: 'set', b: 'set' },
    });
    const thrown: unknown[] = [];
    const found = explored(compile(game, [], { valuesMax: 20 }), thrown);
    expect(found.incomplete).toBe('values');
    expect(thrown).toMatchObject([
      { component: 'b.inbox', growing: 'b.inbox[].n (20 distinct values)' },
    ]);
  });
});
