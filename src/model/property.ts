import type { JsonEvent, Label } from './verdict.ts';

/** A question about a state; pure, a function of what it reads (the engine tracks the reads). */
export type Predicate<S> = (state: S) => boolean;

/**
 * A formula of linear temporal logic over paths: a predicate holds of the first state of a path.
 * `next` is the path after its first step; a path that ends stays in its last state for ever.
 * `until: [p, q]`: q comes, and p holds all along before; `release: [p, q]`: q holds up to and
 * including the state in which p does, or for ever.
 */
export type Formula<S> =
  | Predicate<S>
  | { readonly not: Formula<S> }
  | { readonly and: readonly Formula<S>[] }
  | { readonly or: readonly Formula<S>[] }
  | { readonly implies: readonly [Formula<S>, Formula<S>] }
  | { readonly next: Formula<S> }
  | { readonly always: Formula<S> }
  | { readonly eventually: Formula<S> }
  | { readonly until: readonly [Formula<S>, Formula<S>] }
  | { readonly release: readonly [Formula<S>, Formula<S>] };

/** A formula of which every fair path is asked. */
export interface Temporal<S> {
  readonly formula: Formula<S>;
  readonly fairness: Fairness;
}

/** A property of a model, as data; `src/check` decides it. Meanings: spec 1.8. */
export type Property<S> =
  | { readonly kind: 'always'; readonly holds: Predicate<S>; readonly when?: Predicate<S> }
  | { readonly kind: 'sometimes'; readonly holds: Predicate<S> }
  | { readonly kind: 'eventually'; readonly holds: Predicate<S>; readonly fairness: Fairness }
  | { readonly kind: 'eventuallyAlways'; readonly holds: Predicate<S>; readonly fairness: Fairness }
  | ({ readonly kind: 'leadsTo' | 'until' | 'ltl' } & Temporal<S>)
  | { readonly kind: 'recoverable'; readonly holds: Predicate<S> | null }
  | { readonly kind: 'converges'; readonly fairness: Fairness }
  | { readonly kind: 'withinSteps'; readonly steps: number; readonly holds: Predicate<S> | null }
  | { readonly kind: 'deadlockFree' }
  | { readonly kind: 'closed'; readonly holds: Predicate<S> | null }
  | EveryStep<S>
  | { readonly kind: 'totalRecovery' }
  | { readonly kind: 'deterministicRecovery' }
  | Resumes<S>
  | Refines<S>;

/** A step as a property sees it. */
export interface SeenStep {
  readonly actor: string;
  readonly event: JsonEvent;
  readonly label: Label;
  /** The name of the fault that it is, or null. */
  readonly fault: string | null;
}

/** A question about a step, and what was looked at before and after it. */
export type StepPredicate<V> = (before: V, after: V, step: SeenStep) => boolean;

export interface EveryStep<S> {
  readonly kind: 'everyStep';
  readonly of: (state: S) => unknown;
  readonly keeps: StepPredicate<never>;
  readonly when: StepPredicate<never> | null;
}

/** A system, as `actors({ … }).faultTolerant({ … })` answers it. */
export interface AbstractSystem {
  readonly parts: object;
  readonly tolerance: object;
}

export interface Refines<S> {
  readonly kind: 'refines';
  readonly abstract: AbstractSystem;
  readonly of: (state: S) => unknown;
  readonly as: (state: never) => unknown;
}

export interface Resumes<S> {
  readonly kind: 'resumes';
  readonly after: string;
  readonly when: Predicate<S>;
  readonly ends: (state: S) => unknown;
}

/** How a property is named in documents: `always`, `converges` and so on. */
export type PropertyKind = Property<never>['kind'];

/**
 * `default` is the fairness of spec 1.7; `none` lets any enabled step be postponed for ever by
 * others: a path goes on as long as there is a step without a fault, but any of them will do. Or by
 * claims: `*` (some step without a fault), `tm` (a step of that actor; of each replica by itself),
 * `tm.VOTE` (its step for that event). Weak: what stays enabled is taken. Strong: what is enabled
 * again and again is taken.
 */
export type Fairness = 'default' | 'none' | FairnessClaims;

/** Assumptions of fairness about named steps; see `Fairness` for the names. */
export interface FairnessClaims {
  readonly weak?: readonly string[];
  readonly strong?: readonly string[];
}

/** In every reachable state; with `when`, in those only, and vacuous where there are none. */
export function always<S>(
  holds: Predicate<S>,
  options: { readonly when?: Predicate<S> } = {},
): Property<S> {
  return { kind: 'always', holds, ...options };
}

/** In some reachable state: guards against a model that cannot do what it is for. */
export function sometimes<S>(holds: Predicate<S>): Property<S> {
  return { kind: 'sometimes', holds };
}

