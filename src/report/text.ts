import type { Json, PropertyReport, Report, Result, Stats } from '../model/verdict.ts';
import { aligned, counted, duration, filled, grouped, mebibytes } from './lines.ts';
import type { Look, Paint } from './paint.ts';
import { shortJson } from './shorten.ts';
import { FEWEST, fewestLines, fewestOf } from './fewest.ts';
import { toleranceLines } from './tolerance.ts';
import { traceLines } from './trace.ts';

/** How a report is written for people. */
export interface TextOptions {
  /** Columns. */
  readonly width: number;
  readonly paint: Paint;
  /** What the verdicts assume, in words. */
  readonly assumptions?: readonly string[];
}

const LOOK: Readonly<Record<Result, Look>> = {
  holds: 'good',
  violated: 'bad',
  unknown: 'doubtful',
};
const SIGN: Readonly<Record<Result, string>> = { holds: '✓', violated: '✗', unknown: '?' };

/** Which model, with which parameters. */
export function heading({ model }: Report, paint: Paint): readonly string[] {
  if (model === null) return [];
  const values = Object.entries(model.parameters).map(([name, value]) => `${name}=${value}`);
  return [`${paint('strong', model.name)}  ${values.join(' ')}`.trimEnd(), ''];
}

function numbers({ states, transitions, depth, seconds }: Stats): string {
  const counts = [counted(states, 'distinct state'), counted(transitions, 'transition')];
  const level = depth === null ? [] : [`depth ${grouped(depth)}`];
  return [...counts, ...level, duration(seconds)].join(', ');
}

const REACH = {
  exhaustive: 'every reachable state',
  bounded: 'not every reachable state',
  sampled: 'sampled',
} as const;

/** Where one state stands for several, or several were left out: with what. */
function savings({ stats }: Report): readonly string[] {
  return stats?.visited.split(', ').slice(1) ?? [];
}

function reachOf(report: Report): string {
  const { completeness } = report;
  if (completeness === null) return '';
  const isFolded = completeness === 'exhaustive' && savings(report).length > 0;
  return ` (${isFolded ? completeness : REACH[completeness]})`;
}

function resultLine(report: Report, paint: Paint): string {
  const { result, stats } = report;
  const reach = reachOf(report);
  const found = stats === null ? '' : `  ${numbers(stats)}`;
  return `${paint(LOOK[result], result.toUpperCase())}${reach}${found}`;
}

/** `order.context.n (50000 distinct values)`, as the engine names what grows most. */
function growthLine(growing: Json): string {
  const [, path, values] = /^(.*) \((\d+) distinct values\)$/.exec(String(growing)) ?? [];
  if (path === undefined) return `${String(growing)} seems to grow without bound`;
  return `${path} seems to grow without bound: ${grouped(Number(values))} distinct values`;
}

/** What ended the search, and the way on. */
function boundLines(bounds: Report['bounds']): readonly string[] {
  return Object.entries(bounds).flatMap(([name, value]): string[] => {
    switch (name) {
      case 'states':
        return [`stopped after ${grouped(Number(value))} states: raise --max-states`];
      case 'depth':
        return [`stopped at depth ${grouped(Number(value))}: raise --max-depth`];
      case 'timeoutMs':
        return [`stopped after ${duration(Number(value) / 1000)}: raise --timeout`];
      case 'memoryBytes':
        return [
          `stopped at ${mebibytes(Number(value))} of memory: raise --memory, or shrink the model`,
        ];
      case 'interrupted':
        return ['stopped because it was interrupted'];
      case 'growing':
        return [
          growthLine(value),
          '  hint: bound it in the machine, or leave it out of the context',
        ];
      case 'component':
        return [];
      default:
        return [`bound reached: ${name} ${shortJson(value)}`];
    }
  });
}

