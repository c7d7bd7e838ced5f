import { readdirSync, readFileSync } from 'node:fs';
import { vi } from 'vitest';
import type { Answer } from './answers.ts';

/** The tables of the tests beside this one, whose tests themselves do not run here. */
const { tables, current } = vi.hoisted(() => ({
  tables: new Map<string, { readonly file: string; readonly answers: readonly Answer[] }>(),
  current: { file: '' },
}));

vi.mock('./answers.ts', () => ({
  answered(problem: string, answers: readonly Answer[]): void {
    if (tables.has(problem)) throw new Error(`${problem} is answered twice`);
    tables.set(problem, { file: current.file, answers });
  },
}));

vi.mock('vitest', async (original) => {
  const nothing = Object.assign(() => {}, { each: () => () => {} });
  return { ...(await original<object>()), describe: nothing, it: nothing };
});

const { expect, it } = await vi.importActual<typeof import('vitest')>('vitest');

/** How many values are known of each problem, 382 in all. */
const KNOWN: Readonly<Record<string, number>> = {
  'transaction commit': 25,
  'two-phase commit': 22,
  'Die Hard': 8,
  Peterson: 10,
  'termination detection': 11,
  'token ring': 33,
  'alternating bit': 9,
  'oral messages': 12,
  'dining philosophers': 13,
  'synchronous commit': 35,
  'a saga': 27,
  'recovery lines': 17,
  'leases and fencing tokens': 6,
  'a consumer with a durable offset': 16,
  'coffee can': 11,
  'river crossings': 13,
  'resource allocator': 11,
  'restart recovery': 16,
  'memory access': 8,
  'lost update': 11,
  'reference orchestration': 68,
};

for (const file of readdirSync(new URL('.', import.meta.url)).toSorted()) {
  if (!file.endsWith('.test.ts') || file === 'ledger.test.ts') continue;
  current.file = file;
  await import(/* @vite-ignore */ new URL(file, import.meta.url).href);
}

const isBeyond = ({ beyond }: Answer): boolean => beyond !== undefined;

/** What the README of this folder says: one row for each problem, one line for each reason. */
function ledger(): readonly string[] {
  const rows = Object.keys(KNOWN).map((problem) => {
    const { file = '', answers = [] } = tables.get(problem) ?? {};
    const beyond = answers.filter(isBeyond).length;
    return [`[${problem}](${file})`, answers.length, answers.length - beyond, beyond] as const;
  });
  const sum = (column: 1 | 2 | 3) => rows.reduce((total, row) => total + row[column], 0);
  const reasons = [...tables].flatMap(([problem, { answers }]) =>
    answers.filter(isBeyond).map(({ name, beyond }) => `- ${problem}, ${name}: ${beyond}`),
  );
  return [
    '| problem | known values | found by the checker | beyond models |',
    '|---|---|---|---|',
    ...[...rows, ['all', sum(1), sum(2), sum(3)]].map((row) => `| ${row.join(' | ')} |`),
    ...(reasons.length > 0 ? ['', ...reasons] : []),
  ];
}

it('every known value has a test, or a reason why it has none', () => {
  const counts = [...tables].map(([problem, { answers }]) => [problem, answers.length]);
  expect(Object.fromEntries(counts)).toEqual(KNOWN);
  expect(Object.values(KNOWN).reduce((sum, count) => sum + count, 0)).toBe(382);
});

it('no value of a problem goes by the name of another', () => {
  for (const [problem, { answers }] of tables) {
    const names = answers.map(({ name }) => `${problem}: ${name}`);
    expect(names).toEqual([...new Set(names)]);
  }
});

it('the README counts them', () => {
  const text = readFileSync(new URL('README.md', import.meta.url), 'utf8');
  const lines = text.split('\n');
  const start = lines.findIndex((line) => line.startsWith('|'));
  expect(lines.slice(start).join('\n').trimEnd()).toBe(ledger().join('\n'));
});
