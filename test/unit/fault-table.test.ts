import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { natureOf } from '../../src/postgres/classify.ts';
import { SERVER_FAULTS } from '../../src/postgres/faults/catalogue.ts';
import type { FaultRow } from '../../src/postgres/faults/fault-row.ts';
import { FAULT_TABLE } from '../../src/postgres/faults/table.ts';
import { CONNECTION_ERRORS } from '../../src/postgres/sqlstates.ts';

const root = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

const isState = (seen: string): boolean => /^[0-9A-Z]{5}$/.test(seen);

/** The consequence of an SQLSTATE, or of what the driver says. */
function consequence(seen: string): string {
  if (isState(seen)) return natureOf(seen).consequence;
  const row = CONNECTION_ERRORS.find(({ pattern }) => pattern.test(seen));
  if (row === undefined) throw new Error(`nobody classifies '${seen}'`);
  return row.consequence;
}

function lineOf({ fault, made, nature, counterpart, tier, seen, test: [file] }: FaultRow): string {
  const told = seen.map((one) => `${one} → ${consequence(one)}`).join('; ');
  const inF = `${nature.kind}, ${nature.persistence}, ${nature.class}`;
  const link = `[${file.split('/').at(-1)}](../../${file})`;
  return `| ${[fault, made, inF, counterpart, tier, told === '' ? 'nothing' : told, link].join(' | ')} |`;
}

describe('the table of faults', () => {
  test('stands in the guide', () => {
    const path = 'docs/guide/faults.md';
    const text = read(path);
    const lines = FAULT_TABLE.map((row) => `${lineOf(row)}\n`).join('');
    const right = text.replace(
      /(^\| fault .*\n\|---.*\n)(\|.*\n)*/m,
      (_, head) => `${head}${lines}`,
    );
    if (process.env['UPDATE_TRANSCRIPTS'] === '1') writeFileSync(new URL(path, root), right);
    else expect(text).toBe(right);
  });

  test('has every fault of conform once, and no name twice', () => {
    const names = FAULT_TABLE.map(({ fault }) => fault);
    expect(names).toEqual([...new Set(names)]);
    for (const { name, kind, persistence, class: failureClass, tier } of SERVER_FAULTS) {
      const nature = { kind, persistence, class: failureClass };
      expect(FAULT_TABLE.find(({ fault }) => fault === name)).toMatchObject({ nature, tier });
    }
    const silent = FAULT_TABLE.filter(({ seen }) => seen.length === 0).map(({ fault }) => fault);
    expect(silent).toEqual([
      'delay',
      'bit flip, without checksums',
      'loss of power of a standby',
      'split brain',
      'rejoin without rewind',
    ]);
  });

  test.each(FAULT_TABLE)(
    '$fault: there is the test that makes it',
    ({ test: [file, title], seen }) => {
      const text = read(file);
      expect(text).toContain(title);
      if (!title.startsWith('%s')) return;
      // One title for many errors: each has its own way to it.
      const producers = read('test/postgres/real-errors.ts');
      for (const state of seen) expect(producers).toContain(`'${state}': `);
    },
  );
});
