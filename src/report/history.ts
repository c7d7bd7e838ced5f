import type { Divergence, Json, PropertyReport, Report, Result } from '../model/verdict.ts';
import { counted, filled } from './lines.ts';
import type { Look } from './paint.ts';
import { isDictionary, shortJson } from './shorten.ts';
import { heading, reportText, type TextOptions } from './text.ts';

const VERDICT: Readonly<Record<Result, readonly [string, Look]>> = {
  holds: ['THE MODEL HAS THIS BEHAVIOUR', 'good'],
  violated: ['THE MODEL HAS NO SUCH BEHAVIOUR', 'bad'],
  unknown: ['NOT DECIDED', 'doubtful'],
};
const SIGN: Readonly<Record<Result, string>> = { holds: '✓', violated: '✗', unknown: '?' };

/** Steps that are named as possible, and differences per state. */
const SHOWN_MAX = 8;

const list = (value: Json | undefined): readonly Json[] =>
  Array.isArray(value) ? (value as readonly Json[]) : [];

function differenceText(difference: Json): string {
  if (!isDictionary(difference)) return shortJson(difference);
  const { path, model, observed } = difference;
  const [was, is] = [shortJson(model ?? null), shortJson(observed ?? null)];
  return `${String(path)} is ${was} in the model, ${is} was observed`;
}

function nearestLines(nearest: Json, index: number): readonly string[] {
  if (!isDictionary(nearest)) return [];
  const all = list(nearest['differences']).map(differenceText);
  const more = all.length - SHOWN_MAX;
  const head = index === 0 ? 'nearest: ' : '     or: ';
  return [...all.slice(0, SHOWN_MAX), ...(more > 0 ? [`and ${more} more (--json)`] : [])].map(
    (text, at) => `${at === 0 ? head : ' '.repeat(head.length)}${text}`,
  );
}

function divergenceLines(
  { point, because, observed, expected }: Divergence,
  width: number,
): readonly string[] {
  const { nearest, possible } = isDictionary(expected) ? expected : {};
  const names = list(possible).map(String);
  const near = list(nearest);
  const gap = /it would fit behind a row that is missing: .*$/.exec(because)?.[0];
  const some = names.slice(0, SHOWN_MAX).join(', ');
  const more = names.length > SHOWN_MAX ? ` and ${names.length - SHOWN_MAX} more` : '';
  const lines = [
    `first row that does not fit: ${point}`,
    `observed: ${shortJson(observed)}`,
    ...near.flatMap(nearestLines),
    ...(near.length === 0 && expected === null ? [because] : []),
    ...(expected === null ? [] : [`possible here: ${some === '' ? 'nothing' : `${some}${more}`}`]),
    ...(gap === undefined ? [] : [gap]),
  ];
  return lines.flatMap((line) => filled(line.split(' '), ' ', Math.max(40, width - 6)));
}

function propertyLine({ name, result, because, values, vacuous }: PropertyReport): string {
  const { rows, taken, states, running } = values;
  const one = states === 1 ? '1 state' : `one of ${counted(Number(states), 'state')}`;
  const place = vacuous ? '' : `; the model is then in ${one}`;
  const why = result === 'unknown' && because !== null ? `; ${because}` : '';
  const end = result === 'holds' ? place : why;
  const open = running === true ? '; not done yet' : '';
  return `${SIGN[result]} ${name}  ${String(taken)} of ${counted(Number(rows), 'row')}${end}${open}`;
}

/** Recorded histories for people: which the model has, and the first row that it has not. */
export function historyText(report: Report, options: TextOptions, replay?: string): string {
  const { conformance, properties, result } = report;
  if (conformance === null || properties.length === 0) return reportText(report, options);
  const [word, look] = VERDICT[result];
  const violated = properties.filter((property) => property.result === 'violated');
  const lines = [
    ...heading(report, options.paint),
    options.paint(look, word),
    ...(conformance.postgres === null
      ? []
      : [`  ${counted(properties.length, 'workflow')} on PostgreSQL ${conformance.postgres}`]),
    ...properties.flatMap((property) => {
      const divergence = conformance.divergences[violated.indexOf(property)];
      const more = divergence === undefined ? [] : divergenceLines(divergence, options.width);
      return [`  ${propertyLine(property)}`, ...more.map((line) => `      ${line}`)];
    }),
    ...(replay === undefined ? [] : [`  replay ${replay}`]),
  ];
  return `${lines.join('\n')}\n`;
}
