import { exampleOf } from '../check/example.ts';
import { planOf } from '../check/plan.ts';
import type { PropertyReport } from '../model/verdict.ts';
import { openModel, type Asked } from './open-model.ts';
import type { Progress } from '../explore/exploration.ts';
import type { Task } from './protocol.ts';

export interface ExampleRequest extends Asked {
  /** The property that the run is an example of. */
  readonly property: string;
  readonly symmetry: boolean;
  readonly statesMax: number | null;
  readonly depthMax: number | null;
  readonly timeoutMs: number | null;
  readonly memoryBytes: number;
}

/** Loads the model and looks for a run that shows what a property asks for. */
export const exampleTask: Task<ExampleRequest, PropertyReport, Progress> = async (
  request,
  control,
) => {
  const { system, model, given } = await openModel(request);
  const { property, symmetry, statesMax, depthMax, timeoutMs, memoryBytes } = request;
  planOf(system, [property]);
  control.started({ model, given, properties: [{ name: property, kind: 'example' }] });
  return exampleOf(system, property, {
    symmetry,
    memoryBytes,
    ...(statesMax === null ? {} : { statesMax }),
    ...(depthMax === null ? {} : { depthMax }),
    ...(timeoutMs === null ? {} : { timeoutMs }),
    onProgress: control.progress,
    interrupted: control.interrupted,
  });
};
