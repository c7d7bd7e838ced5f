import type { Phase } from '../model/laws.ts';
import type { AnyView } from '../model/system.ts';
import type { ActorStatus } from '../model/view.ts';
import type { Happened, OrchestrationState } from './options.ts';
import { stepsOf, type Plan, type PlannedStep } from './plan.ts';
import type { Row, Rows } from './service-machine.ts';
import { keyOf, type Progress } from './worker-machine.ts';
import { WORKER } from './wrong-options.ts';

interface WorkerSeen {
  readonly context: Progress;
  matches(state: string): boolean;
}

/** How the parts of a plan's states are read. */
export interface Reading {
  /** The worker's current state; null while it is down. */
  readonly worker: (state: AnyView) => WorkerSeen | null;
  /** How many stages its last checkpoint holds. */
  readonly savedStages: (state: AnyView) => number;
  readonly phase: (state: AnyView) => Phase;
  /** By step how often its effect has happened; a half counts 0.5. */
  readonly effects: (state: AnyView) => readonly number[];
  readonly effect: (state: AnyView, step: PlannedStep) => number;
  /** Whether its service was never asked for it, or has forgotten. */
  readonly isUntouched: (state: AnyView, step: PlannedStep) => boolean;
  /** What the workflow's own properties see. */
  readonly whole: (state: AnyView) => OrchestrationState<string>;
}

const TIMES: Readonly<Record<Row, number>> = { void: 0, half: 0.5, full: 1, twice: 2 };
const TURNED = ['done', 'aborted', 'rollingBack', 'compensating'] as const;

function happened(times: readonly number[]): Happened {
  if (times.some((one) => one > 1)) return 'twice';
  if (times.every((one) => one === 1)) return 'once';
  return times.every((one) => one === 0) ? 'not' : 'half';
}

/** Reads states of the plan's model, and what the executor reports of a workflow's end. */
export function readingOf(plan: Plan): Reading {
  const steps = stepsOf(plan);
  const actor = (state: AnyView) =>
    state[WORKER] as WorkerSeen & { status: ActorStatus; saved: WorkerSeen };
  const rowOf = (state: AnyView, { service, name }: PlannedStep): Row | undefined =>
    (state[service] as { context: Rows }).context.rows[keyOf(actor(state).saved.context.id, name)];
  const effect = (state: AnyView, step: PlannedStep): number => {
    const row = rowOf(state, step);
    return row === undefined ? 0 : TIMES[row];
  };
  const phase = (state: AnyView): Phase =>
    TURNED.find((one) => actor(state).saved.matches(one)) ?? 'forward';
  const isUp = ({ status }: { status: ActorStatus }): boolean =>
    status !== 'down' && status !== 'halted';
  return {
    worker: (state) => (isUp(actor(state)) ? actor(state) : null),
    savedStages: (state) => actor(state).saved.context.stage,
    phase,
    effects: (state) => steps.map((step) => effect(state, step)),
    effect,
    isUntouched: (state, step) => rowOf(state, step) === undefined,
    whole: (state) => ({
      get phase() {
        return phase(state);
      },
      steps: Object.defineProperties(
        {},
        Object.fromEntries(
          Object.entries(plan.effectsOf).map(([name, effects]) => {
            const own = steps.filter((step) => effects.includes(step.name));
            const get = (): Happened => happened(own.map((step) => effect(state, step)));
            return [name, { get, enumerable: true }];
          }),
        ),
      ),
    }),
  };
}
