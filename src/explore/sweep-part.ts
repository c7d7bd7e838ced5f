import { Untabled } from './numbering.ts';
import type { Product } from './product.ts';
import type { StepTable } from './step-table.ts';
import { forEachCombination, landing, rowOf } from './sweep-edges.ts';
import type { RowQuestion } from './sweep-question.ts';
import type { Form, Forms } from './sweep-relation.ts';
import { placeOf, type Shape } from './sweep-shape.ts';

/** Steps by what outer digits show: those of index i are `begin[i]` to `begin[i + 1]`. */
export interface Moves {
  readonly begin: Int32Array;
  /** In the same layer how many rows further, else the share of these digits in the row there. */
  readonly to: Int32Array;
  readonly form: Int32Array;
}

/** Steps into a layer that may move every digit, by index. */
export interface Jumps {
  readonly layer: number;
  readonly begin: Int32Array;
  readonly form: Int32Array;
  /**
   * By step and outer digit, where in `pool` the digit's shares in the number of the row there are
   * listed, by place; NaN is for places at which no step is.
   */
  readonly shares: Int32Array;
  readonly pool: Float64Array;
  /** Whether some step that changes the row's digits may lead to the same row. */
  readonly mayStay: boolean;
}

/** A wide rule in one layer. */
export interface Wide {
  /** Which index a row has. */
  readonly question: RowQuestion;
  readonly jumps: readonly Jumps[];
  /** Masks of what cannot be in a row, by index. */
  readonly lost: Int32Array;
  readonly isAscending: boolean;
  /** Whether some of its steps may lead nowhere else, so that `progress` leaves them out. */
  readonly isVague: boolean;
}

/** The steps of one table from the rows of one layer, by index: what its outer digits show. */
export interface Part {
  readonly digits: readonly number[];
  /** Index = sum of the digits' places times these. */
  readonly multipliers: readonly number[];
  /** Within the row; null: none. For a part without outer digits, index 0, too. */
  readonly inner: Moves | null;
  /** To other rows of the layer. */
  readonly along: Moves | null;
  /** To other layers. */
  readonly into: readonly { readonly layer: number; readonly moves: Moves }[];
  /** Steps, self-loops included, of every state of a row ... */
  readonly degree: Float64Array;
  /** ... and more, a weight for each state in a mask. */
  readonly more: Weights | null;
  /** Masks of the states with a step, and with one without fault that leads elsewhere. */
  readonly some: Int32Array;
  readonly progress: Int32Array;
  /** Masks of the states with a step that breaks a claim; null: there is none. */
  readonly claims: Int32Array | null;
  /** Where it is not a table's but a wide rule's, and its index no sum. */
  readonly wide: Wide | null;
}

interface Weights {
  readonly begin: Int32Array;
  readonly mask: Int32Array;
  readonly weight: Int32Array;
}

/** A list per index, flat. */
export class Lists {
  private readonly begin: number[] = [0];
  private readonly first: number[] = [];
  private readonly second: number[] = [];

  /** The lists up to the index are closed. */
  close(index: number): void {
    while (this.begin.length <= index + 1) this.begin.push(this.first.length);
  }

  push(index: number, first: number, second: number): void {
    this.close(index - 1);
    this.first.push(first);
    this.second.push(second);
  }

  flat(size: number): readonly [Int32Array, Int32Array, Int32Array] {
    this.close(size - 1);
    const { begin, first, second } = this;
    return [Int32Array.from(begin), Int32Array.from(first), Int32Array.from(second)];
  }

  get isEmpty(): boolean {
    return this.first.length === 0;
  }

  moves(size: number): Moves | null {
    if (this.isEmpty) return null;
    const [begin, to, form] = this.flat(size);
    return { begin, to, form };
  }
}

/**
 * Degrees as what all have, which is returned, and what some have more, by powers of two: a list of
 * masks with their weights.
 */
export function weigh(
  index: number,
  degrees: ReadonlyMap<number, number>,
  more: Lists,
  mask: (some: readonly number[]) => number,
): number {
  const least = Math.min(...degrees.values());
  const most = Math.max(...degrees.values());
  for (let weight = 1; weight <= most - least; weight *= 2) {
    const odd = [...degrees].filter(([, degree]) => ((degree - least) / weight) % 2 >= 1);
    if (odd.length > 0) more.push(index, mask(odd.map(([one]) => one)), weight);
  }
  return least;
}

interface Landing {
  readonly layer: number;
  readonly to: number;
  readonly pairs: [number, number][];
}

/** Makes the part of one table in one layer. */
export class PartMaker {
  private readonly product: Product;
  private readonly table: StepTable;
  private readonly shape: Shape;
  private readonly shapes: (layer: number) => Shape;
  private readonly forms: Forms;
  /** Positions among the table's digits. */
  private readonly outer: readonly number[];
  private readonly tail: readonly number[];
  private readonly outerDigits: readonly number[];
  private readonly tailDigits: readonly number[];
  private readonly inner = new Lists();
  private readonly along = new Lists();
  private readonly into = new Map<number, Lists>();
  private readonly more = new Lists();
  private readonly degree: number[] = [];
  private readonly some: number[] = [];
  private readonly progress: number[] = [];
  private readonly claims: number[] = [];

