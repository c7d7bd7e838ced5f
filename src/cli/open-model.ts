import { parameterValues } from '../model/parameter.ts';
import type { System } from '../model/system.ts';
import { givenParameters } from '../report/command.ts';
import type { ModelIdentity } from '../report/document.ts';
import { modelHash } from '../report/hash.ts';
import { buildSystem, loadModel } from './load-model.ts';

/** Which model, with which parameters, as the user wrote them. */
export interface Asked {
  readonly model: string;
  readonly set: Readonly<Record<string, string>>;
}

export interface OpenModel {
  readonly system: System;
  readonly model: ModelIdentity;
  /** The parameters that are not the default anyway. */
  readonly given: { readonly [name: string]: string | number };
}

/** Loads a model and builds its system. @throws ReconvergeError RCV101 to RCV108 */
export async function openModel({ model: asked, set }: Asked): Promise<OpenModel> {
  const model = await loadModel(asked);
  const { name, parameters: declared } = model;
  const parameters = parameterValues(declared, set);
  const system = buildSystem(model, parameters);
  return {
    system,
    model: { name, parameters, hash: modelHash(name, parameters, system) },
    given: givenParameters(declared, parameters),
  };
}
