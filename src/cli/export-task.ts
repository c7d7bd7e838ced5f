import { check } from '../check/check.ts';
import { spanOf } from '../check/explored.ts';
import { planOf } from '../check/plan.ts';
import { dotGraph, type DrawnStep } from '../export/dot.ts';
import { itfTrace } from '../export/itf.ts';
import { lanes } from '../export/lanes.ts';
import { sequenceDiagram } from '../export/sequence.ts';
import { ReconvergeError } from '../model/error.ts';
import type { System } from '../model/system.ts';
import type { Trace } from '../model/verdict.ts';
import { stateSummary } from '../report/difference.ts';
import { eventText } from '../report/shorten.ts';
import { chartsOf } from './charts.ts';
import { openModel, type Asked } from './open-model.ts';
import type { Task } from './protocol.ts';

export type Format = 'mermaid' | 'dot' | 'text' | 'itf';

export interface ExportRequest extends Asked {
  readonly format: Format;
  /** Whose trace is written; null: the machines are. */
  readonly property: string | null;
  /** Of a graph that is drawn, at most; 1 or more. */
  readonly statesMax: number;
  readonly memoryBytes: number;
}

/** Of a diagram in characters. */
const COLUMNS = 100;

function traceOf(system: System, name: string, memoryBytes: number): Trace {
  const [report] = check(system, { properties: [name], memoryBytes }).properties;
  if (report?.trace) return report.trace;
  throw new ReconvergeError('RCV507', `'${name}' has no trace: it ${report?.result ?? 'is open'}`, {
    hint: 'a trace belongs to a property that is violated, or to a sometimes that holds',
  });
}

const chartsText = (system: System): string =>
  chartsOf(system)
    .map(({ actors, diagram }) => `%% ${actors.join(', ')}\n${diagram}`)
    .join('\n');

/** The graph of all reachable states. @throws ReconvergeError RCV507 when there are too many */
function graphText(system: System, name: string, statesMax: number): string {
  const [compiled, found] = spanOf(system, [], statesMax);
  if (found.incomplete !== null) {
    throw new ReconvergeError('RCV507', `there are more than ${statesMax} states to be drawn`, {
      hint: 'fewer actors or faults make it smaller; or draw more of them: --max-states N',
    });
  }
  const views = Array.from({ length: found.states }, (_, state) =>
    compiled.stateView(found.row(state)),
  );
  const { offsets, actions, targets } = found.graph;
  const steps = views.flatMap((_, from) =>
    Array.from(targets.subarray(offsets[from], offsets[from + 1]), (to, at): DrawnStep => {
      const { actor, event, label, fault } = compiled.action(actions[offsets[from]! + at]!);
      const what = `${compiled.actorNames[actor]} ${eventText(event)}`;
      return { from, to, label, text: fault === null ? what : `${what} ! ${fault.name}` };
    }),
  );
  const states = views.map((view, index) => ({
    lines: stateSummary(view),
    isInitial: index < found.initial,
  }));
  return dotGraph({ name, states, steps });
}

/** Loads the model and writes what is asked for, as text. */
export const exportTask: Task<ExportRequest, string, never> = async (request, control) => {
  const { system, model, given } = await openModel(request);
  const { format, property, memoryBytes, statesMax } = request;
  if (property !== null) planOf(system, [property]);
  control.started({ model, given, properties: [] });
  if (property === null && format === 'mermaid') return chartsText(system);
  if (property === null && format === 'dot') return graphText(system, model.name, statesMax);
  if (format === 'dot') {
    throw new ReconvergeError('RCV507', 'dot is for the graph of states, not for a trace', {
      hint: 'leave --property out; or draw the trace: --format mermaid',
    });
  }
  if (property === null) {
    throw new ReconvergeError('RCV507', `${format} is for traces`, {
      hint: 'say whose: --property NAME',
    });
  }
  const trace = traceOf(system, property, memoryBytes);
  if (format === 'mermaid') return sequenceDiagram(trace);
  if (format === 'text') return lanes(trace, COLUMNS);
  return `${JSON.stringify(itfTrace(trace, `${model.name}: ${property}`), null, 2)}\n`;
};
