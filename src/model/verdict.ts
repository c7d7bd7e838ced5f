import type { ErrorCode } from './error.ts';
import type { FaultNature } from './failure.ts';

export type Result = 'holds' | 'violated' | 'unknown';

/** `exhaustive`: every state of the span; `bounded`: a limit was reached; `sampled`: some runs. */
export type Completeness = 'exhaustive' | 'bounded' | 'sampled';

/** P program, R recovery, F fault, E environment (spec 1.2). */
export type Label = 'P' | 'R' | 'F' | 'E';

export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

/** An event of an actor: `type` and payload, plain JSON. */
export type JsonEvent = { readonly type: string; readonly [key: string]: Json };

/** Which declared fault a step is, and the rest of its nature. */
export interface FiredFault extends FaultNature {
  readonly name: string;
}

/**
 * A global state for people and machines: per actor what a predicate can see, and what is in
 * flight.
 */
export type StateView = { readonly [component: string]: Json };

export interface TraceStep {
  readonly actor: string;
  readonly event: JsonEvent;
  readonly label: Label;
  readonly fault: FiredFault | null;
  /** The named guards that let it happen; left out: none. */
  readonly guards?: readonly string[];
  readonly state: StateView;
}

/**
 * A behaviour from an initial state. Its length is `steps.length`. `loop` is null, or the index
 * into `steps` of the first step of the part that repeats for ever: after the last step the state
 * equals the state before `steps[loop]`.
 */
export interface Trace {
  readonly initial: StateView;
  readonly steps: readonly TraceStep[];
  readonly loop: number | null;
}

/** How a property failed; convergence fails in one of three named ways (spec 1.8). */
export type FailureForm = 'state' | 'step' | 'trap' | 'lasso' | 'deadlock' | 'unreached' | 'bound';

/** The fewest faults that a violated property takes (spec 1.8): `fewest` among its values. */
export interface FewestFaults {
  /** Budgets under which it is violated: no smaller number of faults in all would do. */
  readonly faults: { readonly [name: string]: number };
  /** A shortest behaviour under these budgets; null: the property's own trace is one. */
  readonly trace: Trace | null;
}

export interface PropertyReport {
  readonly name: string;
  readonly kind: string;
  readonly result: Result;
  readonly failure: FailureForm | null;
  readonly vacuous: boolean;
  readonly because: string | null;
  readonly values: { readonly [name: string]: Json };
  readonly trace: Trace | null;
  readonly replay: string | null;
}

export interface Stats {
  readonly states: number;
  readonly transitions: number;
  /** null where the search knows no paths. */
  readonly depth: number | null;
  readonly seconds: number;
  readonly statesPerSecond: number;
  readonly bytesPerState: number;
  readonly visited: string;
  readonly peakRssBytes: number;
}

export interface Divergence {
  readonly point: string;
  readonly step: number;
  readonly expected: Json;
  readonly observed: Json;
  readonly because: string;
}

/** Strikes of a fault of the server at a point of the store's calls (spec 6.4). */
export interface MatrixCell {
  readonly fault: string;
  readonly point: string;
  /** Strikes after which model and database agreed to the end. */
  readonly covered: number;
  readonly total: number;
  /** Why there is nothing to strike; null: there is. */
  readonly because: string | null;
}

export interface Conformance {
  /** The server's version; null where no server was asked: a history from a file. */
  readonly postgres: string | null;
  readonly tier: 'T1' | 'T2' | 'T3' | null;
  /** Fault points played; of recorded histories, rows that a behaviour of the model has. */
  readonly points: { readonly covered: number; readonly total: number };
  /** Each fault of the server at each point; null where none was asked for. */
  readonly matrix: readonly MatrixCell[] | null;
  readonly divergences: readonly Divergence[];
}

export type Tolerance = 'masking' | 'fail-safe' | 'nonmasking' | 'intolerant';

export interface ToleranceRow {
  readonly faults: { readonly [name: string]: number };
  readonly kind: string | null;
  readonly persistence: string | null;
  readonly class: string | null;
  readonly tolerates: Tolerance;
  readonly atLeast: boolean;
  readonly values: { readonly [name: string]: Json };
  readonly witness: Trace | null;
}

/** The one document that every verb prints with `--json`. */
export interface Report {
  readonly schema: 'reconverge/report@1';
  readonly verb: string;
  readonly model: {
    readonly name: string;
    readonly parameters: { readonly [name: string]: string | number };
    readonly hash: string;
  } | null;
  readonly result: Result;
  readonly completeness: Completeness | null;
  readonly bounds: { readonly [name: string]: Json };
  readonly seed: number | null;
  readonly stats: Stats | null;
  readonly properties: readonly PropertyReport[];
  readonly tolerance: readonly ToleranceRow[];
  readonly conformance: Conformance | null;
  readonly error: {
    readonly code: ErrorCode;
    readonly message: string;
    readonly hint: string | null;
    readonly at: string | null;
  } | null;
}
