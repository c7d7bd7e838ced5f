import type { Divergence, MatrixCell, Report, Result } from '../model/verdict.ts';
import { shortJson } from './shorten.ts';
import type { Look } from './paint.ts';
import { counterexample, heading, reportText, type TextOptions } from './text.ts';

const VERDICT: Readonly<Record<Result, readonly [string, Look]>> = {
  holds: ['MODEL AND DATABASE AGREE', 'good'],
  violated: ['MODEL AND DATABASE DISAGREE', 'bad'],
  unknown: ['NOT EVERYTHING WAS PLAYED', 'doubtful'],
};

function divergenceLines({ point, step, because, expected, observed }: Divergence): string[] {
  return [
    `  diverges at: ${point}, step ${step}: ${because}`,
    `    model:    ${shortJson(expected)}`,
    `    database: ${shortJson(observed)}`,
  ];
}

function familyLines(points: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const point of points) {
    const family = point.startsWith('counterexample')
      ? 'counterexamples'
      : point.startsWith('connection')
        ? 'connection cuts at COMMIT'
        : (point.split(' ')[0]?.split('.').at(-1) ?? point);
    counts.set(family, (counts.get(family) ?? 0) + 1);
  }
  const texts = [...counts].map(([family, count]) => `${family} ${count}`);
  return texts.length === 0 ? [] : [`  ${texts.join(', ')}`];
}

/** Points in words that are short enough for a column, in the order of the matrix. */
const HEADS: readonly (readonly [string, string])[] = [
  ['before', 'BEGIN'],
  ['after', 'write'],
  ['before', 'COMMIT'],
  ['no', 'reply'],
  ['after', 'COMMIT'],
  ['in a', 'recovery'],
  ['compen-', 'sation'],
  ['twice in', 'recovery'],
];
const NAME_WIDTH = 22;
const CELL_WIDTH = 9;

/** A row per fault, a column per point. */
function matrixLines(cells: readonly MatrixCell[]): string[] {
  const row = (name: string, texts: readonly string[]): string =>
    `  ${name.padEnd(NAME_WIDTH)}${texts.map((text) => text.padStart(CELL_WIDTH)).join('')}`;
  const faults = [...new Set(cells.map(({ fault }) => fault))];
  const count = ({ covered, total }: MatrixCell): string =>
    total === 0 ? '-' : `${covered}/${total}`;
  return [
    row(
      '',
      HEADS.map(([first]) => first),
    ),
    row(
      '',
      HEADS.map(([, second]) => second),
    ),
    ...faults.map((name) => row(name, cells.filter(({ fault }) => fault === name).map(count))),
    ...[...new Set(cells.flatMap(({ because }) => because ?? []))].map((why) => `  -: ${why}`),
  ];
}

/** A conformance run for people: what was played, where model and database agree and where not. */
export function conformanceText(
  report: Report,
  points: readonly string[],
  replay: string,
  options: TextOptions,
): string {
  const { conformance, properties, bounds } = report;
  if (conformance === null) return reportText(report, options);
  const { postgres, tier, divergences } = conformance;
  const { covered, total } = conformance.points;
  const lines = [
    `  fault points on PostgreSQL ${postgres} (tier ${tier}): ${covered} of ${total}`,
    ...(conformance.matrix === null ? familyLines(points) : matrixLines(conformance.matrix)),
    ...Object.entries(bounds['unavailable'] ?? {}).map(
      ([fault, reason]) => `  not available: ${fault} (${String(reason)})`,
    ),
    ...properties.map(({ name, values }) =>
      values['reproduced'] === true
        ? `  the counterexample of '${name}' happens on the database as the model says`
        : `  the counterexample of '${name}' could not be reproduced`,
    ),
    ...divergences.slice(0, 5).flatMap(divergenceLines),
    ...(divergences.length > 5
      ? [`  and ${divergences.length - 5} more divergences (--json)`]
      : []),
    `  replay ${replay}`,
    ...properties.flatMap((property) => counterexample(property, options)),
  ];
  const [said, look] = VERDICT[report.result];
  const word = points.length === 0 ? 'NOTHING WAS PLAYED' : said;
  const head = [...heading(report, options.paint), options.paint(look, word)];
  return `${[...head, ...lines].join('\n')}\n`;
}
