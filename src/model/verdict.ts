import type { ErrorCode } from './error.ts';
import type { FaultNature } from './failure.ts';

/** `unknown`: a bound was reached before it was decided (spec 1.10). */
export type Result = 'holds' | 'violated' | 'unknown';

/** `exhaustive`: every state of the span; `bounded`: a limit was reached; `sampled`: some runs. */
export type Completeness = 'exhaustive' | 'bounded' | 'sampled';

/** P program, R recovery, F fault, E environment (spec 1.2). */
export type Label = 'P' | 'R' | 'F' | 'E';

/** What survives a trip through JSON. */
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

/** One step of a behaviour, and the state it leads to. */
export interface TraceStep {
  readonly actor: string;
  readonly event: JsonEvent;
  readonly label: Label;
  /** Null for a step that is no fault. */
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

/** What was found out of one property. */
export interface PropertyReport {
  readonly name: string;
  /** `always`, `converges` and so on: spec 1.8. */
  readonly kind: string;
  readonly result: Result;
  /** Null unless it is violated. */
  readonly failure: FailureForm | null;
  /** It holds only because what it speaks of never happens. */
  readonly vacuous: boolean;
  /** The reason in words, where there is one to give. */
  readonly because: string | null;
  /** What was computed besides: `neverFired`, `fewest` and so on; by kind. */
  readonly values: { readonly [name: string]: Json };
  /** A counterexample, or a witness of `sometimes`; null where there is none. */
  readonly trace: Trace | null;
  /** The command that shows it again. */
  readonly replay: string | null;
}

/** The size of a search and what it took. Times and sizes in memory differ from run to run. */
export interface Stats {
  readonly states: number;
  readonly transitions: number;
  /** null where the search knows no paths. */
  readonly depth: number | null;
  readonly seconds: number;
  /** Distinct states per second. */
  readonly statesPerSecond: number;
  /** Memory of the table of states, divided by their number. */
  readonly bytesPerState: number;
  /** How the states that were seen are kept, in words. */
  readonly visited: string;
  /** Greatest resident size of the process so far. */
  readonly peakRssBytes: number;
}

/** A place where the real system differs from the model. */
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

/** How far a real system was compared with a model (spec 6). */
export interface Conformance {
  /** The server's version; null where no server was asked: a history from a file. */
  readonly postgres: string | null;
  /** The strongest kind of evidence (spec 6.7); null for a history from elsewhere. */
  readonly tier: 'T1' | 'T2' | 'T3' | null;
  /** Fault points played; of recorded histories, rows that a behaviour of the model has. */
  readonly points: { readonly covered: number; readonly total: number };
  /** Each fault of the server at each point; null where none was asked for. */
  readonly matrix: readonly MatrixCell[] | null;
  readonly divergences: readonly Divergence[];
}

/** How a system bears faults (Arora and Gouda 1993; spec 3.10). */
export type Tolerance = 'masking' | 'fail-safe' | 'nonmasking' | 'intolerant';

/** A line of the tolerance table: so many of these faults are borne in this way. */
export interface ToleranceRow {
  readonly faults: { readonly [name: string]: number };
  readonly kind: string | null;
  readonly persistence: string | null;
  readonly class: string | null;
  readonly tolerates: Tolerance;
  /** All that was looked at is tolerated; the limit may lie beyond. */
  readonly atLeast: boolean;
  readonly values: { readonly [name: string]: Json };
  /** How it goes wrong: at this point, or with one fault more; null where nothing does. */
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
  /** The limits that were reached, by name; empty for an exhaustive answer. */
  readonly bounds: { readonly [name: string]: Json };
  /** Of what was sampled; null where nothing was. */
  readonly seed: number | null;
  readonly stats: Stats | null;
  readonly properties: readonly PropertyReport[];
  readonly tolerance: readonly ToleranceRow[];
  readonly conformance: Conformance | null;
  /** What kept the verb from an answer. */
  readonly error: {
    readonly code: ErrorCode;
    readonly message: string;
    readonly hint: string | null;
    readonly at: string | null;
  } | null;
}
