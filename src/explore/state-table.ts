import { Ints } from './growable.ts';

/** How much wider than asked for a table becomes: rows are moved now and then only. */
const SPARE = 0.25;

/**
 * All distinct states found, exact: rows of `width` integers in order of discovery, and an open
 * hash table of row numbers beside them. No fingerprints: rows are compared in full. A row may be
 * narrower than the table, which means zeros, or wider, which widens the table.
 */
export class StateTable {
  /** Of the rows as they lie; may be more than was asked for. */
  width: number;
  readonly rows: Ints;
  private slots: Int32Array;
  private mask: number;
  count = 0;

  constructor(width: number) {
    this.width = width;
    this.rows = new Ints(width * 1024);
    this.slots = new Int32Array(4096);
    this.mask = 4095;
  }

  /** Zeros do not count, so that a row keeps its hash when it is widened. */
  private hash(row: Int32Array, offset: number, width: number): number {
    let hash = 0x9e3779b9;
    for (let i = 0; i < width; i += 1) {
      const value = row[offset + i] as number;
      if (value === 0) continue;
      hash = Math.imul(hash ^ (value + Math.imul(i, 0x9e3779b9)), 0x85ebca6b);
      hash ^= hash >>> 15;
    }
    hash = Math.imul(hash, 0xc2b2ae35);
    return (hash ^ (hash >>> 16)) >>> 0;
  }

  private same(index: number, row: Int32Array): boolean {
    const { data } = this.rows;
    const offset = index * this.width;
    const { length } = row;
    for (let i = 0; i < length; i += 1) if (data[offset + i] !== row[i]) return false;
    for (let i = length; i < this.width; i += 1) if (data[offset + i] !== 0) return false;
    return true;
  }

  /** The number of the state; it is new iff `count` grew. */
  add(row: Int32Array): number {
    if (row.length > this.width) this.widen(row.length);
    let slot = this.hash(row, 0, row.length) & this.mask;
    for (;;) {
      const entry = this.slots[slot] as number;
      if (entry === 0) break;
      if (this.same(entry - 1, row)) return entry - 1;
      slot = (slot + 1) & this.mask;
    }
    const index = this.count;
    this.count += 1;
    this.slots[slot] = index + 1;
    this.rows.reserve(this.width);
    this.rows.data.set(row, this.rows.length);
    this.rows.length += this.width;
    if (this.count * 2 > this.slots.length) this.rehash();
    return index;
  }

  private widen(least: number): void {
    const width = Math.max(least, Math.ceil(this.width * (1 + SPARE)));
    const wide = new Int32Array(width * Math.max(1024, this.count * 2));
    for (let index = 0; index < this.count; index += 1) {
      const start = index * this.width;
      wide.set(this.rows.data.subarray(start, start + this.width), index * width);
    }
    this.rows.data = wide;
    this.rows.length = this.count * width;
    this.width = width;
  }

  private rehash(): void {
    const size = this.slots.length * 2;
    this.slots = new Int32Array(size);
    this.mask = size - 1;
    for (let index = 0; index < this.count; index += 1) {
      let slot = this.hash(this.rows.data, index * this.width, this.width) & this.mask;
      while (this.slots[slot] !== 0) slot = (slot + 1) & this.mask;
      this.slots[slot] = index + 1;
    }
  }

  /** A copy of the state's row. */
  row(index: number): Int32Array {
    return this.rows.data.slice(index * this.width, (index + 1) * this.width);
  }

  get bytes(): number {
    return this.rows.data.byteLength + this.slots.byteLength;
  }
}
