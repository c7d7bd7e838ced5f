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

type Restore = () => void;

function trap(owner: object, name: string, what: string): Restore {
  const original = Object.getOwnPropertyDescriptor(owner, name);
  const value = (): never => {
    throw refused(what);
  };
  Object.defineProperty(owner, name, { configurable: true, writable: true, value });
  return () => {
    // Some live on a prototype: what hid them is taken away again.
    if (original === undefined) Reflect.deleteProperty(owner, name);
    else Object.defineProperty(owner, name, original);
  };
}

function trapDate(): Restore {
  const RealDate = globalThis.Date;
  const Trapped = new Proxy(RealDate, {
    construct(target, args: unknown[]) {
      if (args.length === 0) throw refused('new Date()');
      return Reflect.construct(target, args) as object;
    },
    apply(): never {
      throw refused('Date()');
    },
    get(target, key, receiver) {
      if (key === 'now') throw refused('Date.now()');
      return Reflect.get(target, key, receiver) as unknown;
    },
  });
  globalThis.Date = Trapped;
  return () => {
    globalThis.Date = RealDate;
  };
}

let depth = 0;
const TRAPS: readonly (() => Restore)[] = [
  trapDate,
  () => trap(Math, 'random', 'Math.random()'),
  () => trap(performance, 'now', 'performance.now()'),
  () => trap(globalThis.crypto, 'randomUUID', 'crypto.randomUUID()'),
  () => trap(globalThis.crypto, 'getRandomValues', 'crypto.getRandomValues()'),
];

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

/**
 * Runs code of the model with clock and chance trapped, and tells what it throws as the user's
 * mistake.
 * @throws ReconvergeError RCV210 clock or chance, RCV211 mutation, RCV212 endless loop, RCV213 any
 * other
 */
export function evaluate<T>(at: string, code: () => T): T {
  if (depth === 0) impurity = null;
  const restores = depth === 0 ? TRAPS.map((set) => set()) : [];
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
    for (const restore of restores) restore();
  }
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
