import type { FailureForm, Json, Result } from '../model/verdict.ts';
import type { NumberedPath } from './path.ts';

/** What a property's algorithm found, in numbers. */
export interface Judgement {
  readonly result: Result;
  readonly failure: FailureForm | null;
  readonly because: string | null;
  readonly path: NumberedPath | null;
  readonly values: { readonly [name: string]: Json };
  /** Whether what it is about never happened. */
  readonly vacuous: boolean;
}

export const HOLDS: Judgement = {
  result: 'holds',
  failure: null,
  because: null,
  path: null,
  values: {},
  vacuous: false,
};

/** A violation, with the path that shows it. */
export function violated(
  failure: FailureForm,
  because: string,
  path: NumberedPath | null,
  values: Judgement['values'] = {},
): Judgement {
  return { ...HOLDS, result: 'violated', failure, because, path, values };
}
