import { runInThisContext } from 'node:vm';
import { releaseAbandoned } from '../machine/purity.ts';

/** The name by which the script finds what to compute. */
const NAME = '__reconvergeComputation';

const isTimeout = (thrown: unknown): boolean =>
  thrown instanceof Error && 'code' in thrown && thrown.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';

/**
 * Computes something on this thread; null if it takes longer than that. It is cut off then wherever
 * it is, without so much as its `finally` blocks: what it worked with must not be used again.
 * @throws what the computation throws
 */
export function within<T>(milliseconds: number, compute: () => T): T | null {
  Object.defineProperty(globalThis, NAME, { configurable: true, value: compute });
  try {
    return runInThisContext(`${NAME}()`, { timeout: milliseconds }) as T;
  } catch (thrown) {
    if (!isTimeout(thrown)) throw thrown;
    releaseAbandoned();
    return null;
  } finally {
    Reflect.deleteProperty(globalThis, NAME);
  }
}
