import { afterEach, describe, expect, it } from 'vitest';
import { assign, setup } from 'xstate';
import { ReconvergeError } from '../../../src/model/error.ts';
import { deepFreeze, evaluate } from '../../../src/machine/purity.ts';
import { actor } from '../../../src/model/part.ts';
import { actors } from '../../../src/model/system.ts';
import { expectRefused, refusal } from './expect-code.ts';
import { Walk } from './walk.ts';

const real = {
  Date: globalThis.Date,
  now: Date.now,
  random: Math.random,
  performanceNow: performance.now,
  randomUUID: crypto.randomUUID,
  getRandomValues: crypto.getRandomValues,
};
const own = (owner: object, key: string) => Object.getOwnPropertyDescriptor(owner, key);
const descriptors = () => [
  own(Math, 'random'),
  own(performance, 'now'),
  own(crypto, 'randomUUID'),
  own(crypto, 'getRandomValues'),
  own(globalThis, 'Date'),
];
const before = descriptors();

const TRAPS: Readonly<Record<string, () => unknown>> = {
  'new Date()': () => new Date(),
  'Date()': () => Date(),
  'Date.now()': () => Date.now(),
  'Math.random()': () => Math.random(),
  'performance.now()': () => performance.now(),
  'crypto.randomUUID()': () => crypto.randomUUID(),
  'crypto.getRandomValues()': () => crypto.getRandomValues(new Uint8Array(1)),
};

describe('while the model is evaluated', () => {
  afterEach(() => {
    expect({
      Date: globalThis.Date,
      now: Date.now,
      random: Math.random,
      performanceNow: performance.now,
      randomUUID: crypto.randomUUID,
      getRandomValues: crypto.getRandomValues,
    }).toEqual(real);
    expect(descriptors()).toEqual(before);
    for (const call of Object.values(TRAPS)) expect(call()).toBeDefined();
  });

  it.each(Object.entries(TRAPS))('%s is refused', (name, call) => {
    expectRefused('RCV210', () => evaluate('here', call), `${name} was called`);
    expect(refusal(() => evaluate('here', call)).at).toBe('here');
  });

  it.each(Object.entries(TRAPS))('%s is refused although it is swallowed', (name, call) => {
    const swallowing = () => {
      try {
        return call();
      } catch {
        return 0;
      }
    };
    expectRefused('RCV210', () => evaluate('here', swallowing), name);
  });

  it('what is swallowed and thrown otherwise is still the clock', () => {
    const wrapping = () => {
      try {
        return Date.now();
      } catch {
        throw new Error('something else');
      }
    };
    expectRefused('RCV210', () => evaluate('here', wrapping), 'Date.now()');
  });

  it('evaluations may nest: the traps stay until the outermost is over', () => {
    const nested = (): number => {
      evaluate('inner', () => 1);
      return Math.random();
    };
    expectRefused('RCV210', () => evaluate('outer', nested), 'Math.random()');
    const failing = (): number => {
      try {
        evaluate('inner', () => {
          throw new Error('inner');
        });
      } catch {
        // Swallowed by the model: the traps must still be set.
      }
      return performance.now();
    };
    expectRefused('RCV210', () => evaluate('outer', failing), 'performance.now()');
  });

  it('an impurity is forgotten with the evaluation that had it', () => {
    expectRefused('RCV210', () => evaluate('here', () => Date.now()));
    expect(evaluate('there', () => 7)).toBe(7);
  });

  it('dates that are given are no clock', () => {
    const year = (): number => new Date(0).getUTCFullYear() + new Date('2001-02-03').getUTCDate();
    expect(evaluate('here', year)).toBe(1973);
    expect(evaluate('here', () => new Date(0) instanceof Date)).toBe(true);
    expect(evaluate('here', () => Date.UTC(1970, 0, 2))).toBe(86_400_000);
  });

  it.each([
    ['RCV211', (list: number[]): unknown => list.push(1)],
    ['RCV211', (list: number[]): unknown => (list[0] = 9)],
    ['RCV211', (list: number[]): unknown => Reflect.deleteProperty(list, 0) || list.pop()],
    ['RCV211', (list: number[]): unknown => list.pop()],
  ] as const)('a mutation is %s: %s', (code, change) => {
    expectRefused(code, () => evaluate('here', () => change(deepFreeze([1, 2]))), 'mutates');
  });

  it('any other exception is told with its place and its cause', () => {
    const thrown = new Error('no such order');
    const error = refusal(() =>
      evaluate('guard', () => {
        throw thrown;
      }),
    );
    expect([error.code, error.at, error.cause]).toEqual(['RCV213', 'guard', thrown]);
    expect(error.message).toContain('no such order');
  });

  it('an error with a code keeps it, and gets a place if it has none', () => {
    const raise = (at?: string) => () => {
      const where = at === undefined ? {} : { at };
      throw new ReconvergeError('RCV207', 'nobody', { hint: 'somebody', ...where });
    };
    const placed = refusal(() => evaluate('here', raise()));
    expect([placed.code, placed.at, placed.hint]).toEqual(['RCV207', 'here', 'somebody']);
    expect(refusal(() => evaluate('here', raise('there'))).at).toBe('there');
  });
});

