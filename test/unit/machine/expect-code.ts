import { expect } from 'vitest';
import { ReconvergeError } from '../../../src/model/error.ts';

/** What the code refuses, with its code; anything else that it throws is thrown on. */
export function refusal(code: () => unknown): ReconvergeError {
  try {
    code();
  } catch (thrown) {
    if (thrown instanceof ReconvergeError) return thrown;
    throw thrown;
  }
  throw new Error('nothing was refused');
}

/** Expects a refusal with that code, a hint, and a message that contains `message`. */
export function expectRefused(code: string, run: () => unknown, message = ''): void {
  const error = refusal(run);
  expect(`${error.code} ${error.message}`).toContain(message);
  expect(error.code).toBe(code);
  expect(error.hint ?? '').not.toBe('');
}
