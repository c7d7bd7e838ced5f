import { planOf } from '../check/plan.ts';
import { simulate, type SimulationReport } from '../generate/simulate.ts';
import { openModel, type Asked } from './open-model.ts';
import type { Task } from './protocol.ts';

/** A simulation as the worker thread is asked for it. */
export interface SimulateRequest extends Asked {
  readonly properties: readonly string[];
  readonly runs: number | null;
  readonly seed: number;
  readonly path: string | null;
}

/** Loads the model and runs random failure sequences; its progress is the number of runs done. */
export const simulateTask: Task<SimulateRequest, SimulationReport, number> = async (
  request,
  control,
) => {
  const { system, model, given } = await openModel(request);
  const { properties, runs, seed, path } = request;
  const plan = planOf(system, properties);
  const asked = plan.properties.map(({ name, property: { kind } }) => ({ name, kind }));
  control.started({ model, given, properties: asked });
  return simulate(system, {
    properties,
    seed,
    ...(runs === null ? {} : { runs }),
    ...(path === null ? {} : { path }),
    onProgress: control.progress,
    interrupted: control.interrupted,
  });
};
