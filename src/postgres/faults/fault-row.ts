import type { FaultNature } from '../../model/failure.ts';

/** A fault that is really made, what stands for it in a model, and what a client sees of it. */
export interface FaultRow {
  readonly fault: string;
  /** How it is made: a name of `conform --faults`, or what is done to the server. */
  readonly made: string;
  /** What it is in F (spec 2). */
  readonly nature: FaultNature;
  /** The model's own fault or step for it; masked: none, the model takes its step all the same. */
  readonly counterpart: string;
  /** The evidence that it is made with (spec 6.7). */
  readonly tier: 'T1' | 'T2' | 'T3';
  /** What a client is told: SQLSTATEs, or what its driver says. Empty: nothing, or success. */
  readonly seen: readonly string[];
  /** The file of the test that makes it, and words of the test's title. */
  readonly test: readonly [file: string, title: string];
}

/** The model takes its step all the same. */
export const MASKED = 'masked';
export const LOST = 'Connection terminated';
export const SILENT = 'Query read timeout';
