import { mutate, type Fate, type MutationReport } from '../mutate/mutate.ts';
import type { PropertyReport } from '../model/verdict.ts';
import { openModel, type Asked } from './open-model.ts';
import type { Task } from './protocol.ts';

/** Mutants as the worker thread is asked for them. */
export interface MutateRequest extends Asked {
  readonly statesMax: number | null;
  readonly memoryBytes: number;
}

export interface MutateProgress {
  readonly done: number;
  readonly of: number;
}

type Judged = Pick<PropertyReport, 'result' | 'because' | 'values' | 'trace'>;

function judged(fate: Fate): Judged {
  const plain = { values: {}, trace: null };
  switch (fate.is) {
    case 'killed':
      return { ...plain, result: 'holds', because: null, values: { killedBy: fate.by } };
    case 'refused':
      return { ...plain, result: 'holds', because: `refused: ${fate.because}` };
    case 'equivalent':
      return { ...plain, result: 'holds', because: 'it changes no behaviour' };
    case 'undecided':
      return { ...plain, result: 'unknown', because: 'a bound was reached first' };
    case 'survivor': {
      const because =
        fate.does === null
          ? 'no property asks for the last step, which it does not take'
          : 'no property forbids the last step, which only it takes';
      return { ...plain, result: 'violated', because, trace: fate.does ?? fate.lacks };
    }
  }
}

/** Loads the model and judges its mutants, each told as a property that holds if it is caught. */
export const mutateTask: Task<MutateRequest, MutationAnswer, MutateProgress> = async (
  request,
  control,
) => {
  const { system, model, given } = await openModel(request);
  control.started({ model, given, properties: [] });
  const { statesMax, memoryBytes } = request;
  const report = mutate(system, {
    memoryBytes,
    ...(statesMax === null ? {} : { statesMax }),
    interrupted: control.interrupted,
    onProgress: (done, of) => control.progress({ done, of }),
  });
  const properties = report.mutants.map(({ name, fate }): PropertyReport => {
    const shown = { name, kind: 'mutant', failure: null, vacuous: false, replay: null };
    return { ...shown, ...judged(fate) };
  });
  const { killed, survivors, undecided } = report;
  return { properties, killed, survivors, undecided };
};

export interface MutationAnswer extends Omit<MutationReport, 'mutants'> {
  readonly properties: readonly PropertyReport[];
}
