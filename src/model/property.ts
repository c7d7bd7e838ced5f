/** A question about a state; pure, a function of what it reads (the engine tracks the reads). */
export type Predicate<S> = (state: S) => boolean;

/** A property of a model, as data; `src/check` decides it. Meanings: spec 1.8. */
export type Property<S> =
  | { readonly kind: 'always'; readonly holds: Predicate<S> }
  | { readonly kind: 'sometimes'; readonly holds: Predicate<S> }
  | { readonly kind: 'eventually'; readonly holds: Predicate<S>; readonly fairness: Fairness }
  | { readonly kind: 'eventuallyAlways'; readonly holds: Predicate<S>; readonly fairness: Fairness }
  | { readonly kind: 'recoverable'; readonly holds: Predicate<S> | null }
  | { readonly kind: 'converges'; readonly fairness: Fairness }
  | { readonly kind: 'withinSteps'; readonly steps: number; readonly holds: Predicate<S> | null }
  | { readonly kind: 'deadlockFree' };

export type PropertyKind = Property<never>['kind'];

/** `default` is the fairness of spec 1.7; `none` lets any enabled step be postponed for ever. */
export type Fairness = 'default' | 'none';

/** In every reachable state. */
export function always<S>(holds: Predicate<S>): Property<S> {
  return { kind: 'always', holds };
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
