import { beyond, componentOf, UNKNOWN, type ObservedClasses } from './decision-table.ts';
import { Ints } from './growable.ts';

const WORD_BITS = 32;

/** Of a cell: a component, a word of `live`, a list of bits by value, and which of them count. */
const CELL = 4;

/** States without change before rules are put into cells. */
const PATIENCE = 64;

/**
 * Which rules may have an outcome in a state: not those that answer nothing whenever the component
 * that they look at first has the value that it has there.
 */
export class Awake {
  /** By place in the order one bit, in words. */
  live = new Int32Array(1);
  private readonly classes: ObservedClasses;
  private order: readonly number[] = [];
  private cells = new Int32Array(0);
  /** Rules that are in no cell. */
  private always = new Int32Array(1);
  /** By place in the order, its cell; -1: none. */
  private cellOf = new Int32Array(0);
  private waiting = 0;
  private isStale = true;

  constructor(classes: ObservedClasses) {
    this.classes = classes;
  }

  /** The first node of some rule has become known. */
  wake(): void {
    this.isStale = true;
    this.waiting = 0;
  }

  /** Sets `live` for a state. `roots`: the first nodes by rule. */
  look(order: readonly number[], state: Int32Array, roots: Ints): void {
    if (order !== this.order || this.isStale) this.settle(order, roots);
    const { live, always, cells } = this;
    const { data } = this.classes.pool;
    for (let i = 0; i < live.length; i += 1) live[i] = always[i]!;
    for (let cell = 0; cell < cells.length; cell += CELL) {
      const value = state[cells[cell]!]!;
      const list = cells[cell + 2]!;
      const bits = value < data[list]! ? data[data[list + 1]! + value]! : UNKNOWN;
      live[cells[cell + 1]!]! |= bits & cells[cell + 3]!;
    }
  }

  private settle(order: readonly number[], roots: Ints): void {
    if (order !== this.order) {
      this.wake();
      this.order = order;
      this.live = new Int32Array(Math.ceil(order.length / WORD_BITS));
      this.always = new Int32Array(this.live.length);
      for (let place = 0; place < order.length; place += 1) this.always[place >> 5]! |= 1 << place;
      this.cells = new Int32Array(0);
      this.cellOf = new Int32Array(order.length).fill(-1);
    }
    this.waiting += 1;
    if (this.waiting > PATIENCE) this.build(roots);
  }

  /** Puts all rules into cells whose first node is known. */
  private build(roots: Ints): void {
    const cells: number[] = [];
    const byPlace = new Map<string, number>();
    this.always.fill(0);
    for (const [place, rule] of this.order.entries()) {
      const root = rule < roots.length ? roots.data[rule]! : UNKNOWN;
      const word = place >> 5;
      this.cellOf[place] = -1;
      if (root < 0) {
        this.always[word]! |= 1 << place;
        continue;
      }
      const component = componentOf(this.classes.pool.data, root);
      const key = `${component} ${word}`;
      const cell = byPlace.get(key) ?? cells.length;
      if (cell === cells.length) cells.push(component, word, this.classes.list(), 0);
      byPlace.set(key, cell);
      cells[cell + 3]! |= 1 << place;
      this.cellOf[place] = cell;
    }
    this.cells = Int32Array.from(cells);
    this.isStale = false;
  }

  /**
   * A rule answered nothing; if it did so having looked at one component only, it is left out from
   * now on.
   */
  rest(place: number, root: number, state: Int32Array): void {
    const cell = this.cellOf[place]!;
    if (cell === -1) return;
    const component = this.cells[cell]!;
    if (beyond(this.classes.pool.data, root, state) >= UNKNOWN) return;
    const list = this.cells[cell + 2]!;
    const value = state[component]!;
    this.classes.setEntry(list, value, this.classes.entry(list, value) & ~(1 << place));
  }
}

/** The place of the first bit that is set from a place on; -1: none. */
export function nextBit(words: Int32Array, from: number): number {
  let word = from >> 5;
  if (word >= words.length) return -1;
  let bits = words[word]! & (-1 << from);
  while (bits === 0) {
    word += 1;
    if (word === words.length) return -1;
    bits = words[word]!;
  }
  return (word << 5) + 31 - Math.clz32(bits & -bits);
}
