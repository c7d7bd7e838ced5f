import type { PropertyReport, Report } from '../model/verdict.ts';
import { aligned, counted, filled } from './lines.ts';
import { heading, type TextOptions } from './text.ts';
import { traceLines } from './trace.ts';

const killersOf = ({ values }: PropertyReport): readonly string[] =>
  Array.isArray(values['killedBy']) ? (values['killedBy'] as string[]) : [];

/** How many mutants each property notices, and how many it alone. */
function killerLines(mutants: readonly PropertyReport[]): readonly string[] {
  const killers = [...new Set(mutants.flatMap(killersOf))];
  const rows = killers.map((killer) => {
    const noticed = mutants.filter((mutant) => killersOf(mutant).includes(killer));
    const alone = noticed.filter((mutant) => killersOf(mutant).length === 1).length;
    return [killer, `notices ${noticed.length}`, `${alone} of them alone`];
  });
  return aligned(rows).map((cells) => `  ${cells.join('  ')}`);
}

function survivorLines(mutant: PropertyReport, { paint, width }: TextOptions): readonly string[] {
  const { name, because, trace } = mutant;
  const [first = '', ...more] = filled(name.split(' '), ' ', width - 4);
  return [
    '',
    `${paint('bad', '✗')} ${paint('strong', first)}`,
    ...more.map((text) => `  ${text}`),
    `  ${because ?? ''}`,
    ...(trace === null ? [] : traceLines(trace, width, paint)),
  ];
}

/** What became of the mutants, for people: the survivors, each with what no property forbids. */
export function mutationText(report: Report, options: TextOptions): string {
  const { paint } = options;
  const { properties } = report;
  const of = (result: string): readonly PropertyReport[] =>
    properties.filter((mutant) => mutant.result === result);
  const [survivors, open] = [of('violated'), of('unknown')];
  const same = of('holds').filter(({ because }) => because === 'it changes no behaviour');
  const caught = of('holds').length - same.length;
  const told = properties.length - same.length;
  const score = told === 0 ? '' : ` (${Math.floor((100 * caught) / told)} %)`;
  const lines = [
    ...heading(report, paint),
    `${caught} of ${counted(told, 'mutant')} noticed${score}; ${same.length} more change no behaviour`,
    ...killerLines(properties),
    ...open.map(({ name, because }) => paint('doubtful', `  ? ${name}: ${because ?? ''}`)),
    ...survivors.flatMap((mutant) => survivorLines(mutant, options)),
  ];
  return `${lines.join('\n')}\n`;
}
