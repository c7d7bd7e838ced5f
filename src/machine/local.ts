import type { Body } from './body.ts';

/** What an actor is apart from its inbox: its mode, its current part and what survives a crash. */
export interface Local {
  readonly mode: 'up' | 'paused' | 'down' | 'halted';
  /** Null while down or halted. */
  readonly body: Body | null;
  /** The last checkpoint as canonical JSON text; null for actors without checkpoints. */
  readonly saved: string | null;
  /** Without a checkpoint: the input to restart with, boxed, where there is a choice. */
  readonly survives: { readonly input: unknown } | null;
}

/**
 * A request in flight that nobody awaits any more; `forever` if the fault behind it has no budget.
 */
export interface Zombie {
  readonly event: { readonly type: string };
  readonly forever: boolean;
}

/**
 * Whether the actor is an obstacle to a crash: done actors cannot crash, nor can what is down
 * already.
 */
export function canCrash(local: Local): boolean {
  return local.body !== null && local.body.snapshot.status !== 'done';
}

/** Whether the actor takes events now. */
export function isRunning(local: Local): boolean {
  return local.mode === 'up' && local.body !== null && local.body.snapshot.status === 'active';
}
