import { readFileSync } from 'node:fs';
import { ReconvergeError, messageOf } from '../model/error.ts';
import type { Trace, TraceStep } from '../model/verdict.ts';
import { FEWEST } from '../report/fewest.ts';
import type { NamedTrace } from './replay-task.ts';

/** What a file with traces holds: the traces, and which model they were found in, if it says so. */
export interface Recorded {
  readonly traces: readonly NamedTrace[];
  readonly parameters: Readonly<Record<string, string>>;
  readonly hash: string | null;
}

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function isStep(value: unknown): value is TraceStep {
  if (!isFields(value) || typeof value['actor'] !== 'string') return false;
  const { event, state } = value;
  return isFields(event) && typeof event['type'] === 'string' && isFields(state);
}

function isTrace(value: unknown): value is Trace {
  if (!isFields(value) || !isFields(value['initial']) || !Array.isArray(value['steps']))
    return false;
  const { steps, loop = null } = value;
  if (!(steps as unknown[]).every(isStep)) return false;
  if (loop === null) return true;
  return (
    Number.isInteger(loop) && (loop as number) >= 0 && (loop as number) < value['steps'].length
  );
}

function traceNamed(
  name: unknown,
  trace: unknown,
  budgets: NamedTrace['budgets'] = null,
): readonly NamedTrace[] {
  if (!isTrace(trace)) return [];
  const { initial, steps, loop = null } = trace;
  return [
    { name: typeof name === 'string' ? name : 'trace', trace: { initial, steps, loop }, budgets },
  ];
}

const budgetsIn = (faults: Fields): readonly (readonly [string, number])[] =>
  Object.entries(faults).filter(
    (entry): entry is [string, number] => typeof entry[1] === 'number' && entry[1] > 0,
  );

/** A witness of the tolerance table is a behaviour under budgets of its own. */
function witnessNamed({ faults, values, witness }: Fields): readonly NamedTrace[] {
  const of = (isFields(values) ? values['witnessOf'] : undefined) ?? faults;
  if (!isFields(of)) return [];
  const budgets = budgetsIn(of);
  const name = budgets.map(([fault, count]) => (count === 1 ? fault : `${count} × ${fault}`));
  return traceNamed(name.join(' + '), witness, Object.fromEntries(budgets));
}

/** So is the trace with the fewest faults. */
function fewestNamed({ name, values }: Fields): readonly NamedTrace[] {
  const fewest = isFields(values) ? values[FEWEST] : undefined;
  if (!isFields(fewest) || !isFields(fewest['faults'])) return [];
  const budgets = budgetsIn(fewest['faults']);
  return traceNamed(`${String(name)}, fewest faults`, fewest['trace'], Object.fromEntries(budgets));
}

function tracesOf(content: Fields): readonly NamedTrace[] {
  const { properties, tolerance, name, trace } = content;
  const ofProperties = (Array.isArray(properties) ? properties : [])
    .filter(isFields)
    .flatMap((property) => [
      ...traceNamed(property['name'], property['trace']),
      ...fewestNamed(property),
    ]);
  const witnesses = (Array.isArray(tolerance) ? tolerance : [])
    .filter(isFields)
    .flatMap(witnessNamed);
  const own = [...traceNamed(name, content), ...traceNamed(name, trace), ...fewestNamed(content)];
  return [...own, ...ofProperties, ...witnesses];
}

function parametersOf(model: unknown): Readonly<Record<string, string>> {
  const parameters = isFields(model) ? model['parameters'] : null;
  if (!isFields(parameters)) return {};
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [name, String(value)]),
  );
}

function unreadable(path: string, message: string): ReconvergeError {
  return new ReconvergeError('RCV504', `'${path}' cannot be replayed: ${message}`, {
    at: path,
    hint: 'give a report written with --json or --out, or one of its traces',
  });
}

/**
 * The traces of a report, of one of its properties, or a trace by itself.
 * @throws ReconvergeError RCV504 when the file cannot be read or holds no trace
 */
export function readRecorded(path: string): Recorded {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (thrown) {
    throw unreadable(path, messageOf(thrown));
  }
  const traces = isFields(content) ? tracesOf(content) : [];
  if (!isFields(content) || traces.length === 0) throw unreadable(path, 'it holds no trace');
  const { model } = content;
  const hash = isFields(model) && typeof model['hash'] === 'string' ? model['hash'] : null;
  return { traces, parameters: parametersOf(model), hash };
}
