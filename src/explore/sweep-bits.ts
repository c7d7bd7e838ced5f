/** How many bits of a 32-bit word are set. */
export function popcount(word: number): number {
  let x = word - ((word >>> 1) & 0x55555555);
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
  x = (x + (x >>> 4)) & 0x0f0f0f0f;
  return Math.imul(x, 0x01010101) >>> 24;
}

/** Puts a row into another: the bits that were not there. */
export function merge(from: Int32Array, into: Int32Array, at: number, words: number): number {
  let count = 0;
  for (let word = 0; word < words; word += 1) {
    const fresh = from[word]! & ~into[at + word]!;
    if (fresh === 0) continue;
    into[at + word]! |= fresh;
    count += popcount(fresh);
  }
  return count;
}

/** Where each bit of a row goes: bits of another row, as tables by four bits. */
export interface Image {
  /** Words of the rows that it makes. */
  readonly words: number;
  /** Entry (n * 16 + x) * words: what comes of the bits x at place 4 * n. */
  readonly table: Int32Array;
}

/** The image of rows of `words` under pairs of bits. */
export function imageOf(
  pairs: Iterable<readonly [from: number, to: number]>,
  words: number,
  wordsTo: number,
): Image {
  const table = new Int32Array(words * 8 * 16 * wordsTo);
  for (const [from, to] of pairs) {
    const start = (from >>> 2) * 16;
    for (let some = 0; some < 16; some += 1) {
      if ((some & (1 << (from & 3))) === 0) continue;
      table[(start + some) * wordsTo + (to >>> 5)]! |= 1 << (to & 31);
    }
  }
  return { words: wordsTo, table };
}

/** Writes the image of a row of `words` at `at` into `into`. */
export function apply(
  { table, words: wordsTo }: Image,
  from: Int32Array,
  at: number,
  words: number,
  into: Int32Array,
): void {
  for (let word = 0; word < wordsTo; word += 1) into[word] = 0;
  for (let word = 0; word < words; word += 1) {
    let entry = word * 128 * wordsTo;
    for (let rest = from[at + word]!; rest !== 0; rest >>>= 4) {
      const some = rest & 15;
      if (some !== 0) {
        const start = entry + some * wordsTo;
        for (let k = 0; k < wordsTo; k += 1) into[k]! |= table[start + k]!;
      }
      entry += 16 * wordsTo;
    }
  }
}

/** Writes what a form makes of a row of `words` at `at` into `into`. */
export function carry(
  form: number,
  { masks, images }: { readonly masks: Int32Array; readonly images: readonly Image[] },
  from: Int32Array,
  at: number,
  words: number,
  into: Int32Array,
): void {
  if (form < 0) return apply(images[-1 - form]!, from, at, words, into);
  for (let word = 0; word < words; word += 1) into[word] = from[at + word]! & masks[form + word]!;
}

/** Sets of bits of a row, each kept once, one behind the other; its name is where it begins. */
export class Masks {
  /** The set of all bits. */
  static readonly ALL = 0;
  /** The set of no bits. */
  readonly none: number;
  readonly width: number;
  readonly words: number;
  private readonly all: Int32Array[] = [];
  private readonly known = new Map<string, number>();

  constructor(width: number) {
    this.width = width;
    this.words = Math.ceil(width / 32);
    this.of(Array.from({ length: width }, (_, bit) => bit));
    this.none = this.of([]);
  }

  of(bits: Iterable<number>): number {
    const mask = new Int32Array(this.words);
    for (const bit of bits) mask[bit >>> 5]! |= 1 << (bit & 31);
    const key = mask.join();
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const offset = this.all.length * this.words;
    this.known.set(key, offset);
    this.all.push(mask);
    return offset;
  }

  /** All sets, for good. */
  packed(): Int32Array {
    const packed = new Int32Array(this.all.length * this.words);
    for (const [index, mask] of this.all.entries()) packed.set(mask, index * this.words);
    return packed;
  }
}
