import type { Property } from '../model/property.ts';
import type { Phase } from '../model/laws.ts';

/** What may befall a request of a step (spec 2.3); by default all of them. */
export type StepFault = 'loseRequest' | 'loseReply' | 'late' | 'refuse' | 'halfDone';
/** What may befall a request that undoes: it is never refused, it can only get lost or late. */
export type UndoFault = 'loseRequest' | 'loseReply' | 'late';

/** How a step is tried again after a transient failure. */
export interface RetryOptions {
  /**
   * How often the step is asked for in all, from 1 on; `Infinity` for ever. When they are used up,
   * everything is undone. Default 2; after the pivot, for ever.
   */
  readonly attempts?: number;
  /** Milliseconds between two attempts, from 0 on. Default 1000. */
  readonly backoff?: number;
}

/** How a step is undone, where more is to be said than the name of the effect that does it. */
export interface CompensateOptions {
  /** The name of the effect that undoes. */
  readonly by: string;
  /**
   * Whether the service remembers what was undone, so that a request which comes late finds it and
   * is turned away. Default true.
   */
  readonly tombstone?: boolean;
  /** What may befall the undo. Default: all of it. */
  readonly faults?: readonly UndoFault[];
}

/** A step that is one effect. */
export interface StepOptions {
  /** The actor that does it; several steps may share one. Default: its name and `Service`. */
  readonly service?: string;
  /**
   * Whether asking twice is asking once: the service knows a request by its key, the same in every
   * attempt and after every restart. Default true.
   */
  readonly idempotent?: boolean;
  /** The effect that undoes it. Without one nothing does; a step after the pivot has none. */
  readonly compensate?: string | CompensateOptions | null;
  /** Overrides the orchestration's. */
  readonly retry?: RetryOptions;
  /** Milliseconds, above 0, after which an attempt that got no answer counts as failed. */
  readonly timeout?: number;
  /**
   * The point of no return: once it is done, the steps behind it are tried until they succeed. If
   * it has a compensation, that is for the time while nobody knows whether it was done.
   */
  readonly pivot?: boolean;
  /** Whether a checkpoint is saved behind it. Default true. */
  readonly checkpoint?: boolean;
  /** What may befall a request. Default: everything; after the pivot, what is transient. */
  readonly faults?: readonly StepFault[];
  readonly parallel?: never;
  readonly run?: never;
}

/** A step of a group: the group has the retry, the pivot and the checkpoint. */
export type ParallelStepOptions = Omit<StepOptions, 'retry' | 'pivot' | 'checkpoint'>;

/** Steps that are asked for at once. A failure of one is a failure of all, undone in reverse. */
export interface ParallelOptions {
  readonly parallel: { readonly [step: string]: ParallelStepOptions };
  readonly retry?: RetryOptions;
  readonly checkpoint?: boolean;
  readonly run?: never;
}

/**
 * The steps of a part in the place of this one, in the same worker, with its checkpoints and its
 * undo. Their names are put behind this one's: `payment/authorise`.
 */
export interface PartStepOptions<PartName extends string> {
  readonly run: PartName;
  readonly parallel?: never;
}

/** One step of a workflow: an effect, several side by side, or a part with steps of its own. */
export type OrchestrationStep<PartName extends string> =
  | StepOptions
  | ParallelOptions
  | PartStepOptions<PartName>;

/** What an orchestration without parts can run. */
export type NoParts = '(parts declares none)';

/** How often an effect has happened. */
export type Happened = 'not' | 'half' | 'once' | 'twice';

/** What a property of an orchestration sees. */
export interface OrchestrationState<StepName extends string> {
  /** What is durable of where it is. */
  readonly phase: Phase;
  /** By step; of a group or a part: `once` if all of it has happened, `half` if some of it has. */
  readonly steps: { readonly [step in StepName]: Happened };
}

/** Properties of an orchestration, by name. */
export interface OrchestrationProperties<StepName extends string> {
  readonly [property: string]: Property<OrchestrationState<StepName>>;
}

/** A workflow as steps and compensations. */
export interface Workflow<StepName extends string, PartName extends string> {
  /** In the order in which they are done. */
  readonly steps: { readonly [step in StepName]: OrchestrationStep<NoInfer<PartName>> };
  /** Sub-orchestrations, by name: steps that a step may stand for (`run`). */
  readonly parts?: {
    readonly [part in PartName]: {
      readonly steps: { readonly [step: string]: OrchestrationStep<NoInfer<PartName>> };
    };
  };
  /** For steps that do not say otherwise. */
  readonly retry?: RetryOptions;
  /** In which order what was done is undone. Default `reverse`. */
  readonly undo?: 'reverse' | 'forward';
  /** Whether the decision to undo is saved before anything is undone (spec 3.3). Default true. */
  readonly saveDecision?: boolean;
}

/** What can fail in all, besides what each step says. Both become parameters of the model. */
export interface FailureBudgets {
  /** Crashes of the worker, 0 to 3. Default 1. */
  readonly crashes?: number;
  /** Failures of services, of whatever kind, 0 to 5. Default 2. */
  readonly failures?: number;
}
