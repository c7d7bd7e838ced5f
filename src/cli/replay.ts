import { documentOf } from '../report/document.ts';
import { reportText } from '../report/text.ts';
import { setParameters, texts } from './flags.ts';
import { boundOf, runIsolated } from './isolated.ts';
import { limitsOf } from './limits.ts';
import { readRecorded } from './recorded-traces.ts';
import type { ReplayAnswer, ReplayRequest } from './replay-task.ts';
import { outcomeOf, type Invocation, type Outcome } from './verb.ts';

/**
 * `check --replay FILE`: are the traces of the file behaviours of this model? The parameters are
 * the file's, where it has them, overridden by `--set`. `holds` says that all of them are.
 * @throws ReconvergeError RCV504 for a file without traces
 */
export async function replay(invocation: Invocation, file: string): Promise<Outcome> {
  const { model, options, note, signal } = invocation;
  const { traces, parameters, hash } = readRecorded(file);
  const set = { ...parameters, ...setParameters(texts(options['set'])) };
  const request: ReplayRequest = { model, set, traces };
  const limits = limitsOf(options);
  const ending = await runIsolated<ReplayAnswer>('replay', request, {
    ...limits,
    onProgress: () => {},
    signal,
  });
  const { started } = ending;
  if (hash !== null && started !== null && hash !== started.model.hash) {
    note('note: the model is not the one that the traces were found in');
  }
  const properties = ending.is === 'done' ? ending.answer.properties : [];
  const isRefuted = properties.some(({ result }) => result === 'violated');
  const judged = isRefuted ? 'violated' : 'holds';
  const report = documentOf({
    verb: 'check',
    model: started?.model ?? null,
    result: ending.is === 'done' ? judged : 'unknown',
    bounds: ending.is === 'done' ? {} : boundOf(ending.by, limits),
    properties,
  });
  return outcomeOf(report, (page) => reportText(report, page));
}
