import { effectFree, type EffectFree } from './effect-free.ts';
import { faring } from './passing.ts';
import { sightOf } from './sight.ts';

type Test = (view: object, index: number, all: readonly object[]) => unknown;

type Narrow = (view: object, index: number) => unknown;

const vouched = new WeakMap<object, EffectFree>();

/**
 * Says of a test that it changes nothing, looks at nothing but its actor, and depends on nothing
 * else that ever changes. For tests whose text does not show it.
 */
export function vouchFor<T extends (view: never) => unknown>(test: T): T {
  vouched.set(test, { isClosed: true, parameters: 1 });
  return test;
}

/** A test that sees of an actor whether it passes, and no more; null where that could go wrong. */
function narrowed(test: Test): Test | null {
  const how = typeof test === 'function' ? (vouched.get(test) ?? effectFree(test)) : null;
  if (how === null || how.parameters > 2) return null;
  return (view, index, all) => {
    const sight = sightOf(view);
    const found = sight === null ? 'unknown' : faring(sight, how, test as Narrow, index);
    return found === 'unknown' ? test(view, index, all) : found === 'passes';
  };
}

type Method = (this: readonly object[], test: Test, self?: unknown) => unknown;

/**
 * The views of several actors, and arrays made of it. What the answers of its tests depend on is
 * whether an actor passes, and not all that the test reads in it.
 */
class Replicas extends Array<object> {}

for (const name of 'every filter find findIndex findLast findLastIndex some'.split(' ')) {
  const plain = Reflect.get(Array.prototype, name) as Method;
  const value: Method = function (test, ...self) {
    const narrow = narrowed(test);
    return narrow === null ? plain.call(this, test, ...self) : plain.call(this, narrow);
  };
  Object.defineProperty(Replicas.prototype, name, { configurable: true, writable: true, value });
}

/** An array of views that behaves as any other, but for what the probe notes. */
export function replicasOf<V extends object>(views: readonly V[]): readonly V[] {
  const made = new Replicas(views.length);
  for (let index = 0; index < views.length; index += 1) made[index] = views[index] as V;
  return made as readonly object[] as readonly V[];
}
