import {
  check,
  parameterValues,
  simulate,
  type CheckReport,
  type Model,
  type PropertyReport,
  type SimulationReport,
} from 'reconverge';

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
