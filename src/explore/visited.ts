import type { VisitedCode } from './kernel.ts';
import type { Product } from './product.ts';

/** A set of state numbers, and the code by which a kernel uses it. */
export interface Visited {
  readonly name: string;
  readonly code: VisitedCode;
  readonly bytes: number;
  /** Adds a number; whether it is new. */
  add(state: number): boolean;
}

/** One bit per number of the domain. */
export class DenseBitmap implements Visited {
  readonly name = 'dense bitmap';
  readonly code: VisitedCode;
  readonly bits: Int32Array;

  /** `isShared`: for several threads. */
  constructor(product: Product, isShared = false) {
    const words = Math.ceil(product.domain / 32);
    const bytes = 4 * words;
    this.bits = new Int32Array(isShared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes));
    const split =
      product.domain <= 2 ** 31
        ? 'const w = t >>> 5, b = 1 << (t & 31);'
        : 'const w = (t / 32) | 0, b = 1 << (t - w * 32);';
    this.code = {
      values: { bits: this.bits },
      open: '',
      ready: '',
      put: (push) => `${split} if ((bits[w] & b) === 0) { bits[w] |= b; ${push} }`,
    };
  }

  add(state: number): boolean {
    const word = Math.floor(state / 32);
    const bit = 1 << (state - word * 32);
    if ((this.bits[word]! & bit) !== 0) return false;
    this.bits[word]! |= bit;
    return true;
  }

  get bytes(): number {
    return this.bits.byteLength;
  }
}

/** An open hash table of numbers, exact; grows by doubling. */
export class NumberTable implements Visited {
  readonly name = 'exact table';
  readonly code: VisitedCode;
  /** 0 is empty: a number is kept as itself plus one. */
  slots = new Float64Array(1 << 16);
  mask = (1 << 16) - 1;
  count = 0;

  /** `room`: the most successors of one state. */
  constructor(room: number) {
    this.code = {
      values: { table: this, room },
      open: 'let slots = table.slots, mask = table.mask, full = slots.length * 0.6 - room;',
      ready:
        'if (tail > full) { table.grow(tail + room); slots = table.slots; mask = table.mask; full = slots.length * 0.6 - room; }',
      put: (push) => `
        const hi = (t / 4294967296) | 0;
        let h = Math.imul((t | 0) ^ Math.imul(hi, 0x9e3779b1), 0x85ebca6b); h ^= h >>> 15;
        h = Math.imul(h, 0xc2b2ae35); h = (h ^ (h >>> 13)) & mask;
        const key = t + 1;
        for (;;) {
          const found = slots[h];
          if (found === key) break;
          if (found === 0) { slots[h] = key; ${push} break; }
          h = (h + 1) & mask;
        }`,
    };
  }

  private slot(state: number, slots: Float64Array, mask: number): number {
    const high = (state / 4_294_967_296) | 0;
    let h = Math.imul((state | 0) ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b);
    h ^= h >>> 15;
    h = Math.imul(h, 0xc2b2ae35);
    h = (h ^ (h >>> 13)) & mask;
    while (slots[h] !== 0 && slots[h] !== state + 1) h = (h + 1) & mask;
    return h;
  }

  /** Makes room for `count` numbers. */
  grow(count: number): void {
    let size = this.slots.length;
    while (size * 0.6 <= count) size *= 2;
    if (size === this.slots.length) return;
    const larger = new Float64Array(size);
    for (const key of this.slots) if (key !== 0) larger[this.slot(key - 1, larger, size - 1)] = key;
    this.slots = larger;
    this.mask = size - 1;
  }

  add(state: number): boolean {
    this.grow(this.count + 1);
    const slot = this.slot(state, this.slots, this.mask);
    if (this.slots[slot] !== 0) return false;
    this.slots[slot] = state + 1;
    this.count += 1;
    return true;
  }

  get bytes(): number {
    return this.slots.byteLength;
  }
}
