import type { Progress } from '../explore/exploration.ts';
import type { PropertyReport } from '../model/verdict.ts';
import { documentOf } from '../report/document.ts';
import { exampleText } from '../report/text.ts';
import { exploring } from './check-progress.ts';
import type { ExampleRequest } from './example-task.ts';
import { numberOr, setParameters, texts } from './flags.ts';
import { boundOf, runIsolated } from './isolated.ts';
import { limitsOf } from './limits.ts';
import { ProgressLine } from './progress.ts';
import { outcomeOf, type Invocation, type Outcome } from './verb.ts';

/**
 * `check --example P`: a shortest run that shows what the property asks for. `holds` says that
 * there is one; the property itself is not decided.
 */
export async function example(
  { model, options, signal }: Invocation,
  name: string,
): Promise<Outcome> {
  const limits = limitsOf(options);
  const request: ExampleRequest = {
    model,
    set: setParameters(texts(options['set'])),
    property: name,
    symmetry: options['symmetry'] === true,
    statesMax: numberOr(options['maxStates'], null),
    depthMax: numberOr(options['maxDepth'], null),
    ...limits,
  };
  const line = new ProgressLine(process.stderr);
  try {
    const ending = await runIsolated<PropertyReport, Progress>('example', request, {
      ...limits,
      onProgress: (progress) => line.update(exploring(progress)),
      signal,
    });
    const found = ending.is === 'done' ? ending.answer : null;
    const report = documentOf({
      verb: 'check',
      model: ending.started?.model ?? null,
      result: found?.result ?? 'unknown',
      bounds: ending.is === 'done' ? {} : boundOf(ending.by, limits),
      properties: found === null ? [] : [found],
    });
    return outcomeOf(report, (page) => exampleText(report, page));
  } finally {
    line.close();
  }
}
