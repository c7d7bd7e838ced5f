import { describe, expect, it } from 'vitest';
import { assign, setup } from 'xstate';
import { agreeing } from '../../../src/machine/answers.ts';
import type { NamedPredicate } from '../../../src/machine/compile.ts';
import { batch, evaluate, evaluateTwice } from '../../../src/machine/purity.ts';
import { actor, replicas } from '../../../src/model/part.ts';
import { actors, type AnyView } from '../../../src/model/system.ts';
import type { View } from '../../../src/model/view.ts';
import { expectRefused, refusal } from './expect-code.ts';
import { Walk } from './walk.ts';

const machine = setup({
  types: {} as { context: { n: number; list: number[] }; events: { type: 'COUNT' } },
}).createMachine({
  context: { n: 0, list: [7] },
  on: { COUNT: { actions: assign({ n: ({ context }) => (context.n + 1) % 4 }) } },
});
const parts = { a: actor(machine), b: replicas(2, machine) };
const system = actors(parts).faultTolerant({ environment: { a: { COUNT: true } } });
type Sight = View<typeof parts>;
type Holds = (sight: Sight) => unknown;

const named = (name: string, holds: Holds): NamedPredicate => ({
  name,
  holds: holds as unknown as (view: AnyView) => boolean,
});
const walkWith = (...predicates: NamedPredicate[]): Walk => new Walk(system, { predicates });

describe('what is asked', () => {
  it('is asked once where no code of the model answers, else twice', () => {
    let asks = 0;
    const plain = () => ({ reads: [3], answer: (asks += 1) });
    expect(agreeing('here', plain)).toEqual({ reads: [3], answer: 1 });
    expect(asks).toBe(1);
    const modelled = () => ({ reads: [], answer: evaluate('here', () => (asks += 1) > 0) });
    expect(agreeing('here', modelled).answer).toBe(true);
    expect(asks).toBe(3);
    const machinery = () => ({ reads: [], answer: evaluateTwice('here', () => 5, String) });
    expect(agreeing('here', machinery).answer).toBe(5);
  });

  it('must be answered alike, by what is read and by what is said', () => {
    const count = [0];
    const next = (): number => evaluate('here', () => (count[0] = (count[0] as number) + 1));
    expectRefused('RCV215', () => agreeing('here', () => ({ reads: [], answer: next() })));
    expectRefused('RCV215', () => agreeing('here', () => ({ reads: [next()], answer: 0 })));
    const longer = () => ({ reads: Array.from({ length: next() }, () => 0), answer: 0 });
    expectRefused('RCV215', () => agreeing('here', longer));
  });

  it('twice must be the same result', () => {
    let outside = 0;
    expectRefused('RCV215', () => evaluateTwice('here', () => (outside += 1), String));
    expect(
      evaluateTwice(
        'here',
        () => (outside += 1),
        () => 'same',
      ),
    ).toBe(3);
  });
});

describe('a predicate that others share', () => {
  it('is asked after them, and once for the same reading', () => {
    let calls = 0;
    const and = named('low', ({ a }) => {
      calls += 1;
      return a.context.n < 2;
    });
    const predicates = [0, 1, 2].map((n) => ({ ...named('own', ({ b }) => b.length > n), and }));
    const walk = walkWith(...predicates);
    const decide = (): readonly boolean[] =>
      predicates.map((_, index) => walk.compiled.decide(index, walk.vector).answer);
    expect(decide()).toEqual([true, true, false]);
    expect(calls).toBe(2);
    for (const n of [1, 2, 3, 0]) {
      walk.take('COUNT');
      expect(decide()).toEqual([n < 2, n < 2, false]);
    }
    expect(calls).toBe(8);
    const [first, second] = [0, 1].map((index) => walk.compiled.decide(index, walk.vector).reads);
    expect(first?.length).toBeGreaterThan(0);
    expect(second).toEqual(first);
  });

  it('is refused as any other, under its own name, each time', () => {
    const wrong: readonly (readonly [string, Holds])[] = [
      ['RCV219', () => 1],
      ['RCV213', ({ a }) => (a.context.list[3] as unknown as string).length > 1],
      ['RCV210', () => Date.now() > 0],
    ];
    for (const [code, holds] of wrong) {
      const predicate = { ...named('own', () => true), and: named('other', holds) };
      const { compiled, vector } = walkWith(predicate);
      for (let time = 0; time < 2; time += 1) {
        const error = refusal(() => compiled.decide(0, vector));
        expect([error.code, error.at]).toEqual([code, 'other']);
      }
    }
  });
});

