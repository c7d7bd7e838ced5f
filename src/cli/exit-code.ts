import type { Result } from '../model/verdict.ts';

/** Exit code 2: what was asked for, or the model itself, makes no sense. */
export const EXIT_MISTAKE = 2;
/** Exit code 4: this toolkit is wrong. Node's own 1 must not look like a verdict. */
export const EXIT_INTERNAL = 4;

const EXIT_BY_RESULT: Readonly<Record<Result, number>> = { holds: 0, violated: 1, unknown: 3 };

/** 0 holds, 1 violated, 3 inconclusive. */
export function exitCodeOf(result: Result): number {
  return EXIT_BY_RESULT[result];
}
