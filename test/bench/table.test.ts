import { describe, expect, test } from 'vitest';
import type { Case } from './case.ts';
import { ALL, QUICK } from './cases.ts';
import * as counts from './counts.ts';
import { usageIn } from './measure.ts';
import { decades, plot } from './plot.ts';
import { median, type Entry } from './rounds.ts';
import { absolute, memoryRatios, short, timeRatios } from './table.ts';
import { filled } from './workshop.ts';

const one: Case = {
  name: 'a-1',
  section: 'Token ring',
  title: 'small',
  states: 1234,
  contenders: [],
  isOnCurve: false,
};
const own: Entry = {
  case: 'a-1',
  tool: 'Reconverge',
  variant: 'exact',
  ending: 'measured',
  note: null,
  seconds: [0.2, 0.1, 0.3],
  medianSeconds: 0.2,
  medianCpuSeconds: 0.19,
  peakBytes: 64 * 2 ** 20,
  buildSeconds: null,
  states: 1234,
};
const spin: Entry = {
  ...own,
  tool: 'Spin',
  seconds: [2.4],
  medianSeconds: 2.4,
  peakBytes: 128 * 2 ** 20,
  buildSeconds: 1,
};
const late: Entry = { ...spin, tool: 'TLC', ending: 'limit', note: 'longer than 9 s' };

describe('tables', () => {
  test('ratios: search alone, and with the compilation', () => {
    const text = timeRatios([one], [own, spin]);
    expect(text.split('\n').at(-1)).toBe('| Token ring: small | 1,234 | 0.2 s | 12× (17×) |');
    expect(memoryRatios([one], [own, spin])).toContain('| 64 MiB | 2× |');
  });

  test('a peer is over its limit, or alone', () => {
    const measured = { ...late, case: 'a-2', ending: 'measured', buildSeconds: null } as const;
    const text = timeRatios([one, { ...one, name: 'a-2' }], [own, late, measured]);
    expect(text).toContain('| 0.2 s | over the limit |');
    expect(text).toContain('| – | 2.4 s |');
  });

  test('a question without peers has no ratio', () => {
    expect(timeRatios([one], [own]).split('\n')).toHaveLength(2);
  });

  test('absolute numbers, and reasons where there are none', () => {
    const text = absolute(one, [own, late]);
    expect(text).toContain('| Reconverge, exact | 0.20 | 0.10 to 0.30 | 3 | 0.19 | 64 MiB | – |');
    expect(text).toContain('| over the limit | longer than 9 s |');
  });

  test('numbers', () => {
    expect([0, 0.0312, 1.26, 12.34, 1234.5].map(short)).toEqual([
      '0',
      '0.031',
      '1.3',
      '12.3',
      '1,235',
    ]);
    expect([[3, 1, 2], [4, 1], []].map(median)).toEqual([2, 2.5, null]);
  });
});

test('the usage that the operating system tells', () => {
  const text = 'Command exited with non-zero status 1\n2048 0.50 0.25\n';
  expect(usageIn(text)).toEqual({ peakBytes: 2 ** 21, cpuSeconds: 0.75 });
});

test('blanks of a model are all filled, or it is a mistake', () => {
  expect(filled('a {ONE} b', { ONE: '1' })).toBe('a 1 b');
  expect(() => filled('a {TWO}', {})).toThrow('{TWO}');
});

describe('the picture', () => {
  test('has whole decades around what it shows', () => {
    expect(decades([0.2, 30])).toEqual([0.1, 1, 10, 100]);
    expect(decades([1])).toEqual([1, 10]);
  });

  test('can be read aloud, and by night', () => {
    const series = [{ name: 'ours', look: 'own', points: [{ x: 10, y: 1 }] }] as const;
    const picture = plot('T', 'D', [{ title: 'time', series, unit: (value) => `${value} s` }]);
    expect(picture).toContain('<title id="title">T</title>');
    expect(picture).toContain('<desc id="description">D</desc>');
    expect(picture).toContain('aria-labelledby="title description"');
    expect(picture).toContain('prefers-color-scheme: dark');
    expect(picture).not.toMatch(/NaN|undefined/);
  });
});

describe('known counts', () => {
  test.each([
    [1, 12, 19],
    [3, 288, 1145],
    [7, 296_448, 2_744_705],
  ])('two-phase commit, %i participants', (participants, states, transitions) => {
    expect(counts.twoPhaseCommit(participants)).toEqual({ states, transitions });
  });

  test.each([
    { size: [2, 1, 1], states: 69, transitions: 111 },
    { size: [3, 2, 1], states: 9_620, transitions: 27_768 },
    { size: [4, 3, 1], states: 3_571_127, transitions: 15_069_052 },
    { size: [2, 4, 1], states: 6_870_177, transitions: 38_360_979 },
    { size: [5, 3, 1], states: 11_829_734, transitions: 49_528_137 },
  ] as const)('checkpointed saga $size', ({ size, states, transitions }) => {
    const [steps, workflows, crashes] = size;
    expect(counts.checkpointedSaga(steps, workflows, crashes)).toEqual({ states, transitions });
  });

  test('token ring, also with its valuation chosen step by step', () => {
    expect(counts.tokenRing(7, 7)).toEqual({ states: 823_543, transitions: 4_353_013 });
    const chosen = { states: 960_800, transitions: 5_313_812 };
    expect(counts.tokenRingChosen(7, 7)).toEqual(chosen);
  });
});

test('questions have names of their own', () => {
  for (const cases of [ALL, QUICK]) {
    const names = cases.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !/^[a-z\d-]+$/.test(name))).toEqual([]);
  }
});
