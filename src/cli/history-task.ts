import { historyOfLines } from '../conform/history-file.ts';
import { historyOfWorkflow, systemOfWorkflow } from '../conform/history-table.ts';
import type { History } from '../conform/history.ts';
import { HistoryJudge, type Judged } from '../conform/judge-history.ts';
import { ReconvergeError } from '../model/error.ts';
import type { System } from '../model/system.ts';
import { Hosted } from '../postgres/hosted.ts';
import type { RecordedWorkflow } from '../postgres/recorded.ts';
import { loadModel } from './load-model.ts';
import { openModel, type Asked, type OpenModel } from './open-model.ts';
import type { Task } from './protocol.ts';

/** Histories to be judged, as they were read. */
export interface HistoryRequest extends Asked {
  readonly recorded:
    | { readonly is: 'lines'; readonly name: string; readonly text: string }
    | { readonly is: 'tables'; readonly workflows: readonly RecordedWorkflow[] };
  /** They may begin anywhere, or end anywhere. */
  readonly isSuffix: boolean;
  readonly isPrefix: boolean;
  readonly statesMax: number;
  readonly timeoutMs: number | null;
  readonly memoryBytes: number;
}

export interface HistoryProgress {
  readonly done: number;
  readonly of: number;
}

interface Asking {
  readonly system: System;
  readonly history: History;
}

/** @throws ReconvergeError RCV604 for a history that says that it is of another model */
function checkModel({ model, name }: History, asked: string): void {
  if (model === null || model === asked) return;
  throw new ReconvergeError('RCV604', `the history is of '${model}', not of '${asked}'`, {
    at: name,
    hint: `judge it with: reconverge conform ${model} --history …`,
  });
}

async function askings(
  request: HistoryRequest,
  { system, model: { name } }: OpenModel,
): Promise<readonly Asking[]> {
  const { recorded, model, isSuffix, isPrefix } = request;
  const asked = (history: History): History => ({
    ...history,
    isSuffix: isSuffix || history.isSuffix,
    cut: isPrefix ? null : history.cut,
  });
  if (recorded.is === 'lines') {
    const history = asked(historyOfLines(recorded.text, recorded.name));
    checkModel(history, name);
    return [{ system, history }];
  }
  const { parameters } = (await openModel(request)).model;
  const { binding } = new Hosted(await loadModel(model), parameters);
  return recorded.workflows.map((one) => ({
    system: systemOfWorkflow(system, binding, one.workflow ?? binding.example),
    history: asked(historyOfWorkflow(binding.orchestrator, one)),
  }));
}

/** Loads the model and judges recorded histories. */
export const historyTask: Task<HistoryRequest, readonly Judged[], HistoryProgress> = async (
  request,
  control,
) => {
  const opened = await openModel(request);
  const { model, given } = opened;
  const { statesMax, timeoutMs, memoryBytes } = request;
  const asked = await askings(request, opened);
  control.started({
    model,
    given,
    properties: asked.map(({ history }) => ({ name: history.name, kind: 'history' })),
  });
  const { interrupted } = control;
  const deadline = performance.now() + (timeoutMs ?? Infinity);
  return asked.map(({ system: one, history }, done) => {
    control.progress({ done, of: asked.length });
    const left = Math.max(0, deadline - performance.now());
    const bounds = { statesMax, timeoutMs: left, memoryBytes, interrupted };
    return new HistoryJudge(one, bounds).judge(history);
  });
};
