import { check, type CheckReport } from '../check/check.ts';
import { fewestFaults } from '../check/fewest.ts';
import { toleranceOf } from '../check/tolerance.ts';
import { planOf } from '../check/plan.ts';
import { withFewest } from '../report/fewest.ts';
import { openModel, type Asked } from './open-model.ts';
import type { Progress } from '../explore/exploration.ts';
import type { ToleranceRow } from '../model/verdict.ts';
import type { Task } from './protocol.ts';

/** A check as the worker thread is asked for it. */
export interface CheckRequest extends Asked {
  readonly properties: readonly string[];
  readonly symmetry: boolean;
  readonly reduce: boolean;
  readonly statesMax: number | null;
  readonly depthMax: number | null;
  readonly timeoutMs: number | null;
  readonly memoryBytes: number;
  /** Threads that may share the exploration. */
  readonly workers: number;
  /** Whether the tolerance table is asked for. */
  readonly tolerance: boolean;
}

/** How far a check is: its exploration, or one of those for the tolerance table. */
export interface CheckProgress extends Progress {
  readonly isTable?: boolean;
}

export interface CheckAnswer extends CheckReport {
  readonly tolerance: readonly ToleranceRow[];
  /** Why rows of it are missing; null when none are. */
  readonly toleranceMissing: string | null;
}

/** Loads the model and decides its properties. */
export const checkTask: Task<CheckRequest, CheckAnswer, CheckProgress> = async (
  request,
  control,
) => {
  const { system, model, given } = await openModel(request);
  const { properties, symmetry, reduce, workers } = request;
  const { statesMax, depthMax, timeoutMs, memoryBytes } = request;
  const plan = planOf(system, properties);
  control.started({
    model,
    given,
    properties: plan.properties.map(({ name, property: { kind } }) => ({ name, kind })),
  });
  const options = {
    symmetry,
    reduce,
    memoryBytes,
    ...(statesMax === null ? {} : { statesMax }),
    ...(depthMax === null ? {} : { depthMax }),
    ...(timeoutMs === null ? {} : { timeoutMs }),
    onProgress: control.progress,
    interrupted: control.interrupted,
  };
  const begun = performance.now();
  const spare = (): { readonly timeoutMs?: number } =>
    timeoutMs === null ? {} : { timeoutMs: Math.max(0, timeoutMs - (performance.now() - begun)) };
  const onProgress = (progress: Progress): void => control.progress({ ...progress, isTable: true });
  const found = check(system, { ...options, properties, workers });
  const fewest = fewestFaults(system, found, { ...options, ...spare(), onProgress });
  const report = {
    ...found,
    properties: found.properties.map((one) => withFewest(one, fewest.get(one.name))),
  };
  const isWanted = request.tolerance && report.completeness === 'exhaustive';
  if (!isWanted) return { ...report, tolerance: [], toleranceMissing: null };
  const { rows, missing } = toleranceOf(system, { ...options, ...spare(), onProgress }, report);
  return { ...report, tolerance: rows, toleranceMissing: missing };
};
