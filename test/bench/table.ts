import type { Case } from './case.ts';
import { TOOLS, type Tool } from './tools.ts';
import type { Entry } from './rounds.ts';

const OURS: Tool = 'Reconverge';

/** Two significant digits above all, and no more than that: 0.0312 is 0.031, 1234 is 1,234. */
export function short(value: number): string {
  if (value === 0) return '0';
  if (value >= 100) return Math.round(value).toLocaleString('en-US');
  return String(Number(value.toPrecision(value >= 10 ? 3 : 2)));
}

/** How many times as much as ours; null where one of the two is not known. */
export function ratio(theirs: number | null, own: number | null): string | null {
  return theirs === null || own === null || own === 0 ? null : `${short(theirs / own)}×`;
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  // The first column is text, the others are mostly numbers.
  const rule = head.map((_, column) => (column === 0 ? '---' : '--:'));
  return [head, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

const entryOf = (entries: readonly Entry[], place: string, tool: Tool): Entry | undefined =>
  entries.find((entry) => entry.case === place && entry.tool === tool);

/** The peers that were measured at least once. */
export function peersIn(entries: readonly Entry[]): readonly Tool[] {
  return TOOLS.filter(
    (tool) =>
      tool !== OURS && entries.some((entry) => entry.tool === tool && entry.ending === 'measured'),
  );
}

const INSTEAD = { limit: 'over the limit', missing: '–', refused: 'not offered', wrong: 'wrong' };

/** Search alone, then with the compilation of the model for tools that compile it. */
function timeCell(entry: Entry | undefined, own: Entry | undefined): string {
  if (entry === undefined) return '–';
  if (entry.ending !== 'measured') return INSTEAD[entry.ending];
  const { medianSeconds, buildSeconds } = entry;
  const base = own?.medianSeconds ?? null;
  const search = ratio(medianSeconds, base);
  if (search === null) return `${short(medianSeconds ?? 0)} s`;
  if (buildSeconds === null) return search;
  return `${search} (${ratio((medianSeconds ?? 0) + buildSeconds, base)})`;
}

function ownTime(own: Entry | undefined): string {
  if (own === undefined) return '–';
  return own.ending === 'measured' ? `${short(own.medianSeconds ?? 0)} s` : INSTEAD[own.ending];
}

/** One row for each question that a peer was asked, too: how many times as long it takes. */
export function timeRatios(cases: readonly Case[], entries: readonly Entry[]): string {
  const peers = peersIn(entries);
  const rows = cases
    .filter(({ name }) => peers.some((tool) => entryOf(entries, name, tool) !== undefined))
    .map(({ name, section, title, states }) => {
      const own = entryOf(entries, name, OURS);
      const cells = peers.map((tool) => timeCell(entryOf(entries, name, tool), own));
      return [`${section}: ${title}`, states.toLocaleString('en-US'), ownTime(own), ...cells];
    });
  return table(['question', 'states', OURS, ...peers], rows);
}

/** As above of peak memory, for questions with something to compare. */
export function memoryRatios(cases: readonly Case[], entries: readonly Entry[]): string {
  const peers = peersIn(entries);
  const rows = cases.flatMap(({ name, section, title }) => {
    const own = entryOf(entries, name, OURS)?.peakBytes ?? null;
    const ratios = peers.map((tool) => ratio(entryOf(entries, name, tool)?.peakBytes ?? null, own));
    if (ratios.every((one) => one === null)) return [];
    return [[`${section}: ${title}`, mebibytes(own), ...ratios.map((one) => one ?? '–')]];
  });
  return table(['question', OURS, ...peers], rows);
}

export const mebibytes = (bytes: number | null): string =>
  bytes === null ? '–' : `${short(bytes / 2 ** 20)} MiB`;

const seconds = (value: number | null): string => (value === null ? '–' : value.toFixed(2));

function spread({ seconds: all }: Entry): string {
  return all.length < 2 ? '–' : `${seconds(Math.min(...all))} to ${seconds(Math.max(...all))}`;
}

/** Everything that was measured of one question. */
export function absolute({ name }: Case, entries: readonly Entry[]): string {
  const rows = entries
    .filter((entry) => entry.case === name && entry.ending !== 'missing')
    .map((entry) => {
      const { tool, variant, ending, note, medianSeconds, medianCpuSeconds, buildSeconds } = entry;
      const how = `${tool}, ${variant}`;
      if (ending !== 'measured') return [how, INSTEAD[ending], note ?? '–', '', '', '', ''];
      return [
        how,
        seconds(medianSeconds),
        spread(entry),
        String(entry.seconds.length),
        seconds(medianCpuSeconds),
        mebibytes(entry.peakBytes),
        seconds(buildSeconds),
      ];
    });
  const head = ['tool', 'median s', 'from, to', 'runs', 'CPU s', 'peak memory', 'compiled in s'];
  return table(head, rows);
}
