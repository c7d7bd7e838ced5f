import { KINDS, PERSISTENCES } from '../../model/failure.ts';
import type { PropertyReport, Result, Tolerance, ToleranceRow } from '../../model/verdict.ts';
import { grouped } from '../lines.ts';
import {
  assuranceOf,
  firedFaults,
  pageText,
  signOf,
  slugOf,
  table,
  type Dossier,
} from './dossier.ts';
import { isCaught } from './model-page.ts';

/** What the front page and machines know of a fault of a model. */
interface IndexedFault {
  readonly name: string;
  readonly kind: string;
  readonly persistence: string;
  readonly class: string;
  /** By itself; null where it shares its budget with others. */
  readonly tolerates: Tolerance | null;
  /** The greatest number of it alone that was looked at and is tolerated so. */
  readonly most: number | null;
  /** Whether it ever happens within the budgets. */
  readonly fires: boolean;
}

interface IndexedProperty {
  readonly name: string;
  readonly kind: string;
  readonly result: Result;
  readonly vacuous: boolean;
  readonly assurance: string;
  /** The file beside the model's own page. */
  readonly page: string;
}

/** One model of the dossier, without traces. */
export interface Entry {
  readonly name: string;
  /** The folder of its pages. */
  readonly folder: string;
  readonly hash: string;
  readonly parameters: { readonly [name: string]: string | number };
  readonly result: Result;
  readonly states: number | null;
  readonly transitions: number | null;
  readonly properties: readonly IndexedProperty[];
  readonly faults: readonly IndexedFault[];
  readonly variants: readonly { readonly name: string; readonly isCaught: boolean }[];
}

function indexed(property: PropertyReport, { main }: Dossier): IndexedProperty {
  const { name, kind, result, vacuous } = property;
  const page = `${slugOf(name)}.md`;
  return { name, kind, result, vacuous, assurance: assuranceOf(property, main), page };
}

function faultsOf(dossier: Dossier): readonly IndexedFault[] {
  const { faults, main } = dossier;
  const fired = firedFaults(dossier);
  return faults.map((fault) => {
    const { name, kind, persistence, class: failureClass } = fault;
    const row = main.tolerance.find((one) => isAbout(one, name));
    const by = { tolerates: row?.tolerates ?? null, most: row?.faults[name] ?? null };
    return { name, kind, persistence, class: failureClass, ...by, fires: fired.includes(fault) };
  });
}

const isAbout = ({ faults, kind }: ToleranceRow, name: string): boolean =>
  kind !== null && Object.keys(faults)[0] === name;

/** What stays of a dossier on the front page. */
export function entryOf(dossier: Dossier): Entry {
  const { model, main, variants } = dossier;
  return {
    name: model.name,
    folder: slugOf(model.name),
    hash: model.hash,
    parameters: model.parameters,
    result: main.result,
    states: main.stats?.states ?? null,
    transitions: main.stats?.transitions ?? null,
    properties: main.properties.map((property) => indexed(property, dossier)),
    faults: faultsOf(dossier),
    variants: variants.map((variant) => ({
      name: `${variant.parameter}=${variant.value}`,
      isCaught: isCaught(variant, dossier),
    })),
  };
}

const CLASSES = ['crash', 'omission', 'timing', 'response', 'arbitrary'] as const;

function users(entries: readonly Entry[], isWanted: (fault: IndexedFault) => boolean): string {
  const found = entries.filter(({ faults }) => faults.some((one) => one.fires && isWanted(one)));
  return found.length === 0
    ? '–'
    : found.map(({ name, folder }) => `[${name}](${folder}/README.md)`).join(', ');
}

function coverage(entries: readonly Entry[]): readonly string[] {
  const kinds = KINDS.map((kind) => [
    `**${kind}**`,
    ...PERSISTENCES.map((persistence) =>
      users(entries, (fault) => fault.kind === kind && fault.persistence === persistence),
    ),
  ]);
  const classes = CLASSES.map((name) => [
    `**${name}**`,
    users(entries, (fault) => fault.class === name),
  ]);
  return [
    '## Faults that are covered',
    '',
    'Models in which a fault of that nature happens.',
    '',
    ...table(['kind', ...PERSISTENCES], kinds),
    '',
    ...table(['class of failure (Cristian 1991)', 'models'], classes),
  ];
}

function modelRow(entry: Entry): readonly string[] {
  const { name, folder, result, states, properties, faults, variants } = entry;
  const caught = variants.filter(({ isCaught: is }) => is).length;
  return [
    `[${name}](${folder}/README.md)`,
    signOf(result),
    states === null ? '' : grouped(states),
    `${properties.length}`,
    `${faults.filter(({ fires }) => fires).length}`,
    variants.length === 0 ? '–' : `${caught} of ${variants.length}`,
  ];
}

function toleranceRow(entry: Entry, fault: IndexedFault): readonly string[] {
  const { name, kind, persistence, tolerates, most } = fault;
  const nature = `${kind} ${persistence} ${fault.class}`;
  return [entry.name, name, nature, tolerates ?? 'with others', most === null ? '' : `${most}`];
}

/** The page before all others, from the entries of all models. */
export function frontPage(entries: readonly Entry[]): string {
  const sorted = entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const head = ['model', 'result', 'states', 'properties', 'faults', 'variants told apart'];
  const rows = sorted.flatMap((entry) => entry.faults.map((fault) => toleranceRow(entry, fault)));
  return pageText([
    '# Invariants',
    '',
    'What was proved of each model, for the parameters on its page, and how far that reaches. These',
    'pages are written by `reconverge report`; do not edit them.',
    '',
    ...table(head, sorted.map(modelRow)),
    '',
    ...coverage(sorted),
    '',
    '## Tolerance, fault by fault',
    '',
    'Up to how many of a fault were looked at, by itself, and how the model bears them; what is',
    'beyond, and faults together, is on the page of the model.',
    '',
    ...table(['model', 'fault', 'nature', 'tolerance', 'up to'], rows),
  ]);
}
