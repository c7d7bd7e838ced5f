import { describe, expect, it } from 'vitest';
import { Graph } from '../../../src/explore/graph.ts';
import { Ints } from '../../../src/explore/growable.ts';
import { StateTable } from '../../../src/explore/state-table.ts';
import { Dice } from '../../oracle/dice.ts';

describe('the state table', () => {
  it.each([1, 2, 3, 5, 17])('numbers rows of width %i as a map does', (width) => {
    const table = new StateTable(width);
    const map = new Map<string, number>();
    const dice = new Dice(width);
    const wrong: string[] = [];
    const below = width === 1 ? 9_000 : 12;
    for (let round = 0; round < 20_000; round += 1) {
      const row = Int32Array.from({ length: width }, () => dice.roll(below));
      const known = map.get(row.join()) ?? map.size;
      map.set(row.join(), known);
      if (table.add(row) !== known || table.count !== map.size) wrong.push(row.join());
    }
    for (const [text, index] of map) if (table.row(index).join() !== text) wrong.push(text);
    expect(wrong).toEqual([]);
    expect(map.size).toBeGreaterThan(100);
  });

  it.each([0, 1, 2, 3])('keeps rows apart that differ in column %i only', (column) => {
    const table = new StateTable(4);
    const row = new Int32Array(4);
    const wrong: number[] = [];
    for (let value = 0; value < 40_000; value += 1) {
      row[column] = value;
      if (table.add(row) !== value) wrong.push(value);
    }
    for (let value = 39_999; value >= 0; value -= 7) {
      row[column] = value;
      if (table.add(row) !== value) wrong.push(value);
    }
    expect(wrong).toEqual([]);
    expect(table.count).toBe(40_000);
  });

  it('takes what a row does not have for zeros, and widens for what is new', () => {
    const table = new StateTable(2);
    const map = new Map<string, number>();
    const dice = new Dice(8);
    const trimmed = (row: Int32Array): string => row.join().replace(/(^|,)0(,0)*$/, '');
    const wrong: string[] = [];
    for (let round = 0; round < 20_000; round += 1) {
      const widest = 1 + Math.floor(round / 1_500);
      const width = 1 + dice.roll(widest);
      const row = Int32Array.from({ length: width }, () => dice.roll(3) * dice.roll(2));
      const known = map.get(trimmed(row)) ?? map.size;
      map.set(trimmed(row), known);
      if (table.add(row) !== known || table.count !== map.size) wrong.push(row.join());
    }
    for (const [text, index] of map) if (trimmed(table.row(index)) !== text) wrong.push(text);
    expect(wrong).toEqual([]);
    expect(map.size).toBeGreaterThan(1_000);
    expect(table.width).toBeGreaterThanOrEqual(13);
  });

  it('keeps a narrow row apart from those that begin like it', () => {
    const wrong: string[] = [];
    for (let offset = 0; offset < 20; offset += 1) {
      const table = new StateTable(2);
      const values = Array.from({ length: 100 }, (_, value) => value + 100 * offset);
      const wide = values.flatMap((value) =>
        Array.from({ length: 20 }, (_, more) => Int32Array.of(value, more + 1)),
      );
      const narrow = values.map((value) => Int32Array.of(value));
      for (const [index, row] of [...wide, ...narrow].entries()) {
        if (table.add(row) !== index) wrong.push(row.join());
      }
    }
    expect(wrong).toEqual([]);
  });

  it('keeps its own copy of a row, and gives copies away', () => {
    const table = new StateTable(2);
    const row = Int32Array.of(1, 2);
    table.add(row);
    row[0] = 9;
    table.row(0)[1] = 9;
    expect([...table.row(0)]).toEqual([1, 2]);
  });

  it('knows negative numbers, and says how much memory it takes', () => {
    const table = new StateTable(2);
    expect(table.add(Int32Array.of(-1, 0))).toBe(0);
    expect(table.add(Int32Array.of(0, -1))).toBe(1);
    expect(table.add(Int32Array.of(-1, 0))).toBe(0);
    const before = table.bytes;
    for (let value = 0; value < 10_000; value += 1) table.add(Int32Array.of(value, value));
    expect(table.bytes).toBeGreaterThan(before);
  });
});

it('growing lists keep what was in them', () => {
  for (const capacity of [0, 1, 3]) {
    const ints = new Ints(capacity);
    for (let value = 0; value < 1_000; value += 1) ints.push(value);
    ints.reserve(5_000);
    expect(ints.length).toBe(1_000);
    expect(ints.data.length).toBeGreaterThanOrEqual(6_000);
    expect([...ints.data.subarray(0, 1_000)]).toEqual(Array.from({ length: 1_000 }, (_, i) => i));
  }
});

it('a graph keeps its edges in rows; states that were not opened have none', () => {
  const graph = new Graph();
  graph.open();
  graph.add(7, 1);
  graph.add(8, 2);
  graph.open();
  graph.open();
  graph.add(9, 0);
  graph.close(5);
  expect([...graph.offsets]).toEqual([0, 2, 2, 3, 3, 3]);
  expect([...graph.actions]).toEqual([7, 8, 9]);
  expect([...graph.targets]).toEqual([1, 2, 0]);
});
