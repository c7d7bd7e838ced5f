import type { Contender } from './contenders.ts';
import type { Counts } from './counts.ts';
import type { Expected } from './found.ts';

/** One question about one model, put to several tools. */
export interface Case {
  /** Without spaces: what `--only` is matched against. */
  readonly name: string;
  readonly section: Section;
  readonly title: string;
  readonly states: number;
  readonly contenders: readonly Contender[];
  /** A point of the scaling curve. */
  readonly isOnCurve: boolean;
}
export const SECTIONS = [
  'Two-phase commit',
  'Checkpointed saga',
  'Checkpointed saga up to permutation of the workflows',
  'Token ring',
  'Chain replication',
  'Data pipeline',
  'One machine',
  'Scaling',
] as const;
export type Section = (typeof SECTIONS)[number];

export type Size = readonly [number, number, number];

export const holds = ({ states, transitions }: Counts): Expected => ({
  result: 'holds',
  states,
  transitions,
});
/** Counted with the initial states, as Spin, TLC and Stateright do. */
export const andInitial = ({ states, transitions }: Counts, initial = 1): Expected =>
  holds({ states, transitions: transitions + initial });
export const onlyStates = (states: number): Expected => ({
  result: 'holds',
  states,
  transitions: null,
});
export const VIOLATED: Expected = { result: 'violated', states: null, transitions: null };

/** A set of model values, as TLC reads it. */
export const setOf = (name: string, count: number): string =>
  `{${Array.from({ length: count }, (_, index) => `${name}${index}`).join(', ')}}`;
