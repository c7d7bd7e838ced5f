/** Where a failure comes from (spec 2.1). */
export type Kind = 'node' | 'network' | 'data';

/** How long a failure lasts, which decides the strategy of recovery (spec 2.1, 3.1). */
export type Persistence = 'transient' | 'permanent' | 'partial';

/** Failure classes of Cristian 1991 (spec 2.2); a weaker class shows fewer behaviours. */
export type FailureClass = 'crash' | 'omission' | 'timing' | 'response' | 'arbitrary';

/** Every `Kind`. */
export const KINDS = ['node', 'network', 'data'] as const satisfies readonly Kind[];

/** Every `Persistence`. */
export const PERSISTENCES = [
  'transient',
  'permanent',
  'partial',
] as const satisfies readonly Persistence[];

/**
 * What an asker is told when an effect fails. Plain JSON only, so that it survives a checkpoint.
 */
export interface Failure {
  readonly kind: Kind;
  readonly persistence: Persistence;
  readonly message?: string;
}

/** Kind, persistence and class of a fault: what it is called in the tolerance table. */
export interface FaultNature {
  readonly kind: Kind;
  readonly persistence: Persistence;
  readonly class: FailureClass;
}

/** Faults of nodes: what is meant by each, spec 2.3. */
export type NodeFault = 'crash' | 'pause' | 'halt';

/** Faults of effects: what is applied and what the asker gets, spec 2.3. */
export type EffectFault = 'loseRequest' | 'loseReply' | 'late' | 'refuse' | 'halfDone';

/** The fault library, one row each of spec 2.3. */
export const FAULT_NATURE: Readonly<Record<NodeFault | EffectFault, FaultNature>> = {
  crash: { kind: 'node', persistence: 'transient', class: 'crash' },
  pause: { kind: 'node', persistence: 'partial', class: 'crash' },
  halt: { kind: 'node', persistence: 'permanent', class: 'crash' },
  loseRequest: { kind: 'network', persistence: 'transient', class: 'omission' },
  loseReply: { kind: 'network', persistence: 'transient', class: 'omission' },
  late: { kind: 'network', persistence: 'partial', class: 'timing' },
  refuse: { kind: 'data', persistence: 'permanent', class: 'response' },
  halfDone: { kind: 'data', persistence: 'partial', class: 'response' },
};

/**
 * The failure an asker is told under each effect fault: `late` looks transient to the one who
 * waits.
 */
export const TOLD: Readonly<Record<EffectFault, Failure>> = {
  loseRequest: { kind: 'network', persistence: 'transient' },
  loseReply: { kind: 'network', persistence: 'transient' },
  late: { kind: 'network', persistence: 'transient' },
  refuse: { kind: 'data', persistence: 'permanent' },
  halfDone: { kind: 'data', persistence: 'partial' },
};

/** A failure as a value, for a service's `reply`. `kind` defaults to `data`. */
export function failure(persistence: Persistence, kind: Kind = 'data', message?: string): Failure {
  return message === undefined ? { kind, persistence } : { kind, persistence, message };
}

/** Whether a value has a kind and a persistence, as a `Failure` does; other fields are free. */
export function isFailure(value: unknown): value is Failure {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, persistence } = value as { kind?: unknown; persistence?: unknown };
  return (
    KINDS.includes(kind as (typeof KINDS)[number]) &&
    PERSISTENCES.includes(persistence as (typeof PERSISTENCES)[number])
  );
}

/** The failure that an `xstate.error.actor.*` event carries, or undefined for any other event. */
export function failureOf(event: unknown): Failure | undefined {
  if (typeof event !== 'object' || event === null || !('error' in event)) return undefined;
  return isFailure(event.error) ? event.error : undefined;
}

const persists =
  (persistence: Persistence) =>
  ({ event }: { event: unknown }): boolean =>
    failureOf(event)?.persistence === persistence;

/** Guards for `setup({ guards })`: which persistence the failure in the event has. */
export const failureGuards = {
  /** To be tried again (spec 3.1). */
  transient: persists('transient'),
  /** Final: to be undone (spec 3.1). */
  permanent: persists('permanent'),
  /** Half done: to be completed or compensated first (spec 3.1). */
  partial: persists('partial'),
};
