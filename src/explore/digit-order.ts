import type { Product } from './product.ts';

/** Moves between the values of one digit, as lists. */
type Moves = ReadonlyMap<number, ReadonlySet<number>>;

/** Where steps without a fault take each digit. */
function movesOf(product: Product): readonly Moves[] {
  const moves = product.digits.map(() => new Map<number, Set<number>>());
  const note = (digit: number, from: number, to: number): void => {
    if (from === to) return;
    const known = moves[digit]!.get(from);
    if (known === undefined) moves[digit]!.set(from, new Set([to]));
    else known.add(to);
  };
  for (const { digits, multipliers, rows, begin, progress, delta } of product.tables) {
    for (let row = 0; row < rows; row += 1) {
      if (begin[row] === progress[row]) continue;
      let rest = row;
      let base = 0;
      const from = digits.map((digit, i) => {
        const value = Math.floor(rest / multipliers[i]!);
        rest -= value * multipliers[i]!;
        base += value * product.digits[digit]!.stride;
        return value;
      });
      for (let edge = begin[row]!; edge < progress[row]!; edge += 1) {
        const target = base + delta[edge]!;
        for (const [i, digit] of digits.entries()) {
          const { stride, radix } = product.digits[digit]!;
          note(digit, from[i]!, Math.floor(target / stride) % radix);
        }
      }
    }
  }
  for (const { isFault, digits, delta } of product.joints) {
    if (isFault) continue;
    for (const [i, digit] of digits.entries()) {
      const { stride } = product.digits[digit]!;
      for (const [from, change] of delta[i]!.entries()) note(digit, from, from + change / stride);
    }
  }
  for (const { rules } of product.trees) {
    for (const tree of rules) {
      for (let edge = 0; edge < tree.step.length; edge += 1) {
        if (tree.isFault[edge] === 1) continue;
        for (let term = tree.terms[edge]!; term < tree.terms[edge + 1]!; term += 1) {
          const digit = tree.termDigit[term]!;
          const { radix, stride } = product.digits[digit]!;
          for (let from = 0; from < radix; from += 1) {
            const change = tree.adds[tree.termOffset[term]! + from]!;
            if (!Number.isNaN(change)) note(digit, from, from + change / stride);
          }
        }
      }
    }
  }
  return moves;
}

/** Places for the values of a digit: moves go to later places, but for those that close a round. */
function placesBy(moves: Moves, radix: number): Int32Array {
  const places = new Int32Array(radix).fill(-1);
  const isSeen = new Uint8Array(radix);
  const stack: [number, Iterator<number>][] = [];
  let place = radix;
  const open = (value: number): void => {
    isSeen[value] = 1;
    stack.push([value, (moves.get(value) ?? []).values()]);
  };
  for (let start = 0; start < radix; start += 1) {
    if (isSeen[start] === 0) open(start);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const { done, value } = top[1].next();
      if (done === true) {
        place -= 1;
        places[top[0]] = place;
        stack.pop();
      } else if (isSeen[value] === 0) open(value);
    }
  }
  return places;
}

/**
 * An order of each digit's values, as their places in it, that as many steps without a fault as it
 * is easy to find go along with.
 */
export function digitOrders(product: Product): readonly Int32Array[] {
  return movesOf(product).map((moves, digit) => placesBy(moves, product.digits[digit]!.radix));
}

/**
 * Whether every step without a fault moves each digit that it changes forward in an order of that
 * digit's values: then no path without faults goes round. (The layer only counts down.)
 */
export function isAcyclic(product: Product): boolean {
  return movesOf(product).every((moves, digit) => {
    if (digit === 0) return true;
    const places = placesBy(moves, product.digits[digit]!.radix);
    return [...moves].every(([from, targets]) =>
      [...targets].every((to) => places[from]! < places[to]!),
    );
  });
}