describe('known limit:', () => {
  it.each<[string, () => unknown]>([
    ['process.hrtime()', () => process.hrtime()],
    ['today in Intl', () => new Intl.DateTimeFormat('en').format()],
    ['the Date behind a date', () => new (new Date(0).constructor as DateConstructor)()],
    ['the environment', () => process.env['PATH']],
  ])('%s is not trapped; only a changed answer would show it', (_, read) => {
    expect(evaluate('here', () => read() !== undefined)).toBe(true);
  });
});

it('freezing goes all the way down, around cycles, and leaves class instances alone', () => {
  const shared = { deep: [{ x: 1 }] };
  const value = { shared, map: new Map([[1, 2]]), none: null, self: null as unknown };
  value.self = value;
  deepFreeze(value);
  expect(Object.isFrozen(value)).toBe(true);
  expect(Object.isFrozen(shared.deep[0])).toBe(true);
  expect(Object.isFrozen(value.map)).toBe(false);
  expect(deepFreeze(3)).toBe(3);
});

describe('a machine', () => {
  const events = {} as { context: { n: number; list: number[] }; events: { type: 'GO' } };
  const running = (options: {
    guard?: () => boolean;
    change?: (list: number[]) => { n: number };
  }) => {
    const { guard = () => true, change = () => ({ n: 1 }) } = options;
    const machine = setup({ types: events }).createMachine({
      context: { n: 0, list: [0] },
      on: { GO: { guard, actions: assign(({ context }) => change(context.list)) } },
    });
    const environment = { a: { GO: true as const } };
    return () => new Walk(actors({ a: actor(machine) }).faultTolerant({ environment })).names;
  };

  it('with a clock in a guard is refused, swallowed or not', () => {
    expectRefused('RCV210', running({ guard: () => Date.now() > 0 }), 'Date.now()');
    const swallowed = (): boolean => {
      try {
        return Math.random() > 0.5;
      } catch {
        return true;
      }
    };
    expectRefused('RCV210', running({ guard: swallowed }), 'Math.random()');
  });

  it('that mutates its context is refused', () => {
    expectRefused('RCV211', running({ change: (list) => ({ n: list.push(1) }) }));
    expectRefused('RCV211', running({ change: (list) => ({ n: list.splice(0).length }) }));
  });

  it('that reads a variable outside is refused', () => {
    let outside = 0;
    expectRefused('RCV215', running({ change: () => ({ n: (outside += 1) }) }));
    expectRefused('RCV215', running({ guard: () => (outside += 1) % 2 === 0 }));
  });

  it('whose guard throws is refused with machine, event and state', () => {
    const throwing = (): boolean => {
      throw new RangeError('too much');
    };
    const error = refusal(running({ guard: throwing }));
    expect(error.code).toBe('RCV213');
    expect(error.at).toContain('a on GO in {}');
  });

  it('that never comes to rest is refused', () => {
    const machine = setup({ types: {} as { events: { type: 'GO' } } }).createMachine({
      initial: 'rest',
      states: { rest: { on: { GO: 'x' } }, x: { always: 'y' }, y: { always: 'x' } },
    });
    const system = actors({ a: actor(machine) }).faultTolerant({
      environment: { a: { GO: true } },
    });
    expectRefused('RCV212', () => new Walk(system).names);
  });
});
