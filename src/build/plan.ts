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

/** How many crashes, and how many failures of services, there may be. */
export interface Budgets {
  readonly crashes: number;
  readonly failures: number;
}

const faultsIn = ({ steps }: Stage): ReadonlySet<string> =>
  new Set(steps.flatMap(({ faults }) => faults));
const isFinal = (faults: ReadonlySet<string>): boolean =>
  faults.has('refuse') || faults.has('halfDone');
const hasTimeout = ({ steps }: Stage): boolean => steps.some(({ timeoutMs }) => timeoutMs !== null);

/** Whether so many failures of services can make a workflow turn back while it is at that stage. */
function turnsBack(stage: Stage, failures: number): boolean {
  if (stage.isPastPivot) return false;
  const faults = faultsIn(stage);
  if (failures > 0 && isFinal(faults)) return true;
  return hasTimeout(stage) || (faults.size > 0 && failures >= stage.attempts);
}

/** The same, of that stage or a later one. */
export function canTurnBack({ stages }: Plan, failures: number, from = 0): boolean {
  return stages.slice(from).some((stage) => turnsBack(stage, failures));
}

/** Whether an effect of a stage may have happened when the workflow turns back at it. */
function mayHaveHappened(stage: Stage, { crashes, failures }: Budgets): boolean {
  const faults = faultsIn(stage);
  if (crashes > 0 || stage.steps.length > 1 || hasTimeout(stage)) return true;
  if (faults.has('halfDone')) return true;
  const isLost = faults.has('loseReply') || faults.has('late');
  return isLost && (failures >= stage.attempts || (failures > 1 && isFinal(faults)));
}

/** Whether there may be something to undo when a workflow turns back. */
export function canUndo(plan: Plan, budgets: Budgets): boolean {
  const undoes = undoesOf(plan);
  return plan.stages.some((stage, at) => {
    if (!turnsBack(stage, budgets.failures)) return false;
    if (undoes.some((undo) => undo.stage < at)) return true;
    return undoes.some((undo) => undo.stage === at) && mayHaveHappened(stage, budgets);
  });
}
