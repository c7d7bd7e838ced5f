import type { CheckReport } from '../check/check.ts';
import type { ErrorCode } from '../model/error.ts';
import type { PropertyReport, Report, Stats } from '../model/verdict.ts';
import type { ToleranceRow, Trace, TraceStep } from '../model/verdict.ts';

/** What a document says about the model that was looked at. */
export type ModelIdentity = NonNullable<Report['model']>;

/** An error as the document holds it. */
export interface ErrorDescription {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string | null;
  readonly at: string | null;
}

const EMPTY = {
  schema: 'reconverge/report@1',
  model: null,
  result: 'unknown',
  completeness: null,
  bounds: {},
  seed: null,
  stats: null,
  properties: [],
  tolerance: [],
  conformance: null,
  error: null,
} as const;

/** The document with every field that is not given null or empty; its result is `unknown` then. */
export function documentOf(fields: { readonly verb: string } & Partial<Report>): Report {
  return ordered({ ...EMPTY, ...fields });
}

/** The document of a run that ended in an error: everything else is null or empty. */
export function errorDocument(verb: string, error: ErrorDescription): Report {
  return documentOf({ verb, error });
}

/**
 * What of a check goes into its document; without `stats` if it was stopped before there were any.
 */
type Found = Omit<CheckReport, 'stats' | 'assumptions'> & {
  readonly stats: Stats | null;
  readonly tolerance: readonly ToleranceRow[];
};

/** The document of an exhaustive check, with the command that repeats it beside each property. */
export function checkDocument(
  model: ModelIdentity,
  found: Found,
  replay: (property: string) => string,
): Report {
  const { result, completeness, bounds, stats, tolerance } = found;
  const properties = found.properties.map((property) => ({
    ...property,
    replay: replay(property.name),
  }));
  const verdicts = { result, completeness, bounds, stats, properties, tolerance };
  return documentOf({ verb: 'check', model, ...verdicts });
}

function orderedStep({ actor, event, label, fault, guards, state }: TraceStep): TraceStep {
  return { actor, event, label, fault, ...(guards !== undefined && { guards }), state };
}

function orderedTrace({ initial, steps, loop }: Trace): Trace {
  return { initial, steps: steps.map(orderedStep), loop };
}

function orderedProperty(property: PropertyReport): PropertyReport {
  const { name, kind, result, failure, vacuous, because, values, trace, replay } = property;
  const shown = trace === null ? null : orderedTrace(trace);
  return { name, kind, result, failure, vacuous, because, values, trace: shown, replay };
}

function orderedRow(row: ToleranceRow): ToleranceRow {
  const { faults, kind, persistence, class: failureClass, tolerates, ...rest } = row;
  const { atLeast, values, witness } = rest;
  const shown = witness === null ? null : orderedTrace(witness);
  return {
    faults,
    kind,
    persistence,
    class: failureClass,
    tolerates,
    atLeast,
    values,
    witness: shown,
  };
}

function orderedStats(stats: Stats): Stats {
  const { states, transitions, depth, seconds, statesPerSecond, ...rest } = stats;
  const { bytesPerState, visited, peakRssBytes } = rest;
  return {
    states,
    transitions,
    depth,
    seconds,
    statesPerSecond,
    bytesPerState,
    visited,
    peakRssBytes,
  };
}

/** The same content with its keys in the one order of the schema, whoever made it. */
function ordered(report: Report): Report {
  const { verb, model, result, completeness, bounds, seed, stats } = report;
  return {
    schema: 'reconverge/report@1',
    verb,
    model:
      model === null ? null : { name: model.name, parameters: model.parameters, hash: model.hash },
    result,
    completeness,
    bounds,
    seed,
    stats: stats === null ? null : orderedStats(stats),
    properties: report.properties.map(orderedProperty),
    tolerance: report.tolerance.map(orderedRow),
    conformance: report.conformance,
    error: report.error,
  };
}

/** The text of a document: one JSON value and a newline. */
export function documentText(report: Report): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}
