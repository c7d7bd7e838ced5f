import type { AnyStateMachine, SnapshotFrom } from 'xstate';
import type { Part, Parts } from './part.ts';

/** `down` after a crash, `halted` when it will never restart, `paused` while frozen. */
export type ActorStatus = 'active' | 'done' | 'error' | 'down' | 'paused' | 'halted';

type Seen<M extends AnyStateMachine> = Pick<
  SnapshotFrom<M>,
  'value' | 'context' | 'matches' | 'hasTag' | 'output'
>;

/**
 * What a predicate sees of an actor. While it is down or halted nothing current is left: `value` is
 * null, `matches` and `hasTag` are false, and reading `context` or `output` is an error (RCV218):
 * ask `status` first, or look at `saved`. Reads are tracked, path by path: read no more than the
 * answer needs.
 */
export type ActorView<M extends AnyStateMachine> = Seen<M> & {
  readonly status: ActorStatus;
  /** The last checkpoint, or null for an actor without checkpoints. */
  readonly saved: Seen<M> | null;
};

/**
 * A global state as predicates and lambdas see it: one view per actor, arrays for replicas. Of a
 * test given to `every`, `some`, `filter` or `find` of such an array only the outcome is tracked,
 * if its text shows that it changes nothing: no assignment, no call of a function from outside.
 */
export type View<P extends Parts> = {
  readonly [K in keyof P]: P[K] extends Part<infer M, string, infer Count>
    ? Count extends number
      ? readonly ActorView<M>[]
      : ActorView<M>
    : never;
};
