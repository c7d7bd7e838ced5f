import type { Tolerance, ToleranceRow } from '../model/verdict.ts';
import { aligned, counted, filled, grouped } from './lines.ts';
import type { Look, Paint } from './paint.ts';

const LOOK: Readonly<Record<Tolerance, Look>> = {
  masking: 'good',
  'fail-safe': 'doubtful',
  nonmasking: 'doubtful',
  intolerant: 'bad',
};

const FIRES: Readonly<Record<string, string>> = {
  'with others': 'happens only with others',
  never: 'never happens',
};

/** Fault by fault, or several at once. */
const isOwn = ({ faults }: ToleranceRow): boolean => Object.keys(faults).length === 1;

const violation = ({ values, witness }: ToleranceRow): string => {
  const steps = witness === null ? '' : ` in ${counted(witness.steps.length, 'step')}`;
  const { violates } = values;
  return typeof violates === 'string' ? `, '${violates}' is violated${steps}` : '';
};

function recovery({ values: { beta } }: ToleranceRow): string {
  if (beta === undefined) return '';
  return beta === null
    ? 'recovery has no bound'
    : `recovers within ${counted(Number(beta), 'step')}`;
}

function ownCells(row: ToleranceRow): readonly string[] {
  const { faults, kind, persistence, class: failureClass, atLeast, tolerates, values } = row;
  const [[name = '', count = 0] = []] = Object.entries(faults);
  const nature = [kind, persistence, failureClass].filter((part) => part !== null).join(' ');
  const { beyond, declared } = values;
  const after = typeof beyond === 'string' ? `at ${count + 1} ${beyond}${violation(row)}` : '';
  const fires = values['fires'];
  const happens = typeof fires === 'string' ? (FIRES[fires] ?? fires) : '';
  const probed = declared === undefined ? '' : `declared ${String(declared)}`;
  const remarks = [happens, count === 0 ? '' : recovery(row), after, probed].filter(
    (remark) => remark !== '',
  );
  const most = `${atLeast ? '≥' : ' '} ${count}`;
  return [name, nature, count === 0 ? '–' : tolerates, most, remarks.join('; ')];
}

/** Which faults, and how many of each where that is more than one. */
export const several = (faults: ToleranceRow['faults']): readonly string[] =>
  Object.entries(faults)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => (count === 1 ? name : `${grouped(count)} × ${name}`));

function vectorLines(row: ToleranceRow, width: number, paint: Paint): readonly string[] {
  const { faults, tolerates, atLeast, values } = row;
  const verdict = paint(LOOK[tolerates], tolerates);
  if (atLeast) return [`  all of these together: ${verdict}`];
  const isBroken = values['violates'] !== undefined;
  const verb = isBroken ? 'not together' : 'together';
  const names = several(faults);
  const items = names.map((name, at) => (at === names.length - 1 ? `${name}:` : `${name} +`));
  const outcome = `${tolerates}${isBroken ? violation(row) : ''}`.split(' ');
  const [first = '', ...more] = filled([...items, ...outcome], ' ', Math.max(40, width - 16));
  const lines = [
    `  ${verb.padEnd(12)}  ${first}`,
    ...more.map((line) => `${' '.repeat(16)}${line}`),
  ];
  return lines.map((line) => line.replace(tolerates, verdict));
}

/** The tolerance table: fault by fault, then what is tolerated together and what is not. */
export function toleranceLines(
  rows: readonly ToleranceRow[],
  { width, paint }: { readonly width: number; readonly paint: Paint },
): readonly string[] {
  if (rows.length === 0) return [];
  const own = rows.filter(isOwn);
  const cells = aligned(own.map(ownCells));
  const lines = cells.map(([name, nature, tolerates = '', most, remark], at) => {
    const look = LOOK[own[at]!.tolerates];
    const cause = `${name}  ${paint('faint', nature ?? '')}`;
    return `  ${cause}  ${paint(look, tolerates)}  ${most}  ${remark}`.trimEnd();
  });
  const vectors = rows.filter((row) => !isOwn(row));
  return [
    '',
    `${paint('strong', 'tolerance')}, and up to how many of each fault:`,
    ...lines,
    ...vectors.flatMap((row) => vectorLines(row, width, paint)),
  ];
}
