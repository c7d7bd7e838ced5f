import type { Json, PropertyReport, Report, Tolerance, ToleranceRow } from '../model/verdict.ts';
import { grouped } from './lines.ts';
import { shortJson } from './shorten.ts';

/** One difference between two documents about a model. */
export interface Change {
  /** `model`, `span`, a property in quotes, or a fault. */
  readonly of: string;
  readonly text: string;
  /** Whether less is guaranteed than before, more, or neither. */
  readonly is: 'worse' | 'better' | 'other';
}

const arrow = (before: string, after: string): string => `${before} → ${after}`;

function modelChanges(before: Report, after: Report): readonly Change[] {
  const [old, now] = [before.model, after.model];
  if (old === null || now === null) return [];
  const names = [...new Set([...Object.keys(old.parameters), ...Object.keys(now.parameters)])];
  const parameters = names.flatMap((name): readonly Change[] => {
    const [was, is] = [old.parameters[name], now.parameters[name]];
    if (was === is) return [];
    const text = `${name}: ${arrow(String(was ?? 'none'), String(is ?? 'none'))}`;
    return [{ of: 'model', text, is: 'other' }];
  });
  const source: readonly Change[] =
    old.hash === now.hash ? [] : [{ of: 'model', text: 'its text has changed', is: 'other' }];
  return [...parameters, ...source];
}

const count = (value: number | null | undefined): string =>
  value === null || value === undefined ? 'unknown' : grouped(value);

function spanChanges(before: Report, after: Report): readonly Change[] {
  const fields = ['states', 'transitions', 'depth'] as const;
  const stats = fields.flatMap((field): readonly Change[] => {
    const [was, is] = [before.stats?.[field], after.stats?.[field]];
    if (was === is) return [];
    return [{ of: 'span', text: `${field}: ${arrow(count(was), count(is))}`, is: 'other' }];
  });
  const [was, is] = [before.completeness, after.completeness];
  if (was === is) return stats;
  const loses = was === 'exhaustive';
  const text = `completeness: ${arrow(was ?? 'none', is ?? 'none')}`;
  return [...stats, { of: 'span', text, is: loses ? 'worse' : 'better' }];
}

const RESULTS = ['violated', 'unknown', 'holds'];

/** The values that a property has in both, where they differ. */
function valueChanges(old: PropertyReport, now: PropertyReport): readonly string[] {
  const names = [...new Set([...Object.keys(old.values), ...Object.keys(now.values)])];
  const text = (value: Json | undefined): string =>
    value === undefined ? 'none' : shortJson(value);
  return names.flatMap((name) => {
    const [was, is] = [text(old.values[name]), text(now.values[name])];
    return was === is ? [] : [`${name}: ${arrow(was, is)}`];
  });
}

function propertyChange(old: PropertyReport, now: PropertyReport): readonly Change[] {
  const of = `'${now.name}'`;
  if (old.result !== now.result) {
    const isBetter = RESULTS.indexOf(now.result) > RESULTS.indexOf(old.result);
    const because = now.because === null ? '' : `: ${now.because}`;
    const text = `${arrow(old.result, now.result)}${because}`;
    return [{ of, text, is: isBetter ? 'better' : 'worse' }];
  }
  const vacuous: readonly Change[] =
    old.vacuous === now.vacuous
      ? []
      : [
          now.vacuous
            ? { of, text: 'it is vacuous now', is: 'worse' }
            : { of, text: 'it is no longer vacuous', is: 'better' },
        ];
  const [was, is] = [old, now].map(({ trace }) => (trace === null ? null : trace.steps.length));
  const length = was === is ? [] : [`steps of its trace: ${arrow(count(was), count(is))}`];
  const others = [...length, ...valueChanges(old, now)];
  return [...vacuous, ...others.map((text): Change => ({ of, text, is: 'other' }))];
}

function propertyChanges(before: Report, after: Report): readonly Change[] {
  const named = (report: Report, name: string): PropertyReport | undefined =>
    report.properties.find((property) => property.name === name);
  const gone = before.properties.flatMap(({ name, result }): readonly Change[] =>
    named(after, name) !== undefined
      ? []
      : [
          {
            of: `'${name}'`,
            text: 'is not asked any more',
            is: result === 'holds' ? 'worse' : 'other',
          },
        ],
  );
  const kept = after.properties.flatMap((now): readonly Change[] => {
    const old = named(before, now.name);
    if (old !== undefined) return propertyChange(old, now);
    const is = now.result === 'holds' ? 'better' : 'other';
    return [{ of: `'${now.name}'`, text: `is new, and ${now.result}`, is }];
  });
  return [...gone, ...kept];
}

const CLASSES: readonly Tolerance[] = ['intolerant', 'nonmasking', 'fail-safe', 'masking'];

/** Whether one class promises more: nonmasking and fail-safe cannot be compared. */
function compared(old: Tolerance, now: Tolerance): Change['is'] {
  const isBetween = [old, now].every((one) => one === 'nonmasking' || one === 'fail-safe');
  if (isBetween) return 'other';
  return CLASSES.indexOf(now) > CLASSES.indexOf(old) ? 'better' : 'worse';
}

const faultOf = ({ faults }: ToleranceRow): string => Object.keys(faults)[0] ?? '';
const mostOf = (row: ToleranceRow): number => row.faults[faultOf(row)] ?? 0;

function faultChange(old: ToleranceRow, now: ToleranceRow): readonly Change[] {
  const of = faultOf(now);
  const classes: readonly Change[] =
    old.tolerates === now.tolerates
      ? []
      : [
          {
            of,
            text: arrow(old.tolerates, now.tolerates),
            is: compared(old.tolerates, now.tolerates),
          },
        ];
  const [was, is] = [mostOf(old), mostOf(now)];
  if (was === is && old.atLeast === now.atLeast) return classes;
  const told = (row: ToleranceRow): string => `${row.atLeast ? 'at least ' : ''}${mostOf(row)}`;
  const verdict = is > was ? 'better' : is < was ? 'worse' : old.atLeast ? 'worse' : 'better';
  return [...classes, { of, text: `up to ${arrow(told(old), told(now))}`, is: verdict }];
}

const own = ({ tolerance }: Report): readonly ToleranceRow[] =>
  tolerance.filter(({ faults }) => Object.keys(faults).length === 1);

function toleranceChanges(before: Report, after: Report): readonly Change[] {
  if (before.tolerance.length === 0 || after.tolerance.length === 0) return [];
  const named = (report: Report, name: string): ToleranceRow | undefined =>
    own(report).find((row) => faultOf(row) === name);
  const gone = own(before).flatMap((row): readonly Change[] => {
    const of = faultOf(row);
    return named(after, of) !== undefined
      ? []
      : [{ of, text: 'is not declared any more', is: 'worse' }];
  });
  const kept = own(after).flatMap((now): readonly Change[] => {
    const old = named(before, faultOf(now));
    if (old !== undefined) return faultChange(old, now);
    return [
      { of: faultOf(now), text: `is new: ${now.tolerates}, up to ${mostOf(now)}`, is: 'better' },
    ];
  });
  return [...gone, ...kept];
}

/**
 * What a document says otherwise than an earlier one about the same model: the model itself, its
 * span, its properties, and how it bears each fault.
 */
export function changesBetween(before: Report, after: Report): readonly Change[] {
  return [
    ...modelChanges(before, after),
    ...spanChanges(before, after),
    ...propertyChanges(before, after),
    ...toleranceChanges(before, after),
  ];
}
