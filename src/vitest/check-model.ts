import { describe, it } from 'vitest';
import { check, type CheckReport } from '../check/check.ts';
import { planOf } from '../check/plan.ts';
import type { Model } from '../model/define.ts';
import { parameterValues } from '../model/parameter.ts';
import type { PropertyReport } from '../model/verdict.ts';
import { plain } from '../report/paint.ts';
import { traceLines } from '../report/trace.ts';

/** What of a model is checked in a test, and within which limits. */
export interface CheckModelOptions {
  /** Parameters as one types them: `{ crashes: '2' }`. */
  readonly set?: Readonly<Record<string, string>>;
  /** Distinct states, at most; what is not decided then does not pass. No limit by default. */
  readonly statesMax?: number;
  /** For all properties together; default 60,000. */
  readonly timeoutMs?: number;
  /** Whether a property that holds because nothing ever happens fails; default false. */
  readonly strict?: boolean;
}

const TIMEOUT_MS = 60_000;
const WIDTH = 100;

function demand(property: PropertyReport, strict: boolean): void {
  const { name, result, because, trace, vacuous, values } = property;
  if (result === 'holds' && !(strict && vacuous)) return;
  const verdict = result === 'holds' ? `vacuous: ${JSON.stringify(values)}` : result;
  const steps = trace === null ? [] : traceLines(trace, WIDTH, plain);
  const why = because === null ? '' : `: ${because}`;
  throw new Error([`'${name}' is ${verdict}${why}`, ...steps].join('\n'));
}

/**
 * Declares one test for each property of a model, under the model's name: it passes if the property
 * holds in every reachable state; one that is not decided does not pass. They are decided together,
 * when the first of them runs.
 */
export function checkModel(model: Model, options: CheckModelOptions = {}): void {
  const { set = {}, statesMax, timeoutMs = TIMEOUT_MS, strict = false } = options;
  const system = model.build(parameterValues(model.parameters, set));
  let report: CheckReport | null = null;
  const decided = (): CheckReport =>
    (report ??= check(system, { timeoutMs, ...(statesMax === undefined ? {} : { statesMax }) }));
  describe(model.name, { timeout: timeoutMs + TIMEOUT_MS }, () => {
    for (const { name } of planOf(system).properties) {
      it(name, () => {
        const found = decided().properties.find((property) => property.name === name);
        if (found === undefined) throw new Error(`internal: nothing is said of '${name}'`);
        demand(found, strict);
      });
    }
  });
}
