import { Ints } from './growable.ts';
import { bitsOf, Layout } from './layout.ts';

/** Entries of a slot: the hash, and the number of a row plus one, 0 where there is none. */
const SLOT = 2;
const LEAST_SLOTS = 4096;

/** The hash of a packed state. */
export function hashOf(states: Int32Array, offset: number, words: number): number {
  let hash = 0x9e3779b9;
  for (let i = 0; i < words; i += 1) {
    hash = Math.imul(hash ^ states[offset + i]!, 0x85ebca6b);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash, 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/**
 * All distinct states found, exact: packed rows in order of discovery, and an open hash table of
 * row numbers beside them. No fingerprints: rows are compared in full. A row may be narrower than
 * others, which means zeros. What does not fit any more is packed anew.
 */
export class StateTable {
  layout: Layout;
  readonly rows = new Ints(4096);
  count = 0;
  private slots = new Int32Array(SLOT * LEAST_SLOTS);
  private mask = LEAST_SLOTS - 1;
  /** By component, bits that its values so far need. */
  private readonly least: number[];
  private one = new Int32Array(1);

  constructor(width: number) {
    this.least = new Array<number>(width).fill(0);
    this.layout = new Layout(this.least.slice());
  }

  /** Components of a row. */
  get width(): number {
    return this.layout.width;
  }

  /** Makes room for a value of a component; rows may be packed anew. */
  admit(component: number, value: number): void {
    const { layout, least } = this;
    const needed = bitsOf(value);
    while (least.length <= component) least.push(0);
    if (needed <= least[component]!) return;
    least[component] = needed;
    if (needed <= layout.room(component)) return;
    this.layout = layout.grown(least);
    if (!this.layout.extends(layout)) this.repack(layout);
  }

  private repack(before: Layout): void {
    const { layout, rows, count } = this;
    const { data } = rows;
    const state = new Int32Array(layout.width);
    rows.data = new Int32Array(Math.max(4096, 2 * count * layout.words));
    rows.length = count * layout.words;
    this.slots.fill(0);
    for (let index = 0; index < count; index += 1) {
      before.unpack(data, index * before.words, state);
      layout.pack(state, rows.data, index * layout.words);
      this.enter(hashOf(rows.data, index * layout.words, layout.words), index);
    }
  }

  /** The number of the state; it is new iff `count` grew. */
  add(row: Int32Array): number {
    for (let i = 0; i < row.length; i += 1) this.admit(i, row[i]!);
    const { layout } = this;
    if (this.one.length < layout.words) this.one = new Int32Array(2 * layout.words);
    layout.pack(row, this.one, 0);
    return this.addPacked(this.one, 0, hashOf(this.one, 0, layout.words));
  }

  /** The number of the state that lies packed at `offset`; it is new iff `count` grew. */
  addPacked(states: Int32Array, offset: number, hash: number): number {
    const { slots, mask, rows } = this;
    const { words } = this.layout;
    const { data } = rows;
    let slot = hash & mask;
    for (;;) {
      const entry = slots[SLOT * slot + 1]!;
      if (entry === 0) break;
      if (slots[SLOT * slot] === hash) {
        const start = (entry - 1) * words;
        let i = 0;
        while (i < words && data[start + i] === states[offset + i]) i += 1;
        if (i === words) return entry - 1;
      }
      slot = (slot + 1) & mask;
    }
    const index = this.count;
    this.count += 1;
    slots[SLOT * slot] = hash;
    slots[SLOT * slot + 1] = index + 1;
    rows.reserve(words);
    for (let i = 0; i < words; i += 1) rows.data[rows.length + i] = states[offset + i]!;
    rows.length += words;
    if (2 * this.count > mask) this.rehash();
    return index;
  }

  /**
   * Brings to hand what `count` states need that are to be added: memory answers many questions at
   * once faster than one after another. `hashes` is where the first hash is, `stride` apart.
   */
  touch(states: Int32Array, hashes: number, stride: number, count: number): void {
    const { slots, mask, rows } = this;
    const { words } = this.layout;
    let touched = 0;
    for (let i = 0, at = hashes; i < count; i += 1, at += stride) {
      const entry = slots[SLOT * (states[at]! & mask) + 1]!;
      if (entry !== 0) touched ^= rows.data[(entry - 1) * words]!;
    }
    this.touched = touched;
  }

  /** Keeps what was touched from being of no use. */
  touched = 0;

  private enter(hash: number, index: number): void {
    const { slots, mask } = this;
    let slot = hash & mask;
    while (slots[SLOT * slot + 1] !== 0) slot = (slot + 1) & mask;
    slots[SLOT * slot] = hash;
    slots[SLOT * slot + 1] = index + 1;
  }

  private rehash(): void {
    const before = this.slots;
    this.slots = new Int32Array(2 * before.length);
    this.mask = 2 * this.mask + 1;
    for (let at = 0; at < before.length; at += SLOT) {
      if (before[at + 1] !== 0) this.enter(before[at]!, before[at + 1]! - 1);
    }
  }

  /** A component of a state. */
  value(index: number, component: number): number {
    const { words, word, shift, mask, width } = this.layout;
    if (component >= width) return 0;
    const bits = this.rows.data[index * words + word[component]!]!;
    return (bits >> shift[component]!) & mask[component]!;
  }

  /** A copy of the state's row. */
  row(index: number): Int32Array {
    const { layout } = this;
    const row = new Int32Array(layout.width);
    layout.unpack(this.rows.data, index * layout.words, row);
    return row;
  }

  get bytes(): number {
    return this.rows.data.byteLength + this.slots.byteLength;
  }
}