  constructor(
    product: Product,
    table: StepTable,
    shape: Shape,
    shapes: (layer: number) => Shape,
    forms: Forms,
  ) {
    this.product = product;
    this.table = table;
    this.shape = shape;
    this.shapes = shapes;
    this.forms = forms;
    const positions = [...table.digits.keys()];
    const digit = (position: number): number => table.digits[position]!;
    this.outer = positions.filter((position) => shape.outer.includes(digit(position)));
    this.tail = positions.filter((position) => shape.tail.includes(digit(position)));
    this.outerDigits = this.outer.map(digit);
    this.tailDigits = this.tail.map(digit);
  }

  made(): Part {
    const { shape, table, outerDigits } = this;
    const values = (digits: readonly number[]) => digits.map((digit) => shape.values[digit]!);
    const shown = new Int32Array(table.digits.length);
    if (table.digits[0] === 0) shown[0] = shape.layer;
    let size = 0;
    forEachCombination(values(outerDigits), (outer) => {
      for (const [i, position] of this.outer.entries()) shown[position] = outer[i]!;
      this.index(size, shown, values(this.tailDigits));
      size += 1;
    });
    const multipliers: number[] = [];
    let stride = 1;
    for (const digit of outerDigits.toReversed()) {
      multipliers.unshift(stride);
      stride *= shape.values[digit]!.length;
    }
    const into = [...this.into].map(([layer, lists]) => ({ layer, moves: lists.moves(size)! }));
    const [begin, mask, weight] = this.more.flat(size);
    return {
      digits: outerDigits,
      multipliers,
      inner: this.inner.moves(size),
      along: this.along.moves(size),
      into,
      degree: Float64Array.from(this.degree),
      more: this.more.isEmpty ? null : { begin, mask, weight },
      some: Int32Array.from(this.some),
      progress: Int32Array.from(this.progress),
      claims: table.hasClaims ? Int32Array.from(this.claims) : null,
      wide: null,
    };
  }

  /** All that happens where the outer digits show this. */
  private index(index: number, shown: Int32Array, tailValues: readonly Int32Array[]): void {
    const { table, forms, tailDigits } = this;
    const landings = new Map<string, Landing>();
    const degrees = new Map<number, number>();
    const some: number[] = [];
    const progress: number[] = [];
    const claims: number[] = [];
    forEachCombination(tailValues, (tail) => {
      for (const [i, position] of this.tail.entries()) shown[position] = tail[i]!;
      const share = placeOf(this.shape, tailDigits, tail);
      const row = rowOf(table, shown);
      const degree = table.degree[row]!;
      if (!Number.isFinite(degree)) throw new Untabled('a step leads out of the closure');
      degrees.set(share, degree);
      const [begin, end] = [table.begin[row]!, table.begin[row + 1]!];
      if (degree > 0) some.push(share);
      if (table.progress[row]! > begin) progress.push(share);
      if (table.claim.subarray(begin, end).some((claim) => claim >= 0)) claims.push(share);
      for (let edge = begin; edge < table.moves[row]!; edge += 1) {
        this.land(landings, shown, share, landing(this.product, table, shown, edge));
      }
    });
    this.degree.push(weigh(index, degrees, this.more, (shares) => forms.mask(tailDigits, shares)));
    this.some.push(forms.mask(tailDigits, some));
    this.progress.push(forms.mask(tailDigits, progress));
    this.claims.push(forms.mask(tailDigits, claims));
    for (const found of landings.values()) this.enter(index, found);
  }

  private land(
    landings: Map<string, Landing>,
    shown: Int32Array,
    share: number,
    landed: Int32Array,
  ): void {
    const of = (some: readonly number[], all: Int32Array) => Int32Array.from(some, (i) => all[i]!);
    const layer = this.table.digits[0] === 0 ? landed[0]! : this.shape.layer;
    const target = this.shapes(layer);
    const after = placeOf(target, this.tailDigits, of(this.tail, landed));
    const there = placeOf(target, this.outerDigits, of(this.outer, landed));
    if (after === -1 || there === -1) throw new Untabled('a step leads out of its layer');
    const here =
      layer === this.shape.layer ? placeOf(target, this.outerDigits, of(this.outer, shown)) : 0;
    const key = `${layer} ${there - here}`;
    const known = landings.get(key);
    if (known === undefined)
      landings.set(key, { layer, to: there - here, pairs: [[share, after]] });
    else known.pairs.push([share, after]);
  }

  private enter(index: number, { layer, to, pairs }: Landing): void {
    const form: Form = this.forms.form(this.tailDigits, layer, pairs);
    if (layer !== this.shape.layer) {
      if (!this.into.has(layer)) this.into.set(layer, new Lists());
      this.into.get(layer)!.push(index, to, form);
    } else if (to === 0) this.inner.push(index, to, form);
    else this.along.push(index, to, form);
  }
}
