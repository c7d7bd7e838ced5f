import type { LayerValues } from './sweep-edges.ts';

/**
 * Where the states of one layer lie. They are told apart by a row, which is a number of the outer
 * digits, and a bit in it, a number of the tail digits; both count only values of that layer.
 */
export interface Shape {
  readonly layer: number;
  /** Digits that number the rows; those that number the bits. Digit 0 is in neither. */
  readonly outer: readonly number[];
  readonly tail: readonly number[];
  /** By digit the values that it has here, in their order. */
  readonly values: LayerValues;
  /** By digit and value, its place in that order; -1: not here. */
  readonly places: readonly Int32Array[];
  /** By digit, what a place counts: rows, or bits. */
  readonly strides: readonly number[];
  readonly rows: number;
  /** Bits of a row, and 32-bit words. */
  readonly width: number;
  readonly words: number;
}

/** The shape of a layer. The last digits count fastest. */
export function shapeOf(
  radices: readonly number[],
  values: LayerValues,
  tail: readonly number[],
): Shape {
  const strides = radices.map(() => 0);
  const digits = radices.map((_, digit) => digit).slice(1);
  const counted = (some: readonly number[]): number => {
    let stride = 1;
    for (const digit of some.toReversed()) {
      strides[digit] = stride;
      stride *= values[digit]!.length;
    }
    return stride;
  };
  const outer = digits.filter((digit) => !tail.includes(digit));
  const rows = counted(outer);
  const width = counted(tail);
  const places = values.map((some, digit) => {
    const place = new Int32Array(radices[digit]!).fill(-1);
    for (const [at, value] of some.entries()) place[value] = at;
    return place;
  });
  const layer = values[0]![0]!;
  const words = Math.ceil(width / 32);
  return { layer, outer, tail, values, places, strides, rows, width, words };
}

/** The place of what some digits show, in rows or bits; -1 where a value is not here. */
export function placeOf(
  { places, strides }: Shape,
  digits: readonly number[],
  shown: ArrayLike<number>,
): number {
  let sum = 0;
  for (const [i, digit] of digits.entries()) {
    const place = places[digit]![shown[i]!]!;
    if (place === -1) return -1;
    sum += place * strides[digit]!;
  }
  return sum;
}
