import { check } from '../check/check.ts';
import { planOf, selectProperties } from '../check/plan.ts';
import { itfTrace } from '../export/itf.ts';
import { lanes } from '../export/lanes.ts';
import { sequenceDiagram } from '../export/sequence.ts';
import { ReconvergeError } from '../model/error.ts';
import type { System } from '../model/system.ts';
import type { Trace } from '../model/verdict.ts';
import { chartsOf } from './charts.ts';
import { openModel, type Asked } from './open-model.ts';
import type { Task } from './protocol.ts';

export type Format = 'mermaid' | 'text' | 'itf';

export interface ExportRequest extends Asked {
  readonly format: Format;
  /** Whose trace is written; null: the machines are. */
  readonly property: string | null;
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

/** Loads the model and writes what is asked for, as text. */
export const exportTask: Task<ExportRequest, string, never> = async (request, control) => {
  const { system, model, given } = await openModel(request);
  const { format, property, memoryBytes } = request;
  if (property !== null) selectProperties(planOf(system), [property]);
  control.started({ model, given, properties: [] });
  if (property === null && format === 'mermaid') return chartsText(system);
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
