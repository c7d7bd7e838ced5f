import { retrace, TraceRefuted } from '../check/retrace.ts';
import { withBudgets } from '../machine/budgets.ts';
import type { PropertyReport, Trace } from '../model/verdict.ts';
import { openModel, type Asked } from './open-model.ts';
import type { Task } from './protocol.ts';

/** A trace of a file, with the name that it goes by. */
export interface NamedTrace {
  readonly name: string;
  readonly trace: Trace;
  /** The budgets of all faults, where they are not the model's own. */
  readonly budgets: { readonly [fault: string]: number } | null;
}

export interface ReplayRequest extends Asked {
  readonly traces: readonly NamedTrace[];
}

export interface ReplayAnswer {
  readonly properties: readonly PropertyReport[];
}

/** Walks recorded traces through the model as it is now. */
export const replayTask: Task<ReplayRequest, ReplayAnswer, never> = async (request, control) => {
  const { system, model, given } = await openModel(request);
  const { traces } = request;
  const kind = 'replay';
  control.started({ model, given, properties: traces.map(({ name }) => ({ name, kind })) });
  const properties = traces.map(({ name, trace, budgets }): PropertyReport => {
    const shown = { name, kind, vacuous: false, values: {}, trace, replay: null };
    try {
      retrace(budgets === null ? system : withBudgets(system, budgets), trace);
      const because = 'the trace is a behaviour of this model';
      return { ...shown, result: 'holds', failure: null, because };
    } catch (thrown) {
      if (!(thrown instanceof TraceRefuted)) throw thrown;
      return { ...shown, result: 'violated', failure: 'step', because: thrown.message };
    }
  });
  return { properties };
};
