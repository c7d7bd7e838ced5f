import type { Report } from '../model/verdict.ts';
import { documentOf } from '../report/document.ts';
import { mutationText } from '../report/mutation.ts';
import { numberOr, setFlag, setParameters, texts, wholeNumber } from './flags.ts';
import { boundOf, runIsolated } from './isolated.ts';
import { limitsOf } from './limits.ts';
import type { MutateProgress, MutateRequest, MutationAnswer } from './mutate-task.ts';
import { ProgressLine } from './progress.ts';
import { outcomeOf, type Invocation, type Outcome, type Verb } from './verb.ts';

function resultOf({ survivors, undecided }: MutationAnswer): Report['result'] {
  if (survivors > 0) return 'violated';
  return undecided > 0 ? 'unknown' : 'holds';
}

async function perform({ model, options }: Invocation): Promise<Outcome> {
  const limits = limitsOf(options);
  const { memoryBytes } = limits;
  const statesMax = numberOr(options['maxStates'], null);
  const set = setParameters(texts(options['set']));
  const request: MutateRequest = { model, set, statesMax, memoryBytes };
  const line = new ProgressLine(process.stderr);
  try {
    const ending = await runIsolated<MutationAnswer, MutateProgress>('mutate', request, {
      ...limits,
      onProgress: ({ done, of }) => line.update(`mutants: ${done} of ${of} judged`),
    });
    const identity = ending.started?.model ?? null;
    const report =
      ending.is === 'done'
        ? documentOf({
            verb: 'mutate',
            model: identity,
            result: resultOf(ending.answer),
            completeness: ending.answer.undecided > 0 ? 'bounded' : 'exhaustive',
            properties: ending.answer.properties,
          })
        : documentOf({ verb: 'mutate', model: identity, bounds: boundOf(ending.by, limits) });
    return outcomeOf(report, (page) => mutationText(report, page));
  } finally {
    line.close();
  }
}

/** `reconverge mutate`: which small mistakes in the machines no property would notice. */
export const mutateVerb: Verb = {
  name: 'mutate',
  summary: 'change the machines one small step at a time: which property notices?',
  examples: [
    'npx reconverge mutate two-phase-commit --max-states 10000',
    'npx reconverge mutate chain-replication --out mutants',
  ],
  takesModel: true,
  declare: (command) => {
    command
      .addOption(setFlag())
      .option('--max-states <n>', 'give a mutant up after so many states', wholeNumber(1))
      .option('--memory <MiB>', 'stop at this resident size of the process', wholeNumber(1))
      .option('--out <dir>', 'write report.json there');
  },
  perform,
};
