import type { FewestFaults, Json, PropertyReport } from '../model/verdict.ts';
import { counted, filled } from './lines.ts';
import type { Paint } from './paint.ts';
import { several } from './tolerance.ts';
import { traceLines } from './trace.ts';

/** Its name among the values of a property. */
export const FEWEST = 'fewest';

/** The report of a property, and the fewest faults that it takes where that is known. */
export function withFewest(
  report: PropertyReport,
  fewest: FewestFaults | undefined,
): PropertyReport {
  if (fewest === undefined) return report;
  const value = fewest as unknown as Json;
  return { ...report, values: { ...report.values, [FEWEST]: value } };
}

/** null: not violated, or not known. */
export function fewestOf({ values }: PropertyReport): FewestFaults | null {
  const value = values[FEWEST];
  return value === undefined ? null : (value as unknown as FewestFaults);
}

/** Whether a counterexample needs its faults, and a shortest one with fewer where it does not. */
export function fewestLines(
  { faults, trace }: FewestFaults,
  { width, paint }: { readonly width: number; readonly paint: Paint },
): readonly string[] {
  const names = several(faults);
  const total = Object.values(faults).reduce((a, b) => a + b, 0);
  if (trace === null) {
    if (total === 0) return ['no fault is needed'];
    return [
      total === 1
        ? 'its fault is needed: it holds without'
        : `all ${total} faults are needed: it holds with fewer`,
    ];
  }
  const steps = counted(trace.steps.length, 'step');
  const head = total === 0 ? 'without any fault' : `with no fault but ${names.join(' + ')}`;
  return [
    '',
    ...filled(`the fewest faults: ${steps} ${head}`.split(' '), ' ', width),
    ...traceLines(trace, width, paint),
  ];
}
