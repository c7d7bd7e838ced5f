import type { Product } from './product.ts';
import type { LayerValues } from './sweep-edges.ts';

/** Bits of a row, at most. */
const WIDTH_MAX = 1024;
/** Digits of a row, at most. */
const TAIL_MAX = 6;

/** Digits that the moves of a table change. */
function changedBy({ digits: all, tables }: Product): readonly ReadonlySet<number>[] {
  return tables.map(({ digits, multipliers, rows, begin, moves, delta }) => {
    const changed = new Set<number>();
    for (let row = 0; row < rows && changed.size < digits.length; row += 1) {
      if (begin[row] === moves[row]) continue;
      let number = 0;
      for (const [i, digit] of digits.entries()) {
        const { radix } = all[digit]!;
        number += (Math.floor(row / multipliers[i]!) % radix) * all[digit]!.stride;
      }
      for (let edge = begin[row]!; edge < moves[row]!; edge += 1) {
        for (const digit of digits) {
          const { stride, radix } = all[digit]!;
          const after = Math.floor((number + delta[edge]!) / stride) % radix;
          if (after !== Math.floor(number / stride) % radix) changed.add(digit);
        }
      }
    }
    return changed;
  });
}

/** What a choice of tail digits is about to cost, roughly: operations on words. */
class Cost {
  private readonly product: Product;
  private readonly layers: readonly LayerValues[];
  private readonly changed: readonly ReadonlySet<number>[];

  constructor(product: Product, layers: readonly LayerValues[]) {
    this.product = product;
    this.layers = layers;
    this.changed = changedBy(product);
  }

  private perRow(tail: readonly number[], words: number): number {
    let cost = 10 + 6 * words;
    for (const [at, { digits, rows, moves, begin }] of this.product.tables.entries()) {
      const inside = digits.filter((digit) => tail.includes(digit)).length;
      let edges = 0;
      for (let row = 0; row < rows; row += 1) edges += moves[row]! - begin[row]!;
      const each = edges / rows;
      if (inside === 0) cost += 3 + each * (4 + 3 * words);
      else if (inside < digits.length) {
        const isMoved = tail.some((digit) => this.changed[at]!.has(digit));
        const targets = Math.min(4, each * 8);
        cost += 3 + targets * (isMoved ? 20 + 12 * words * words : 6 + 4 * words) + 12 * words;
      }
    }
    return cost;
  }

  of(tail: readonly number[]): number {
    let cost = 0;
    for (const values of this.layers) {
      let rows = 1;
      let width = 1;
      for (let digit = 1; digit < values.length; digit += 1) {
        if (tail.includes(digit)) width *= values[digit]!.length;
        else rows *= values[digit]!.length;
      }
      if (width > WIDTH_MAX || rows >= 2 ** 31) return Infinity;
      cost += rows * this.perRow(tail, Math.ceil(width / 32));
    }
    return cost;
  }
}

/**
 * The digits that had better number the bits of a row: few rows, most steps within a row or between
 * rows as a whole. Null where no choice fits.
 */
export function chooseTail(
  product: Product,
  layers: readonly LayerValues[],
): readonly number[] | null {
  const cost = new Cost(product, layers);
  const digits = product.digits.map((_, digit) => digit).slice(1);
  let best: { readonly tail: readonly number[]; readonly cost: number } | null = null;
  let frontier: readonly (readonly number[])[] = [[]];
  for (let size = 1; size <= TAIL_MAX && frontier.length > 0; size += 1) {
    const grown = frontier.flatMap((tail) =>
      digits.filter((digit) => !tail.includes(digit)).map((digit) => [...tail, digit]),
    );
    const sorted = new Map(grown.map((tail) => [tail.toSorted((a, b) => a - b).join(), tail]));
    const rated = [...sorted.values()]
      .map((tail) => ({ tail, cost: cost.of(tail) }))
      .filter((one) => Number.isFinite(one.cost))
      .toSorted((a, b) => a.cost - b.cost);
    const first = rated[0];
    if (first !== undefined && (best === null || first.cost < best.cost)) best = first;
    // The best few are what is worth being prolonged.
    frontier = rated.slice(0, 8).map(({ tail }) => tail);
  }
  return best === null ? null : best.tail.toSorted((a, b) => a - b);
}
