import { describe, expect, it } from 'vitest';
import { assign, fromPromise, setup } from 'xstate';
import { spanSearch } from '../../../src/explore/span-search.ts';
import { compile } from '../../../src/machine/compile.ts';
import { actor, replicas } from '../../../src/model/part.ts';
import { actors, type AnyView, type System } from '../../../src/model/system.ts';
import type { View } from '../../../src/model/view.ts';
import { expectRefused } from './expect-code.ts';
import { Walk } from './walk.ts';

interface Order {
  readonly id: number;
  readonly lines: readonly { readonly sku: string; readonly count: number }[];
  readonly note?: string;
}
interface Context {
  readonly n: number;
  readonly order: Order;
}

const machine = setup({
  types: {} as { context: Context; events: { type: 'COUNT' } | { type: 'GO' }; tags: 'busy' },
  guards: { isLow: ({ context }) => context.n < 50 },
}).createMachine({
  context: {
    n: 0,
    order: {
      id: 7,
      lines: [
        { sku: 'pen', count: 2 },
        { sku: 'ink', count: 1 },
      ],
    },
  },
  on: { COUNT: { guard: 'isLow', actions: assign({ n: ({ context }) => context.n + 1 }) } },
  initial: 'idle',
  states: {
    idle: { on: { GO: 'work' } },
    work: { tags: 'busy', initial: 'deep', states: { deep: {} } },
  },
});
const parts = { a: actor(machine), b: replicas(2, machine) };
const environment = { a: { COUNT: true, GO: true } } as const;
type Sight = View<typeof parts>;

const system = actors(parts).faultTolerant({ environment });

/** How often a predicate is asked on the whole span, twice counted as once. */
function asks(holds: (sight: Sight) => boolean): { asked: number; states: number; yes: number } {
  let calls = 0;
  const counted = (view: AnyView): boolean => {
    calls += 1;
    return holds(view as unknown as Sight);
  };
  const compiled = compile(system, [{ name: 'p', holds: counted }]);
  const found = spanSearch(compiled).run(() => false);
  const yes = found.count(0);
  return { asked: calls / 2, states: found.states, yes };
}

describe('reads are tracked: a predicate is asked once per distinct reading', () => {
  it.each<[string, (sight: Sight) => boolean, number, number]>([
    ['nothing', () => true, 1, 102],
    ['matches', ({ a }) => a.matches('work'), 2, 51],
    ['a deep match', ({ a }) => a.matches({ work: 'deep' }), 2, 51],
    ['hasTag', ({ a }) => a.hasTag('busy'), 2, 51],
    ['status', ({ a }) => a.status === 'active', 1, 102],
    ['a value that is text', ({ a }) => a.value === 'idle', 2, 51],
    ['a number', ({ a }) => a.context.n === 3, 51, 2],
    ['a constant of the same actor', ({ a }) => a.context.order.id === 7, 1, 102],
    ['an actor that rests', ({ b }) => b.every((one) => one.context.n === 0), 1, 102],
    ['one or the other', ({ a }) => a.matches('idle') || a.context.n > 48, 52, 53],
    ['an element of a list', ({ a }) => a.context.order.lines[1]?.sku === 'ink', 1, 102],
    ['the length of a list', ({ a }) => a.context.order.lines.length === 2, 1, 102],
    ['some of a list', ({ a }) => a.context.order.lines.some(({ count }) => count > 1), 1, 102],
    ['every of a list', ({ a }) => a.context.order.lines.every(({ count }) => count > 1), 1, 0],
    ['everything', ({ a }) => JSON.stringify(a.context).includes('"n":9,'), 51, 2],
  ])('%s', (_, holds, asked, yes) => {
    expect(asks(holds)).toEqual({ asked, states: 102, yes });
  });
});

/** What a lambda sees of the initial state. */
const look = <T>(of: (sight: Sight) => T): T => {
  const { compiled, vector } = new Walk(system);
  return of(compiled.view(vector) as unknown as Sight);
};

