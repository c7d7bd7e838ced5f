const WORD_BITS = 32;

/** Bits that a value needs; one that is negative needs a word. */
export const bitsOf = (value: number): number => WORD_BITS - Math.clz32(value);

/** Bits to spare for each component with many values, where that takes no further word. */
const SPARE_MAX = 4;

const withSpare = (bits: number, spare: number): number =>
  bits < 2 ? bits : Math.min(WORD_BITS, bits + spare);

/**
 * Where the components of states lie in packed ones: each in bits of one word. A component without
 * a place, or with no bits, is 0.
 */
export class Layout {
  /** Components with a place. */
  readonly width: number;
  /** Words of a state, at least one. */
  readonly words: number;
  readonly word: Int32Array;
  readonly shift: Int32Array;
  /** As many ones as there are bits. */
  readonly mask: Int32Array;
  private readonly bits: readonly number[];

  /** `bits`: by component. Places of components do not depend on those behind them. */
  constructor(bits: readonly number[]) {
    this.bits = bits;
    this.width = bits.length;
    this.word = new Int32Array(bits.length);
    this.shift = new Int32Array(bits.length);
    this.mask = new Int32Array(bits.length);
    const used = [0];
    for (const [component, needed] of bits.entries()) {
      let word = used.findIndex((some) => some + needed <= WORD_BITS);
      if (word === -1) word = used.push(0) - 1;
      const shift = used[word] as number;
      used[word] = shift + needed;
      this.word[component] = word;
      this.shift[component] = needed === 0 ? 0 : shift;
      this.mask[component] = needed === WORD_BITS ? -1 : (1 << needed) - 1;
    }
    this.words = used.length;
  }

  /** Bits of a component. */
  room(component: number): number {
    return this.bits[component] ?? 0;
  }

  /**
   * A layout with at least so many bits by component. Where states have to be moved for it, each
   * component with many values gets a bit to spare, or more of what is left of the words.
   */
  grown(least: readonly number[]): Layout {
    const tight = new Layout(least.map((needed, i) => Math.max(needed, this.room(i))));
    if (tight.extends(this)) return tight;
    const spared = (spare: number): Layout =>
      new Layout(least.map((needed, i) => Math.max(withSpare(needed, spare), this.room(i))));
    let roomy = spared(1);
    for (let spare = 2; spare <= SPARE_MAX; spare += 1) {
      const more = spared(spare);
      if (more.words === roomy.words) roomy = more;
    }
    return roomy;
  }

  /** Whether states packed by it lie as they would lie by an earlier one. */
  extends({ width, words, word, shift, mask }: Layout): boolean {
    if (words !== this.words) return false;
    for (let i = 0; i < width; i += 1) {
      if (mask[i] === 0) continue;
      if (word[i] !== this.word[i] || shift[i] !== this.shift[i]) return false;
    }
    return true;
  }

  /** Takes the state at `offset` apart. */
  unpack(states: Int32Array, offset: number, into: Int32Array): void {
    const { width, word, shift, mask } = this;
    for (let i = 0; i < width; i += 1) {
      into[i] = (states[offset + word[i]!]! >> shift[i]!) & mask[i]!;
    }
  }

  /** Puts a state together, at `offset`. Its values fit. */
  pack(state: Int32Array, into: Int32Array, offset: number): void {
    const { words, word, shift } = this;
    into.fill(0, offset, offset + words);
    for (let i = 0; i < state.length; i += 1) {
      if (state[i] !== 0) into[offset + word[i]!]! |= state[i]! << shift[i]!;
    }
  }
}