/** On every fair path from an initial state. A loop with a fault in it is no counterexample. */
export function eventually<S>(
  holds: Predicate<S>,
  options: { fairness?: Fairness } = {},
): Property<S> {
  return { kind: 'eventually', holds, fairness: options.fairness ?? 'default' };
}

/**
 * Every fair path comes to stay where it holds: once the faults have stopped, from some state on it
 * holds for ever.
 */
export function eventuallyAlways<S>(
  holds: Predicate<S>,
  options: { fairness?: Fairness } = {},
): Property<S> {
  return { kind: 'eventuallyAlways', holds, fairness: options.fairness ?? 'default' };
}

/** Whenever `first` holds, `then` holds then or later, on every fair path. */
export function leadsTo<S>(
  first: Predicate<S>,
  then: Predicate<S>,
  { fairness = 'default' }: { fairness?: Fairness } = {},
): Property<S> {
  const formula: Formula<S> = { always: { implies: [first, { eventually: then }] } };
  return { kind: 'leadsTo', formula, fairness };
}

/** On every fair path `goal` comes to hold, and `meanwhile` holds all along before. */
export function until<S>(
  meanwhile: Predicate<S>,
  goal: Predicate<S>,
  { fairness = 'default' }: { fairness?: Fairness } = {},
): Property<S> {
  return { kind: 'until', formula: { until: [meanwhile, goal] }, fairness };
}

/**
 * A formula of linear temporal logic, on every fair path from an initial state. Steps that change
 * nothing are no steps, and faults may happen anywhere, but not for ever.
 */
export function ltl<S>(
  formula: Formula<S>,
  { fairness = 'default' }: { fairness?: Fairness } = {},
): Property<S> {
  return { kind: 'ltl', formula, fairness };
}

/**
 * From every reachable state some path without faults leads to `holds` (default: the consistent
 * states).
 */
export function recoverable<S>(holds: Predicate<S> | null = null): Property<S> {
  return { kind: 'recoverable', holds };
}

/**
 * Faults stop, therefore consistency comes back. Declaring `consistent` adds it under the name
 * `converges`.
 */
export function converges<S>(options: { fairness?: Fairness } = {}): Property<S> {
  return { kind: 'converges', fairness: options.fairness ?? 'default' };
}

/**
 * From every reachable state every path without faults is in `holds` (default: what `converges`
 * asks for) after at most `steps` steps; no fairness is assumed.
 */
export function withinSteps<S>(steps: number, holds: Predicate<S> | null = null): Property<S> {
  return { kind: 'withinSteps', steps, holds };
}

/** No reachable state without any step, other than those in which every actor is done. */
export function deadlockFree<S>(): Property<S> {
  return { kind: 'deadlockFree' };
}

/** No P step leads from where it holds to where it does not (default: the consistent states). */
export function closed<S>(holds: Predicate<S> | null = null): Property<S> {
  return { kind: 'closed', holds };
}

/**
 * Of every step that is no self-loop, or of those for which `when` is true. `of` says what is to be
 * seen of the states before and after it: plain JSON, the less the faster.
 */
export function everyStep<S, V>(about: {
  readonly of: (state: S) => V;
  readonly keeps: StepPredicate<V>;
  readonly when?: StepPredicate<V>;
}): Property<S> {
  const { of, keeps, when = null } = about;
  return { kind: 'everyStep', of, keeps, when };
}

/**
 * Every behaviour is one of the abstract system, as far as is seen of it: `of` says what is to be
 * seen of a state, `as` what that is in a state of the abstract system; both plain JSON. A step
 * after which the same is seen may be none there, and several steps there between which the same is
 * seen may be none here.
 */
export function refines<S, A>(
  abstract: AbstractSystem,
  about: { readonly of: (state: S) => unknown; readonly as: (state: A) => unknown },
): Property<S> {
  return { kind: 'refines', abstract, of: about.of, as: about.as };
}

/** Whoever recovers can go on: it has an R step, or an invoke of it is pending (spec 4.1). */
export function totalRecovery<S>(): Property<S> {
  return { kind: 'totalRecovery' };
}

/** Whoever recovers has one R step at most; timers only count where nothing else is (spec 4.3). */
export function deterministicRecovery<S>(): Property<S> {
  return { kind: 'deterministicRecovery' };
}

/**
 * Recovery comes to the same ends if the fault `after` strikes on its way, once more than its
 * budget allows: `ends` is what is compared of the first states in which nobody recovers, `when`
 * says which states are on the way, those with a decision that a crash does not take back (spec
 * 4.7).
 */
export function resumes<S>(about: {
  readonly after: string;
  readonly when: Predicate<S>;
  readonly ends: (state: S) => unknown;
}): Property<S> {
  return { kind: 'resumes', ...about };
}
