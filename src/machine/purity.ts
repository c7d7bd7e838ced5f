import { ReconvergeError, messageOf } from '../model/error.ts';

/**
 * The last trapped call. XState wraps what guards throw and users may swallow it, so it is kept
 * here.
 */
let impurity: string | null = null;

function refused(what: string): Error {
  impurity = what;
  return new Error(`${what} was called`);
}

/** Evaluations under way, one within the other. */
let depth = 0;
let batches = 0;
let evaluations = 0;

/** Stands in for a function or class of the host while the model is evaluated. */
class Trap {
  private readonly ownerOf: () => object;
  private readonly name: string;
  private readonly standIn: (original: unknown) => unknown;
  private holder: Record<string, unknown> = {};
  private original: unknown = this;
  private value: unknown = null;
  /** Of what could not be assigned to. */
  private hidden: PropertyDescriptor | null = null;

  constructor(ownerOf: () => object, name: string, standIn: (original: unknown) => unknown) {
    this.ownerOf = ownerOf;
    this.name = name;
    this.standIn = standIn;
  }

  set(): void {
    const { name } = this;
    let holder = this.ownerOf();
    while (!Object.hasOwn(holder, name)) holder = Object.getPrototypeOf(holder) as object;
    this.holder = holder as Record<string, unknown>;
    const original = this.holder[name];
    if (original !== this.original) this.value = this.standIn(original);
    this.original = original;
    if (Reflect.set(holder, name, this.value)) return;
    this.hidden = Object.getOwnPropertyDescriptor(holder, name) ?? null;
    const { value } = this;
    Object.defineProperty(holder, name, { configurable: true, writable: true, value });
  }

  release(): void {
    const { holder, name, hidden } = this;
    if (hidden === null) holder[name] = this.original;
    else Object.defineProperty(holder, name, hidden);
    this.hidden = null;
  }
}

function trap(ownerOf: () => object, name: string, what: string): Trap {
  return new Trap(ownerOf, name, (original) => {
    return function (this: unknown, ...args: unknown[]): unknown {
      if (depth > 0) throw refused(what);
      return Reflect.apply(original as () => unknown, this, args);
    };
  });
}

function trapDate(): Trap {
  const refuse = (what: string): void => {
    if (depth > 0) throw refused(what);
  };
  const standIn = (original: unknown): unknown =>
    new Proxy(original as DateConstructor, {
      construct(target, args: unknown[], made) {
        if (args.length === 0) refuse('new Date()');
        return Reflect.construct(target, args, made) as object;
      },
      apply(target, self, args) {
        refuse('Date()');
        return Reflect.apply(target, self, args);
      },
      get(target, key, receiver) {
        if (key === 'now') refuse('Date.now()');
        return Reflect.get(target, key, receiver) as unknown;
      },
    });
  return new Trap(() => globalThis, 'Date', standIn);
}

const TRAPS: readonly Trap[] = [
  trapDate(),
  trap(() => Math, 'random', 'Math.random()'),
  trap(() => performance, 'now', 'performance.now()'),
  trap(() => globalThis.crypto, 'randomUUID', 'crypto.randomUUID()'),
  trap(() => globalThis.crypto, 'getRandomValues', 'crypto.getRandomValues()'),
];

function setTraps(): void {
  if (depth === 0 && batches === 0) for (const one of TRAPS) one.set();
}

function releaseTraps(): void {
  if (depth === 0 && batches === 0) for (const one of TRAPS) one.release();
}

/**
 * Runs code with many evaluations: the traps are set once for them all. Between the evaluations
 * they let everything pass.
 */
export function batch<T>(code: () => T): T {
  setTraps();
  batches += 1;
  try {
    return code();
  } finally {
    batches -= 1;
    releaseTraps();
  }
}

/** How often code of the model was evaluated so far, where that was done but once. */
export function evaluationsSoFar(): number {
  return evaluations;
}

function checkPure(at: string): void {
  if (impurity === null) return;
  throw new ReconvergeError('RCV210', `${impurity} was called while evaluating the model`, {
    at,
    hint: 'a model is a function of its state: pass time and chance in as events or parameters',
  });
}

function placed({ code, message, hint, cause }: ReconvergeError, at: string): ReconvergeError {
  return new ReconvergeError(code, message, { at, cause, ...(hint === null ? {} : { hint }) });
}

function explained(thrown: unknown, at: string): unknown {
  if (thrown instanceof ReconvergeError) return thrown.at === null ? placed(thrown, at) : thrown;
  const cause = thrown;
  const message = messageOf(thrown);
  if (
    thrown instanceof TypeError &&
    /read only|not extensible|object is frozen|delete property/.test(message)
  ) {
    return new ReconvergeError('RCV211', `the model mutates its own state: ${message}`, {
      at,
      cause,
      hint: 'return a new value from assign: assign({ list: ({ context }) => [...context.list, x] })',
    });
  }
  if (/Infinite loop detected/.test(message)) {
    return new ReconvergeError(
      'RCV212',
      'the machine never comes to rest: eventless or raised transitions go round for ever',
      {
        at,
        cause,
        hint: 'give one transition of the loop a guard that becomes false, or make it wait for an event',
      },
    );
  }
  return new ReconvergeError('RCV213', `the model threw: ${message}`, {
    at,
    cause,
    hint: 'guards, assigns, context factories and lambdas must return for every reachable state',
  });
}

function run<T>(at: string, code: () => T): T {
  if (depth === 0) impurity = null;
  setTraps();
  depth += 1;
  try {
    const result = code();
    checkPure(at);
    return result;
  } catch (thrown) {
    checkPure(at);
    throw explained(thrown, at);
  } finally {
    depth -= 1;
    releaseTraps();
  }
}

/**
 * Runs code of the model with clock and chance trapped, and tells what it throws as the user's
 * mistake.
 * @throws ReconvergeError RCV210 clock or chance, RCV211 mutation, RCV212 endless loop, RCV213 any
 * other
 */
export function evaluate<T>(at: string, code: () => T): T {
  evaluations += 1;
  return run(at, code);
}

/**
 * Evaluates twice what a machine does, and compares the texts of the results.
 * @throws ReconvergeError as `evaluate`, and RCV215 where they differ
 */
export function evaluateTwice<T>(at: string, code: () => T, textOf: (result: T) => string): T {
  const first = run(at, code);
  const second = run(at, code);
  if (textOf(first) === textOf(second)) return first;
  throw new ReconvergeError(
    'RCV215',
    'the same event in the same state gave two different results',
    {
      at,
      hint: 'guards and assigns may read only context and event, no variable outside the machine',
    },
  );
}

/** Freezes plain data all the way down, so that mutating it throws. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== Array.prototype && prototype !== null)
    return value;
  Object.freeze(value);
  for (const key of Object.keys(value)) deepFreeze((value as Record<string, unknown>)[key]);
  return value;
}
