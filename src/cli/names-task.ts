import { planOf } from '../check/plan.ts';
import { parameterValues, type Parameters } from '../model/parameter.ts';
import { buildSystem, loadModel } from './load-model.ts';
import type { Asked } from './open-model.ts';
import type { Task } from './protocol.ts';

/** What can be named of a model on the command line. */
export interface ModelNames {
  readonly parameters: Parameters;
  readonly properties: readonly string[];
}

/** Loads the model and lists its names; those of properties are of the parameters given. */
export const namesTask: Task<Asked, ModelNames, never> = async ({ model: asked, set }) => {
  const model = await loadModel(asked);
  const { parameters } = model;
  const known = Object.entries(set).filter(([name]) => Object.hasOwn(parameters, name));
  const system = buildSystem(model, parameterValues(parameters, Object.fromEntries(known)));
  return { parameters, properties: planOf(system).properties.map(({ name }) => name) };
};
