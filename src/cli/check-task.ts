import { check, type CheckReport } from '../check/check.ts';
import { planOf, selectProperties } from '../check/plan.ts';
import { openModel, type Asked } from './open-model.ts';
import type { Progress } from '../explore/exploration.ts';
import type { Control, Task } from './protocol.ts';

/** A check as the worker thread is asked for it. */
export interface CheckRequest extends Asked {
  readonly properties: readonly string[];
  readonly symmetry: boolean;
  readonly statesMax: number | null;
  readonly depthMax: number | null;
  readonly timeoutMs: number | null;
  readonly memoryBytes: number;
}

/** Loads the model and says so. Returns what is left to do: all of the computation. */
export async function prepareCheck(
  request: CheckRequest,
  control: Control<Progress>,
): Promise<() => CheckReport> {
  const { system, model, given } = await openModel(request);
  const { properties, symmetry, statesMax, depthMax, timeoutMs, memoryBytes } = request;
  return () => {
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
}

/** Loads the model and decides its properties. */
export const checkTask: Task<CheckRequest, CheckReport, Progress> = async (request, control) =>
  (await prepareCheck(request, control))();
