import { cpus, loadavg, release, totalmem, type } from 'node:os';
import { SECTIONS, type Case } from './case.ts';
import { plot, type Series } from './plot.ts';
import { INTRODUCTION, REMARKS } from './prose.ts';
import type { Entry, Pace } from './rounds.ts';
import { absolute, mebibytes, memoryRatios, short, table, timeRatios } from './table.ts';
import type { Tool } from './tools.ts';

/** All that one run of the benchmark has found. */
export interface Outcome {
  readonly cases: readonly Case[];
  readonly entries: readonly Entry[];
  readonly machine: readonly string[];
  /** What is not there, with the reason. */
  readonly absent: readonly string[];
  readonly pace: Pace;
}

/** This machine in lines, without anything that names it. */
export function machineLines(versions: readonly string[]): readonly string[] {
  const [first] = cpus();
  const [load = 0] = loadavg();
  return [
    `${first?.model.trim() ?? 'an unknown processor'}, ${cpus().length} cores`,
    `${Math.round(totalmem() / 2 ** 30)} GiB of memory, ${type()} ${release().split('-')[0]}`,
    `load when it began: ${load.toFixed(1)}`,
    `Node ${process.version}`,
    ...versions,
  ];
}

interface CurvePoint {
  readonly title: string;
  readonly states: number;
  readonly own: Entry | undefined;
  readonly spin: Entry | undefined;
}

function curveOf({ cases, entries }: Outcome): readonly CurvePoint[] {
  const of = (name: string, tool: Tool): Entry | undefined =>
    entries.find((one) => one.case === name && one.tool === tool && one.ending === 'measured');
  return cases
    .filter(({ isOnCurve }) => isOnCurve)
    .map(({ name, title, states }) => ({
      title,
      states,
      own: of(name, 'Reconverge'),
      spin: of(name, 'Spin'),
    }))
    .filter(({ own, spin }) => own !== undefined || spin !== undefined)
    .toSorted((a, b) => a.states - b.states);
}

const cell = (value: number | null | undefined, digits: (value: number) => string): string =>
  value === null || value === undefined ? '–' : digits(value);

function curveTable(points: readonly CurvePoint[]): string {
  const perState = (entry: Entry | undefined, states: number): string =>
    cell(entry?.peakBytes, (bytes) => short(bytes / states));
  const rows = points.map(({ title, states, own, spin }) => [
    title,
    states.toLocaleString('en-US'),
    cell(own?.medianSeconds, short),
    cell(own?.medianSeconds, (seconds) => short(states / seconds / 1e6)),
    mebibytes(own?.peakBytes ?? null),
    perState(own, states),
    cell(spin?.medianSeconds, short),
    mebibytes(spin?.peakBytes ?? null),
    perState(spin, states),
  ]);
  const head = ['size', 'states', 's', 'million states/s', 'memory', 'bytes/state'];
  return table([...head, 'Spin s', 'memory', 'bytes/state'], rows);
}

/** The curve as a picture. */
export function curvePicture(outcome: Outcome): string {
  const points = curveOf(outcome);
  const series = (of: (entry: Entry) => number | null): readonly Series[] =>
    (['own', 'spin'] as const).map((who) => ({
      name: who === 'own' ? 'Reconverge' : 'Spin',
      look: who === 'own' ? 'own' : 'peer',
      points: points.flatMap((point) => {
        const entry = point[who];
        const y = entry === undefined ? null : of(entry);
        return y === null ? [] : [{ x: point.states, y }];
      }),
    }));
  const largest = points.findLast(({ own }) => own !== undefined)?.states ?? 0;
  return plot(
    'Time and memory against the number of states',
    `Two logarithmic charts of the checkpointed saga in growing sizes, up to ${short(largest)} ` +
      'distinct states: wall time of the whole process, and its peak memory, of Reconverge ' +
      '(circles) and of Spin (squares). The table below the picture has the numbers.',
    [
      {
        title: 'Wall time',
        series: series(({ medianSeconds }) => medianSeconds),
        unit: (value) => `${value} s`,
      },
      {
        title: 'Peak memory',
        series: series(({ peakBytes }) => (peakBytes === null ? null : peakBytes / 2 ** 20)),
        unit: (value) => `${value.toLocaleString('en-US')} MiB`,
      },
    ],
  );
}

/** The page, in Markdown. */
export function page(outcome: Outcome): string {
  const { cases, entries, machine, absent, pace } = outcome;
  const questions = cases.filter(({ section }) => section !== 'Scaling');
  const { repetitions, spendSeconds, timeoutSeconds } = pace;
  const runs = repetitions === 1 ? 'One run each' : `Medians of ${repetitions} runs`;
  const limits =
    `${runs}, of fewer where they took more than ${spendSeconds} s together. ` +
    `The limit of one run is ${timeoutSeconds} s.`;
  const details = SECTIONS.filter((section) => section !== 'Scaling').flatMap((section) => {
    const here = questions.filter((one) => one.section === section);
    if (here.length === 0) return [];
    const tables = here.map((one) => {
      const states = one.states.toLocaleString('en-US');
      return `**${one.title}** (${states} states)\n\n${absolute(one, entries)}`;
    });
    const remark = REMARKS[section];
    return [`### ${section}`, ...(remark === undefined ? [] : [remark]), ...tables];
  });
  return `${[
    INTRODUCTION,
    '## How many times as long as Reconverge',
    timeRatios(questions, entries),
    '## How many times as much memory',
    memoryRatios(questions, entries),
    '## Scaling',
    'The checkpointed saga with one crash, in growing sizes, as a picture and as a table.',
    '![Time and memory against the number of states, as in the table below](benchmarks.svg)',
    curveTable(curveOf(outcome)),
    '## The machine',
    machine.map((line) => `- ${line}`).join('\n'),
    ...(absent.length === 0
      ? []
      : ['Not measured here:', absent.map((line) => `- ${line}`).join('\n')]),
    '## Absolute numbers',
    limits,
    ...details,
  ].join('\n\n')}\n`;
}
