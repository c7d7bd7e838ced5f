import type { Report } from '../model/verdict.ts';
import { counted } from './lines.ts';
import { reportText, type TextOptions } from './text.ts';

/** What a run found, as far as people want to know it. */
interface Ran {
  readonly takenOver: number;
  readonly recoveries: number;
  readonly fired: Readonly<Record<string, number>>;
  readonly inconsistencies: readonly { readonly workflow: string; readonly because: string }[];
}

/** A run for people. */
export function runText(report: Report, ran: Ran, version: string, options: TextOptions): string {
  const fired = Object.entries(ran.fired).map(([name, times]) => `${name} ${times}`);
  const lines = [
    `PostgreSQL ${version}, seed ${report.seed}, ${counted(ran.recoveries, 'restart')} after a death`,
    ...(ran.takenOver === 0
      ? []
      : [`${counted(ran.takenOver, 'workflow')} left by an earlier run`]),
    ...(fired.length === 0 ? [] : [`faults: ${fired.join(', ')}`]),
    ...ran.inconsistencies.map(({ workflow, because }) => `${workflow}: ${because}`),
  ];
  return `${reportText(report, options)}${lines.map((line) => `  ${line}\n`).join('')}`;
}
