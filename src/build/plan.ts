import type { StepFault, UndoFault } from './options.ts';

/** A step with every option decided. */
export interface PlannedStep {
  /** Of its effect, and in its idempotency key. */
  readonly name: string;
  readonly service: string;
  readonly isIdempotent: boolean;
  readonly faults: readonly StepFault[];
  readonly undo: {
    readonly effect: string;
    readonly keepsTombstone: boolean;
    readonly faults: readonly UndoFault[];
  } | null;
  readonly timeoutMs: number | null;
}

/** What is done at once, tried again at once, and followed by one checkpoint. */
export interface Stage {
  readonly name: string;
  /** The steps of a group; else the one. */
  readonly steps: readonly PlannedStep[];
  readonly isParallel: boolean;
  /** Attempts in all; Infinity: until it succeeds. */
  readonly attempts: number;
  readonly backoffMs: number;
  readonly isSaved: boolean;
  /** Behind the pivot there is no way back. */
  readonly isPastPivot: boolean;
}

/** A workflow with every option decided. Plain data. */
export interface Plan {
  readonly name: string;
  readonly stages: readonly Stage[];
  readonly undo: 'reverse' | 'forward';
  readonly savesDecision: boolean;
  /** By step of the workflow as it was written: the effects that it stands for. */
  readonly effectsOf: { readonly [step: string]: readonly string[] };
}

export const stepsOf = ({ stages }: Plan): readonly PlannedStep[] =>
  stages.flatMap(({ steps }) => steps);

export const servicesOf = (plan: Plan): readonly string[] => [
  ...new Set(stepsOf(plan).map(({ service }) => service)),
];

/** An undo, and the stage of what it undoes. */
export interface Undo {
  readonly effect: string;
  readonly stage: number;
}

/** What is undone, in the order in which it is; within a group always in reverse. */
export function undoesOf({ stages, undo }: Plan): readonly Undo[] {
  const byStage = stages.map(({ steps }, stage) =>
    steps
      .flatMap((step): readonly Undo[] =>
        step.undo === null ? [] : [{ effect: step.undo.effect, stage }],
      )
      .toReversed(),
  );
  return (undo === 'reverse' ? byStage.toReversed() : byStage).flat();
}

/**
 * Whether so many failures of services can make a workflow turn back at that stage or a later one.
 */
export function canTurnBack({ stages }: Plan, failures: number, from = 0): boolean {
  return stages.slice(from).some(({ steps, attempts, isPastPivot }) => {
    if (isPastPivot) return false;
    const faults = new Set(steps.flatMap((step) => step.faults));
    const isFinal = faults.has('refuse') || faults.has('halfDone');
    if (failures > 0 && isFinal) return true;
    if (steps.some(({ timeoutMs }) => timeoutMs !== null)) return true;
    return faults.size > 0 && failures >= attempts;
  });
}
