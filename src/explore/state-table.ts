import { Ints } from './growable.ts';

/**
 * All distinct states found, exact: rows of `width` integers in order of discovery, and an open
 * hash table of row numbers beside them. No fingerprints: rows are compared in full.
 */
export class StateTable {
  readonly width: number;
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

  private hash(row: Int32Array, offset: number): number {
    let hash = 0x9e3779b9;
    for (let i = 0; i < this.width; i += 1) {
      hash = Math.imul(hash ^ (row[offset + i] as number), 0x85ebca6b);
      hash ^= hash >>> 15;
    }
    hash = Math.imul(hash, 0xc2b2ae35);
    return (hash ^ (hash >>> 16)) >>> 0;
  }

  private same(index: number, row: Int32Array): boolean {
    const { data } = this.rows;
    const offset = index * this.width;
    for (let i = 0; i < this.width; i += 1) if (data[offset + i] !== row[i]) return false;
    return true;
  }

  /** The number of the state; it is new iff `count` grew. */
  add(row: Int32Array): number {
    let slot = this.hash(row, 0) & this.mask;
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

  private rehash(): void {
    const size = this.slots.length * 2;
    this.slots = new Int32Array(size);
    this.mask = size - 1;
    for (let index = 0; index < this.count; index += 1) {
      let slot = this.hash(this.rows.data, index * this.width) & this.mask;
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
