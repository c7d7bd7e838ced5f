import type { Shape } from './sweep-shape.ts';

/** Words of one array of bits. */
const CHUNK_WORDS = 2 ** 30;

/**
 * The states of a layer that were found, as bits; what nobody has touched takes no memory. A row is
 * dirty while its successors have to be looked at, and open while those within itself have to.
 */
export class Rows {
  readonly shape: Shape;
  /** Rows of a chunk: 2 to this power. */
  readonly shift: number;
  readonly chunks: readonly Int32Array[];
  /** One bit per row. */
  readonly dirty: Int32Array;
  readonly open: Int32Array;

  constructor(shape: Shape, chunkWords = CHUNK_WORDS) {
    this.shape = shape;
    const { rows, words } = shape;
    this.shift = Math.min(30, Math.max(0, Math.floor(Math.log2(chunkWords / words))));
    const perChunk = 2 ** this.shift;
    this.chunks = Array.from({ length: Math.ceil(rows / perChunk) }, (_, index) => {
      return new Int32Array(Math.min(perChunk, rows - index * perChunk) * words);
    });
    this.dirty = new Int32Array(Math.ceil(rows / 32));
    this.open = new Int32Array(Math.ceil(rows / 32));
  }

  static bytesOf({ rows, words }: Shape): number {
    return rows * words * 4 + rows / 4;
  }

  get bytes(): number {
    return Rows.bytesOf(this.shape);
  }

  /** Puts bits into a row; how many are new. */
  put(row: number, bits: Int32Array): number {
    const { words } = this.shape;
    const chunk = this.chunks[Math.floor(row / 2 ** this.shift)]!;
    const at = (row % 2 ** this.shift) * words;
    let count = 0;
    for (let word = 0; word < words; word += 1) {
      const fresh = bits[word]! & ~chunk[at + word]!;
      chunk[at + word]! |= fresh;
      for (let rest = fresh; rest !== 0; rest &= rest - 1) count += 1;
    }
    if (count > 0) {
      this.dirty[row >>> 5]! |= 1 << (row & 31);
      this.open[row >>> 5]! |= 1 << (row & 31);
    }
    return count;
  }
}
