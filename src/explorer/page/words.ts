import type { Label } from '../../model/verdict.ts';
import type { Light, Move, Standing } from '../wire.ts';

export const LABELS: Readonly<Record<Label, string>> = {
  P: 'Program',
  R: 'Recovery',
  E: 'Environment',
  F: 'Faults',
};

export const STANDINGS: Readonly<Record<Standing, string>> = {
  settled: 'settled: consistent, nobody recovering or down',
  open: 'not settled',
  broken: 'an invariant is false',
};

/** 1234567 as `1,234,567`. */
export const grouped = (value: number): string => value.toLocaleString('en-US');

/** `1 step`, `2 steps`. */
export const counted = (count: number, what: string): string =>
  `${grouped(count)} ${what}${count === 1 ? '' : 's'}`;

/** The order in which steps are listed, and numbered for the keys. */
const ORDER: readonly Label[] = ['P', 'R', 'E', 'F'];

/** Steps by label, in the order of the labels, each with its place among all steps. */
export function listed<M extends Move>(
  steps: readonly M[],
): readonly (readonly [label: Label, steps: readonly (readonly [place: number, step: M])[]])[] {
  const numbered = steps.map((step, place) => [place, step] as const);
  return ORDER.map((label) => [label, numbered.filter(([, step]) => step.label === label)]);
}

/** XState's own names of events in words: `any failure [transient]`. */
export function eventWords(text: string): string {
  return text
    .replace(/^xstate\.error\.actor\.\*/, 'any failure')
    .replace(/^xstate\.done\.actor\.\*/, 'any answer')
    .replace(/^done [^.]+\./, 'done ')
    .replace(/^error [^.]+\./, 'failed ')
    .replace(/^(?:xstate\.)?after\.([^.]+)\..*$/, 'after $1')
    .replace(/^reconverge\./, '')
    .replace(/^\*/, 'any event');
}

/** `charge.halfDone: data partial response`, as the tolerance table has it. */
export function natureOf({ fault }: Move): string {
  if (fault === null) return '';
  return `${fault.name}: ${fault.kind} ${fault.persistence} ${fault.class}`;
}

/** A step in one sentence, for those who hear it. */
export function moveWords(move: Move): string {
  const what = move.fault === null ? '' : `, fault ${move.fault.name}`;
  const changes = move.changes.length === 0 ? 'nothing changes' : move.changes.join('; ');
  return `${move.actor}: ${move.event}${what}. ${changes}`;
}

export type Lit = 'true' | 'false' | 'broken' | 'none';

export const litOf = ({ value, isBroken }: Light): Lit => {
  if (isBroken) return 'broken';
  return value === null ? 'none' : value ? 'true' : 'false';
};
