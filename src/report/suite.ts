import type { Report } from '../model/verdict.ts';
import { counted, filled } from './lines.ts';
import { heading, type TextOptions } from './text.ts';

/** A suite for people: how large it is, what it covers, and what it cannot. */
export function suiteText(report: Report, options: TextOptions): string {
  const { paint, width } = options;
  const lines = [...heading(report, paint)];
  if (report.properties.length === 0) {
    const bounds = Object.entries(report.bounds).map(([name, value]) => `${name} ${String(value)}`);
    lines.push(paint('doubtful', `no suite was made: a bound was reached (${bounds.join(', ')})`));
  }
  for (const { name, result, because, values } of report.properties) {
    const { goals, sequences, lowerBound, steps, longest, byName, cannot } = values;
    if (because !== null) lines.push(`${result === 'holds' ? '✓' : '✗'} ${because}`);
    if (typeof sequences !== 'number') continue;
    const bound = `at least ${String(lowerBound)} are needed (proved)`;
    lines.push(
      `${counted(sequences, 'sequence')} for ${counted(goals as number, 'goal')} of '${name}'; ${bound}`,
      `${counted(steps as number, 'step')} in all, ${String(longest)} in the longest`,
    );
    const names = Object.entries((byName ?? {}) as Readonly<Record<string, number>>);
    const places = names.map(([one, count]) => `${one} in ${counted(count, 'place')}`);
    lines.push(...filled(places, ', ', width - 2).map((text) => `  ${text}`));
    const missing = cannot as readonly string[];
    if (missing.length > 0)
      lines.push(...filled([`no sequence has ${missing[0]}`, ...missing.slice(1)], ', ', width));
  }
  return `${lines.join('\n')}\n`;
}
