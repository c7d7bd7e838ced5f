import { check, type CheckReport } from '../check/check.ts';
import { planOf, selectProperties } from '../check/plan.ts';
import { openModel, type Asked } from './open-model.ts';
import type { Progress } from '../explore/exploration.ts';
import type { Task } from './protocol.ts';

/** A check as the worker thread is asked for it. */
export interface CheckRequest extends Asked {
  readonly properties: readonly string[];
  readonly symmetry: boolean;
  readonly statesMax: number | null;
  readonly depthMax: number | null;
  readonly timeoutMs: number | null;
  readonly memoryBytes: number;
}

/** Loads the model and decides its properties. */
export const checkTask: Task<CheckRequest, CheckReport, Progress> = async (request, control) => {
  const { system, model, given } = await openModel(request);
  const { properties, symmetry, statesMax, depthMax, timeoutMs, memoryBytes } = request;
  const plan = selectProperties(planOf(system), properties);
  control.started({
    model,
    given,
    properties: plan.properties.map(({ name, property: { kind } }) => ({ name, kind })),
  });
  return check(system, {
    properties,
    symmetry,
    memoryBytes,
    ...(statesMax === null ? {} : { statesMax }),
    ...(depthMax === null ? {} : { depthMax }),
    ...(timeoutMs === null ? {} : { timeoutMs }),
    onProgress: control.progress,
    interrupted: control.interrupted,
  });
};
