import { parameterValues } from '../model/parameter.ts';
import { Hosted } from '../postgres/hosted.ts';
import { serveParent } from '../postgres/worker.ts';
import { loadModel } from './load-model.ts';

/** The entry of a worker process: its argument names the model, as JSON `{ model, set }`. */
const { model: name, set } = JSON.parse(process.argv[2] ?? '{}') as {
  model: string;
  set: Record<string, string>;
};
const model = await loadModel(name);
serveParent(new Hosted(model, parameterValues(model.parameters, set)));
