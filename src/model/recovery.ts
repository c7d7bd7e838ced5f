import type { Persistence } from './failure.ts';

/**
 * R of the tuple (S, F, R): total, because TypeScript knows no partial function type (spec 3.1).
 */
export type Recovery<S, F> = (failure: F, state: S) => S;

/** The three strategies, by the names the toolkit uses unless a machine has its own tags. */
export type Strategy = 'retry' | 'rollback' | 'compensate';

/**
 * The classifier: which recovery tag answers a failure of each persistence. Total by type: a
 * missing persistence does not compile. It is a claim, checked on the graph (spec 3.5).
 */
export type RecoveryTable<Tag extends string> = Readonly<Record<Persistence, Tag>>;

/** The tag that an explicit-event machine carries while its node is down (spec 1.2). */
export const DOWN_TAG = 'down';