describe('a tracked context behaves as the context itself', () => {
  const order = (machine.config.context as Context).order;

  it.each<[string, (order: Order) => unknown]>([
    ['Object.keys', (one) => Object.keys(one)],
    ['Object.entries', (one) => Object.entries(one).map(([key]) => key)],
    ['JSON.stringify', (one) => JSON.stringify(one)],
    ['spread', (one) => ({ ...one })],
    ['destructuring', ({ id, ...rest }) => [id, rest]],
    ['in', (one) => ['id' in one, 'note' in one]],
    ['Object.hasOwn', (one) => [Object.hasOwn(one, 'id'), Object.hasOwn(one, 'note')]],
    ['a missing key', (one) => one.note],
    ['optional chaining', (one) => one.lines[5]?.sku ?? 'none'],
    ['Array.isArray', (one) => [Array.isArray(one.lines), Array.isArray(one)]],
    ['map', (one) => one.lines.map(({ sku }) => sku)],
    ['filter', (one) => one.lines.filter(({ count }) => count > 1).length],
    ['find', (one) => one.lines.find(({ sku }) => sku === 'ink')?.count],
    ['reduce', (one) => one.lines.reduce((sum, { count }) => sum + count, 0)],
    ['includes', (one) => one.lines.map(({ sku }) => sku).includes('pen')],
    ['for of', (one) => [...one.lines].length],
    ['entries', (one) => [...one.lines.entries()].map(([at]) => at)],
    ['at', (one) => one.lines.at(-1)?.sku],
    ['slice', (one) => one.lines.slice(1).map(({ sku }) => sku)],
    ['toSorted', (one) => one.lines.toSorted((x, y) => x.count - y.count)[0]?.sku],
    ['concat', (one) => [0].concat(one.lines.map(({ count }) => count))],
    ['flatMap', (one) => one.lines.flatMap(({ sku, count }) => [sku, count])],
    ['equality', (one) => one.id === 7],
  ])('%s', (_, read) => {
    expect(look(({ a }) => JSON.stringify(read(a.context.order)))).toBe(
      JSON.stringify(read(order)),
    );
  });

  it('cannot be changed', () => {
    const set = ({ a }: Sight): number => Object.assign(a.context as { n: number }, { n: 1 }).n;
    expect(() => look(set)).toThrow(TypeError);
    const push = ({ a }: Sight): number => (a.context.order.lines as unknown[]).push(1);
    expect(() => look(push)).toThrow(TypeError);
    const holds = (view: AnyView): boolean => push(view as unknown as Sight) > 0;
    const { compiled, vector } = new Walk(system, { predicates: [{ name: 'p', holds }] });
    expectRefused('RCV211', () => compiled.decide(0, vector));
  });

  it('known limit: a deletion is not refused, and deletes nothing', () => {
    const kept = look(({ a }) => {
      Reflect.deleteProperty(a.context, 'n');
      return a.context.n;
    });
    expect(kept).toBe(0);
  });

  it('is never confused between actors, replicas and what was saved', () => {
    const walk = new Walk(system).take('COUNT', 'COUNT');
    const { a, b } = walk.compiled.view(walk.vector) as unknown as Sight;
    expect([a.context.n, b[0]?.context.n, b[1]?.context.n, b.length]).toEqual([2, 0, 0, 2]);
    expect([a.saved, b[0]?.saved]).toEqual([null, null]);
  });

  // Paths are joined by dots without a mark where a key itself has one.
  it('keeps a key with a dot apart from a path', () => {
    const dotted = setup({
      types: {} as { context: { a: { b: number }; 'a.b': number }; events: { type: 'GO' } },
    }).createMachine({
      context: { a: { b: 0 }, 'a.b': 0 },
      on: {
        GO: {
          guard: ({ context }) => context['a.b'] < 2,
          actions: assign({ 'a.b': ({ context }) => context['a.b'] + 1 }),
        },
      },
    });
    const small = actors({ m: actor(dotted) }).faultTolerant({ environment: { m: { GO: true } } });
    type Dotted = View<{ m: ReturnType<typeof actor<typeof dotted>> }>;
    const read = (of: (sight: Dotted) => boolean) => (view: AnyView) =>
      of(view as unknown as Dotted);
    const { compiled, vector } = new Walk(small, {
      predicates: [
        { name: 'path', holds: read(({ m }) => m.context.a.b === 0) },
        { name: 'key', holds: read(({ m }) => m.context['a.b'] === 0) },
      ],
    });
    const looks = [0, 1].map((index) => compiled.decide(index, vector).reads.at(-1));
    expect(looks[0]).not.toBe(looks[1]);
  });
});

describe('of an actor that is down', () => {
  const saving = setup({
    types: {} as { context: { n: number }; events: { type: 'COUNT' } },
    actors: { save: fromPromise(async () => {}) },
  }).createMachine({
    context: { n: 0 },
    initial: 'idle',
    states: {
      idle: { on: { COUNT: { target: 'saved', actions: assign({ n: 1 }) } } },
      saved: { invoke: { src: 'save', onDone: 'rest' } },
      rest: { tags: 'resting' },
    },
  });
  const crashing = actors({ m: actor(saving, { checkpoint: 'save' }), k: actor(machine) });
  const down: System = crashing.faultTolerant({
    faults: { m: { crash: 1 }, k: { halt: 1 } },
    environment: { m: { COUNT: true } },
  });
  const walk = new Walk(down).take('COUNT', 'done.actor', 'm.crash', 'k.halt');
  type Down = View<{ m: ReturnType<typeof actor<typeof saving>>; k: (typeof parts)['a'] }>;
  const sight = walk.compiled.view(walk.vector) as unknown as Down;

  it('status and what was saved are seen, matches and tags are false', () => {
    const { m, k } = sight;
    expect([m.status, m.value, m.matches('idle'), m.hasTag('resting')]).toEqual([
      'down',
      null,
      false,
      false,
    ]);
    expect([m.saved?.matches('saved'), m.saved?.context.n, m.saved?.value]).toEqual([
      true,
      1,
      'saved',
    ]);
    expect([k.status, k.value, k.matches('idle'), k.saved]).toEqual(['halted', null, false, null]);
  });

  it('reading its context or output is refused', () => {
    expectRefused('RCV218', () => sight.m.context.n, 'the context of m');
    expectRefused('RCV218', () => sight.k.context, 'the context of k');
    expectRefused('RCV218', () => sight.m.output, 'the output of m');
  });
});

it('a predicate must answer true or false, and the same when asked again', () => {
  let outside = 0;
  const answers = [() => 1, () => undefined, () => null, () => (outside += 1) % 2 === 0];
  const codes = answers.map((answer) => {
    const holds = answer as () => boolean;
    const { compiled, vector } = new Walk(system, { predicates: [{ name: 'p', holds }] });
    return () => compiled.decide(0, vector);
  });
  for (const ask of codes.slice(0, 3)) expectRefused('RCV219', ask);
  expectRefused('RCV215', codes[3] as () => unknown);
});