describe('what a predicate does to a view', () => {
  it.each<[string, Holds]>([
    ['a mark on an actor', ({ a }) => 'mark' in a || !Object.assign(a, { mark: 1 })],
    ['a mark on the state', (sight) => 'mark' in sight || !Object.assign(sight, { mark: 1 })],
    ['an actor less', ({ b }) => (b as unknown[]).pop() === undefined || b.length === 0],
    [
      'another method',
      ({ a }) => {
        const before = a.hasTag('x' as never);
        Object.defineProperty(a, 'hasTag', { value: () => true });
        return before;
      },
    ],
    [
      'a property of a context',
      ({ a }) => {
        const context = a.context as unknown as { extra?: () => boolean };
        const before = context.extra?.() === true;
        Object.defineProperty(context, 'extra', { configurable: true, value: () => true });
        return before;
      },
    ],
    [
      'another prototype',
      ({ a }) => {
        const before = (a.context.list as { extra?: () => 1 }).extra?.() === 1;
        Object.setPrototypeOf(a.context.list, { extra: () => 1 });
        return before;
      },
    ],
  ])('is not seen by the next: %s', (_, holds) => {
    const { compiled, vector } = walkWith(named('p', holds));
    for (let time = 0; time < 3; time += 1) {
      expect(compiled.decide(0, vector).answer).toBe(false);
    }
  });

  it('a context is one object, as the real one', () => {
    const holds: Holds = ({ a, b }) => a.context === a.context && b[0]?.context !== b[1]?.context;
    const { compiled, vector } = walkWith(named('p', holds));
    expect(compiled.decide(0, vector).answer).toBe(true);
  });

  it('a view that is kept shows nothing afterwards', () => {
    let kept: Sight | null = null;
    const { compiled, vector } = walkWith(named('p', (sight) => (kept = sight) !== null));
    compiled.decide(0, vector);
    expect(() => (kept as Sight | null)?.a.context.n).toThrow(/was kept/);
  });
});

describe('a batch of evaluations', () => {
  it('has its clock and chance between them, not in them', () => {
    batch(() => {
      expect(Date.now()).toBeGreaterThan(0);
      expect(new Date() instanceof Date).toBe(true);
      expect(Date()).toContain(':');
      expect(performance.now()).toBeGreaterThan(0);
      expect(Math.random()).toBeLessThan(1);
      expect(crypto.randomUUID()).toHaveLength(36);
      expectRefused('RCV210', () => evaluate('here', () => Math.random()));
      expectRefused('RCV210', () => evaluate('here', () => new Date()));
      expect(Math.random()).toBeLessThan(1);
      batch(() => expectRefused('RCV210', () => evaluate('here', () => Date.now())));
      expectRefused('RCV210', () => evaluate('here', () => performance.now()));
    });
  });

  it('leaves the host as it was, whatever happens', () => {
    const { random } = Math;
    const { Date: date } = globalThis;
    const fail = (): never => {
      throw new Error('fail');
    };
    expect(() => batch(fail)).toThrow('fail');
    expect(() => batch(() => evaluate('here', fail))).toThrow('fail');
    expect([Math.random, globalThis.Date]).toEqual([random, date]);
    expect(Object.hasOwn(performance, 'now')).toBe(false);
  });
});
