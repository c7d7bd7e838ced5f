/**
 * Suites of properties that any model can be put to, in any test runner: they throw what they find.
 * @module reconverge/properties
 */
import {
  check,
  laws,
  parameterValues,
  simulate,
  type CheckReport,
  type LawParts,
  type Model,
  type PropertyReport,
  type SimulationReport,
  type System,
} from 'reconverge';

/** A state of a model whose actors are not known here. */
type Seen = Parameters<NonNullable<System['tolerance']['consistent']>>[0];

/** Parameters as one types them: `{ crashes: '2' }`. */
type Given = Readonly<Record<string, string>>;

function shown({ name, failure, because, trace }: PropertyReport): string {
  const steps = (trace?.steps ?? []).map(
    ({ label, actor, event, fault }, index) =>
      `  ${index + 1} ${label} ${actor} ${event.type}${fault === null ? '' : ` (${fault.name})`}`,
  );
  return [`${name}: ${failure ?? 'not decided'}, ${because ?? ''}`, ...steps].join('\n');
}

function demand(what: string, properties: readonly PropertyReport[]): void {
  const wrong = properties.filter(({ result }) => result === 'violated');
  if (wrong.length > 0) throw new Error(`${what}\n${wrong.map(shown).join('\n')}`);
}

/**
 * For a test of one's own: every property of the model holds in every reachable state. Anything
 * less, an unknown included, throws with the shortest counterexample.
 */
export function proves(model: Model, set: Given = {}): CheckReport {
  const report = check(model.build(parameterValues(model.parameters, set)));
  demand(`${model.name} does not hold`, report.properties);
  if (report.result !== 'holds' || report.completeness !== 'exhaustive') {
    throw new Error(`${model.name} is ${report.result}: a bound was reached, nothing is proved`);
  }
  return report;
}

/**
 * For a test of one's own, where the span is too large to prove: no sampled failure sequence
 * violates a property. The same seed gives the same sequences.
 */
export function survives(
  model: Model,
  set: Given = {},
  options: { readonly runs?: number; readonly seed?: number } = {},
): SimulationReport {
  const report = simulate(model.build(parameterValues(model.parameters, set)), options);
  demand(`${model.name} fails in ${report.runs} runs, seed ${report.seed}`, report.properties);
  return report;
}

/**
 * For a test of one's own: the model obeys the laws of fault tolerance (spec 4), whether it states
 * them or not. A law that is vacuous is not obeyed: nothing happened that it is about.
 */
export function obeys(model: Model, parts: LawParts<Seen>, set: Given = {}): CheckReport {
  const { parts: actors, tolerance } = model.build(parameterValues(model.parameters, set));
  const stated: NonNullable<System['tolerance']['properties']> = laws(parts);
  const report = check({ parts: actors, tolerance: { ...tolerance, properties: stated } });
  demand(`${model.name} breaks a law`, report.properties);
  const vacuous = report.properties.filter((property) => property.vacuous).map(({ name }) => name);
  if (vacuous.length > 0)
    throw new Error(`${model.name}: nothing is said by ${vacuous.join(', ')}`);
  if (report.result !== 'holds' || report.completeness !== 'exhaustive') {
    throw new Error(`${model.name} is ${report.result}: a bound was reached, nothing is proved`);
  }
  return report;
}
