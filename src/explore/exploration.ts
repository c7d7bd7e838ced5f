import type { Graph } from './graph.ts';

/**
 * Where to stop. Every bound reached makes the exploration incomplete, and its verdicts unknown.
 */
export interface Bounds {
  readonly statesMax: number;
  /** States on a path from an initial state. */
  readonly depthMax: number;
  readonly timeoutMs: number;
  /** Resident bytes of the process. */
  readonly memoryBytes: number;
}

export interface Progress {
  readonly states: number;
  readonly transitions: number;
  /** null where the search knows no levels. */
  readonly depth: number | null;
  readonly queued: number;
  readonly elapsedMs: number;
  /** About how many states there are in all; null where nothing is known. */
  readonly estimate: number | null;
  /** There are no more states than this, for certain; null where nothing is known. */
  readonly most: number | null;
}

export interface SearchOptions {
  readonly bounds: Bounds;
  /** Whether the graph will be asked for. */
  readonly edges: boolean;
  /** Predicates of which the first state is asked in which they are false, or true. */
  readonly watchFalse: readonly number[];
  readonly watchTrue: readonly number[];
  /**
   * The search ends once each of these predicates was seen false; empty: explore the whole span.
   */
  readonly stopAt: readonly number[];
  /** Ends the search at the first broken claim. */
  readonly stopAtClaim: boolean;
  /** Whether one state may stand for all that differ by a permutation of replicas. */
  readonly symmetry: boolean;
  /** Whether steps may be left for later where others may be taken first without any difference. */
  readonly reduce: boolean;
  /** Threads that may share the work, with equal answers; left out: one. */
  readonly workers?: number;
  readonly clock: () => number;
  readonly residentBytes: () => number;
  /** Asked again and again; true ends the search as interrupted. */
  readonly interrupted: () => boolean;
  readonly onProgress: (progress: Progress) => void;
}

export interface BrokenClaim {
  readonly state: number;
  readonly action: number;
  readonly claim: number;
  readonly target: number;
}

/** The number of a state that is there, but was not found among those that are numbered. */
export const UNPLACED = -2;

/** Part of `visited` where steps were left for later. */
export const ONE_ORDER = 'independent steps in one order';

/** Part of `visited` where several threads have shared the search. */
export const THREADS = 'threads';

/** What was asked cannot be known of so large a span. */
export class OutOfReach extends Error {}

/** The bound that ended a search, null when every reachable state was expanded. */
export type Incomplete = 'states' | 'depth' | 'time' | 'memory' | 'interrupted' | 'values' | null;

/** What was found. States are numbered in breadth-first order, so that first is shortest. */
export interface Exploration {
  readonly visited: string;
  readonly states: number;
  readonly initial: number;
  readonly transitions: number;
  /**
   * Levels of the breadth-first search: states on the longest shortest path. null where the search
   * knows no paths.
   */
  readonly depth: number | null;
  readonly incomplete: Incomplete;
  /** Whether a stop was asked for by `stopAt` or `stopAtClaim`. */
  readonly stopped: boolean;
  readonly bytes: number;
  readonly brokenClaim: BrokenClaim | null;
  /** All edges, in rows by state. @throws OutOfReach */
  readonly graph: Graph;
  /** The first state in which a watched predicate does not hold; -1: none; or UNPLACED. */
  firstFalse(predicate: number): number;
  /** The first state in which a watched predicate holds; -1: none; or UNPLACED. */
  firstTrue(predicate: number): number;
  holds(predicate: number, state: number): boolean;
  /** In how many states the predicate holds. */
  count(predicate: number): number;
  /** Whether some step may be one of these actions; true if unsure. */
  mayTake(test: (action: number) => boolean): boolean;
  /** Whether a budget is touched in some state; null: not known. `budget`: its component. */
  isTouched(budget: number): boolean | null;
  /** The state's vector. */
  row(state: number): Int32Array;
  /** A shortest path to a state, or to one that it stands for: states, the first one initial. */
  pathTo(state: number): readonly number[];
  forEachEdge(
    state: number,
    visit: (action: number, claim: number, next: Int32Array) => void,
  ): void;
  /**
   * Whether every path without faults comes to a state in which `goal` holds, and every one that
   * ends does so where all of `atEnd` hold, fairness aside: true is a proof, false says nothing.
   */
  isInevitable(goal: number, atEnd: readonly number[]): boolean;
  /**
   * A state from which no step without a fault leads on and in which not all of these hold: the
   * first, or UNPLACED; -1: none, or nothing is known.
   */
  badEnd(goals: readonly number[]): number;
  /** Whether `done` holds in every state without any step: true is a proof, false says nothing. */
  isDeadlockFree(done: number): boolean;
  /** Whether no step without a fault leaves the states in which it holds: true is a proof. */
  isClosed(predicate: number): boolean;
}
