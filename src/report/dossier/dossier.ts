import type { Parameter, Parameters } from '../../model/parameter.ts';
import type { FiredFault, PropertyReport, Report, Result } from '../../model/verdict.ts';
import type { ModelIdentity } from '../document.ts';
import { grouped } from '../lines.ts';

/** A variant of the model: one choice other than the default, all else as it is. */
export interface Variant {
  readonly parameter: string;
  readonly value: string;
  readonly report: Report;
}

/** A statechart of the actors that run it. */
export interface Chart {
  readonly actors: readonly string[];
  /** The text that Mermaid draws. */
  readonly diagram: string;
}

/** All that the pages about one model are made of. */
export interface Dossier {
  /** The model as commands name it. */
  readonly asked: string;
  readonly model: ModelIdentity;
  /** The docstring of the model's source; null where there is none to be read. */
  readonly about: string | null;
  readonly parameters: Parameters;
  readonly given: { readonly [name: string]: string | number };
  readonly main: Report;
  readonly assumptions: readonly string[];
  readonly variants: readonly Variant[];
  readonly charts: readonly Chart[];
  /** The faults that may happen within the budgets. */
  readonly faults: readonly FiredFault[];
  /** Documents of other verbs about the same model: mutants, random runs, conformance. */
  readonly others: readonly Report[];
}

/** `can complete` → `can-complete`. */
export const slugOf = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');

export const domainOf = (parameter: Parameter): string =>
  parameter.type === 'integer'
    ? `${grouped(parameter.min)} to ${grouped(parameter.max)}`
    : parameter.values.map((value) => `\`${value}\``).join(', ');

const SIGNS: Readonly<Record<Result, string>> = {
  holds: '✓ holds',
  violated: '✗ violated',
  unknown: '? unknown',
};

export const signOf = (result: Result): string => SIGNS[result];

/** The evidence for a verdict, from the strongest to the weakest (spec 1.10). */
export function assuranceOf({ result, failure }: PropertyReport, report: Report): string {
  const { completeness } = report;
  if (result === 'unknown') return 'open: a bound was reached before it was decided';
  if (result === 'violated') return `refuted by a counterexample (${failure ?? 'state'})`;
  if (completeness === 'exhaustive')
    return 'proved: every reachable state, for these parameters and budgets';
  if (completeness === 'bounded') return 'bounded: not every reachable state was seen';
  return 'sampled: some runs';
}

/** Of the faults that may happen, those that do. */
export function firedFaults({ faults, main }: Dossier): readonly FiredFault[] {
  const silent = main.properties.flatMap(({ values }) => values['neverFired'] ?? []);
  return faults.filter(({ name }) => !silent.includes(name));
}

export function propertyOf(report: Report, name: string): PropertyReport | null {
  return report.properties.find((property) => property.name === name) ?? null;
}

/** The parameters as `name=value`, or that there are none. */
export function parametersText({ parameters }: ModelIdentity): string {
  const pairs = Object.entries(parameters).map(([name, value]) => `\`${name}=${value}\``);
  return pairs.length === 0 ? 'none' : pairs.join(', ');
}

/** `8,906 states, 15,811 transitions, depth 37`: what does not differ from run to run. */
export function sizeText({ stats }: Report): string {
  if (stats === null) return 'not counted';
  const depth = stats.depth === null ? '' : `, depth ${grouped(stats.depth)}`;
  return `${grouped(stats.states)} states, ${grouped(stats.transitions)} transitions${depth}`;
}

export const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), `|${head.map(() => ' --- |').join('')}`, ...rows.map(line)];
}

export const fenced = (language: string, text: string): readonly string[] => [
  `\`\`\`${language}`,
  text.trimEnd(),
  '```',
];

/** Lines of a page as its text; never two blank lines in a row. */
export function pageText(lines: readonly string[]): string {
  return `${lines
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim()}\n`;
}
