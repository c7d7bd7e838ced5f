import type { Json, Label } from '../model/verdict.ts';

/** Which steps are meant; what is left out may be anything. */
export interface StepPattern {
  readonly actor?: string;
  /** The type, and as much of the payload as was seen. */
  readonly event?: { readonly [key: string]: Json };
  /** The name of the fault that the step is; null: none. */
  readonly fault?: string | null;
  readonly label?: Label;
}

/** What was seen of a state: per component as much of its view as was seen. */
export interface SeenState {
  readonly [component: string]: Json;
}

interface Placed {
  /** Where the row stands, for people: `line 3`, `checkpoint 2`. */
  readonly at: string;
  /** The row as it was recorded. */
  readonly shown: Json;
  /** Whether values are whole, or as much as was seen of them. */
  readonly isWhole: boolean;
}

/**
 * One observation of a recorded history (spec 6.6): a moment, a step and the state right after it,
 * the checkpoint that an actor started with, one that it committed, or a recovery that took it
 * over.
 */
export type Row = Placed &
  (
    | { readonly kind: 'moment'; readonly state: SeenState }
    | { readonly kind: 'step'; readonly step: StepPattern; readonly state: SeenState }
    | {
        readonly kind: 'start' | 'checkpoint' | 'recovery';
        readonly actor: string;
        readonly saved: Json;
        /** Whether the checkpoint ended the workflow; null: not known. */
        readonly final: boolean | null;
      }
  );

/** A recorded history, and what is known of how it was recorded. */
export interface History {
  readonly name: string;
  /** The model that it says it is of; null: it does not say. */
  readonly model: string | null;
  readonly rows: readonly Row[];
  /** Steps that are not taken without leaving a row. */
  readonly observed: readonly StepPattern[];
  /** Actors of which every checkpoint and every recovery leaves a row. */
  readonly checkpoints: readonly string[];
  /** It need not begin at the beginning. */
  readonly isSuffix: boolean;
  /** Why more may have been recorded than is here; null: this is all. */
  readonly cut: string | null;
  /** The workflow was not done yet; what comes later is not judged. */
  readonly isRunning: boolean;
  /** A row that is known to have been there and is not: what stands in its place, and why. */
  readonly damage: { readonly before: number; readonly because: string } | null;
}
