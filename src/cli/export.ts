import { Option } from 'commander';
import { documentOf } from '../report/document.ts';
import type { ExportRequest, Format } from './export-task.ts';
import { numberOr, setFlag, setParameters, texts, wholeNumber } from './flags.ts';
import { boundOf, runIsolated } from './isolated.ts';
import { limitsOf } from './limits.ts';
import { outcomeOf, type Invocation, type Outcome, type Verb } from './verb.ts';

/** Of a graph that anybody can look at. */
const STATES_MAX = 500;

async function perform({ model, options }: Invocation): Promise<Outcome> {
  const limits = limitsOf(options);
  const { property } = options;
  const request: ExportRequest = {
    model,
    set: setParameters(texts(options['set'])),
    format: options['format'] as Format,
    property: typeof property === 'string' ? property : null,
    statesMax: numberOr(options['maxStates'], STATES_MAX),
    memoryBytes: limits.memoryBytes,
  };
  const ending = await runIsolated<string>('export', request, { ...limits, onProgress: () => {} });
  const identity = ending.started?.model ?? null;
  if (ending.is === 'stopped') {
    const bounds = boundOf(ending.by, limits);
    return outcomeOf(documentOf({ verb: 'export', model: identity, bounds }), () => '');
  }
  const report = documentOf({ verb: 'export', model: identity, result: 'holds' });
  return outcomeOf(report, () => ending.answer);
}

/** `reconverge export`: machines and traces as other tools read them. */
export const exportVerb: Verb = {
  name: 'export',
  summary: 'write the machines, or the trace of a property, as other tools read them',
  examples: [
    'npx reconverge export two-phase-commit --format mermaid',
    'npx reconverge export order-fulfilment --set bug=forgetful --property converges --format text',
  ],
  takesModel: true,
  declare: (command) => {
    command
      .addOption(setFlag())
      .option('--property <name>', 'the trace of this property, not the machines')
      .addOption(
        new Option(
          '--format <name>',
          'mermaid: state or sequence diagrams; dot: the graph of states; text, itf: a trace',
        )
          .choices(['mermaid', 'dot', 'text', 'itf'] satisfies readonly Format[])
          .default('mermaid'),
      )
      .option(
        '--max-states <n>',
        `draw no graph of more states (default ${STATES_MAX})`,
        wholeNumber(1),
      )
      .option('--memory <MiB>', 'stop at this resident size of the process', wholeNumber(1));
  },
  perform,
};
