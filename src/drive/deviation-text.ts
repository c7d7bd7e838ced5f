import type { Json } from '../model/verdict.ts';
import type { Deviation } from './play.ts';

/** Alternatives of the model that are written out, at most. */
const EXPECTED_MAX = 3;

type Fields = Readonly<Record<string, Json>>;

const isFields = (value: Json | undefined): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Where two values differ, by path, and what is there. */
function differences(expected: Json, observed: Json, path: string): readonly string[] {
  if (isFields(expected) && isFields(observed)) {
    const keys = [...new Set([...Object.keys(expected), ...Object.keys(observed)])];
    return keys.flatMap((key) =>
      differences(
        expected[key] ?? null,
        observed[key] ?? null,
        path === '' ? key : `${path}.${key}`,
      ),
    );
  }
  const [model, system] = [JSON.stringify(expected), JSON.stringify(observed)];
  const place = path === '' ? 'all' : path;
  return model === system ? [] : [`  ${place}: the model has ${model}, the system ${system}`];
}

/** A deviation for people: the way to it, and model against system, difference by difference. */
export function deviationText({
  sequence,
  actions,
  expected,
  observed,
  because,
}: Deviation): string {
  const steps = actions.map((text, index) => `  ${String(index + 1).padStart(2)} ${text}`);
  const shown = expected
    .slice(0, EXPECTED_MAX)
    .flatMap((one, index) => [...(index === 0 ? [] : ['or']), ...differences(one, observed, '')]);
  const more = expected.length - EXPECTED_MAX;
  const rest = more > 0 ? [`and ${more} more states of the model that look otherwise`] : [];
  const way = steps.length === 0 ? ['at the start'] : [`after ${steps.length} steps`, ...steps];
  return [`'${sequence}': ${because}`, ...way, ...shown, ...rest].join('\n');
}