/** Why, and in brackets how long the trace is and what was computed. */
function remark({ failure, because, trace, values, vacuous }: PropertyReport): string {
  const form = failure === null || failure === 'state' ? '' : `${failure}: `;
  const facts = [
    ...(trace === null ? [] : [counted(trace.steps.length, 'step')]),
    ...Object.entries(values)
      .filter(([name]) => name !== FEWEST)
      .map(([name, value]) => `${name} = ${shortJson(value)}`),
    ...(vacuous ? ['vacuous'] : []),
  ];
  const bracket = facts.length === 0 ? '' : `(${facts.join('; ')})`;
  return `${form}${because ?? ''} ${bracket}`.trim();
}

function propertyLines(report: Report, { paint, width }: TextOptions): readonly string[] {
  const rows = aligned(
    report.properties.map((property) => [property.name, property.kind, property.result, '']),
  );
  return report.properties.flatMap((property, index) => {
    const [name = '', kind = '', result = ''] = rows[index] ?? [];
    const look = LOOK[property.result];
    const indent = 4 + name.length + kind.length + result.length + 6;
    const [first = '', ...more] = filled(
      remark(property).split(' '),
      ' ',
      Math.max(30, width - indent),
    );
    const sign = paint(look, SIGN[property.result]);
    const head = `  ${sign} ${name}  ${paint('faint', kind)}  ${paint(look, result)}`;
    return [`${head}  ${first}`.trimEnd(), ...more.map((text) => `${' '.repeat(indent)}${text}`)];
  });
}

/** The trace of a violated property with the command that shows it again. */
export function counterexample(
  property: PropertyReport,
  { paint, width }: TextOptions,
): readonly string[] {
  const { name, trace, replay } = property;
  const fewest = fewestOf(property);
  if (trace === null) return [];
  return [
    '',
    `${paint('strong', name)}, the shortest way found:`,
    ...traceLines(trace, width, paint),
    ...(fewest === null ? [] : fewestLines(fewest, { width, paint })),
    ...(replay === null ? [] : [`${paint('faint', 'replay')} ${replay}`]),
  ];
}

/** A run that shows what a property asks for, or that there is none. */
export function exampleText(report: Report, options: TextOptions): string {
  const runs = report.properties.flatMap(({ trace }) =>
    trace === null ? [] : ['', ...traceLines(trace, options.width, options.paint)],
  );
  return `${reportText(report, options)}${runs.map((line) => `${line}\n`).join('')}`;
}

/** Fewer states than there are must not look like all of them. */
function savingLines(report: Report): readonly string[] {
  const found = savings(report);
  return found.length === 0 ? [] : [`not every reachable state was counted: ${found.join(', ')}`];
}

/** A result about nothing must not look like a proof. */
function emptyLines({ verb, properties }: Report): readonly string[] {
  if (verb !== 'check' || properties.length > 0) return [];
  return ['no property is declared: the states were counted, and nothing was asked of them'];
}

/** A report for people: what holds, and for what does not the shortest way there. */
export function reportText(report: Report, options: TextOptions): string {
  const { assumptions = [], paint } = options;
  const violated = report.properties.filter(({ result }) => result === 'violated');
  const lines = [
    ...heading(report, paint),
    resultLine(report, paint),
    ...savingLines(report).map((line) => paint('faint', line)),
    ...boundLines(report.bounds).map((line) => paint('doubtful', line)),
    ...emptyLines(report).map((line) => paint('doubtful', line)),
    ...propertyLines(report, options),
    ...assumptions.map((assumption) => paint('faint', `  assuming ${assumption}`)),
    ...toleranceLines(report.tolerance, options),
    ...violated.flatMap((property) => counterexample(property, options)),
  ];
  return `${lines.join('\n')}\n`;
}

/** An error for people, without a stack: what is wrong, where, and the way out. */
export function errorText(error: NonNullable<Report['error']>, paint: Paint): string {
  const message = error.message.replaceAll('\n', '\n  ');
  const lines = [`${paint('bad', `error ${error.code}`)}: ${message}`];
  if (error.at !== null) lines.push(`  at:   ${error.at}`);
  if (error.hint !== null) lines.push(`  hint: ${error.hint}`);
  return `${lines.join('\n')}\n`;
}
