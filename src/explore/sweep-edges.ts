import type { Closure } from './closure.ts';
import type { Product } from './product.ts';
import type { StepTable } from './step-table.ts';

/** By digit, values: those that a layer has. Digit 0 has the layer alone. */
export type LayerValues = readonly Int32Array[];

/** The values that the closure has in a layer, by digit; null where nothing comes to it. */
export function layerValues(closure: Closure, layer: number): LayerValues | null {
  const values = closure.groups.map((_, group) => closure.valuesOf(layer, group).slice());
  return values.some(({ length }) => length === 0) ? null : [Int32Array.of(layer), ...values];
}

/** Calls back with every combination of one value each, the last running fastest. */
export function forEachCombination(
  choices: readonly Int32Array[],
  visit: (shown: Int32Array) => void,
): void {
  const shown = new Int32Array(choices.length);
  const choose = (position: number): void => {
    if (position === choices.length) return visit(shown);
    for (const value of choices[position]!) {
      shown[position] = value;
      choose(position + 1);
    }
  };
  choose(0);
}

/** The row of a table for what its digits show. */
export function rowOf({ multipliers }: StepTable, shown: Int32Array): number {
  let row = 0;
  for (let i = 0; i < multipliers.length; i += 1) row += shown[i]! * multipliers[i]!;
  return row;
}

/** What the digits of a table show after one of its edges. */
export function landing(
  { digits }: Product,
  table: StepTable,
  shown: Int32Array,
  edge: number,
): Int32Array {
  let number = table.delta[edge]!;
  for (const [i, digit] of table.digits.entries()) number += shown[i]! * digits[digit]!.stride;
  const landed = new Int32Array(shown.length);
  for (const [i, digit] of table.digits.entries()) {
    const { stride } = digits[digit]!;
    landed[i] = Math.floor(number / stride);
    number -= landed[i]! * stride;
  }
  if (number !== 0) throw new Error('internal: a step changes more than its table says');
  return landed;
}

/** How values of one digit follow each other, by value. */
type Moves = Map<number, Set<number>>;

function note(moves: Moves, from: number, to: number): void {
  if (from === to) return;
  const known = moves.get(from);
  if (known === undefined) moves.set(from, new Set([to]));
  else known.add(to);
}

/** All steps within a layer, faults included, digit by digit. */
function movesWithin(product: Product, values: LayerValues): readonly Moves[] {
  const moves = product.digits.map((): Moves => new Map());
  const layer = values[0]![0]!;
  for (const table of product.tables) {
    const choices = table.digits.map((digit) => values[digit]!);
    forEachCombination(choices, (shown) => {
      const row = rowOf(table, shown);
      for (let edge = table.begin[row]!; edge < table.moves[row]!; edge += 1) {
        const landed = landing(product, table, shown, edge);
        if (table.digits[0] === 0 && landed[0] !== layer) continue;
        for (const [i, digit] of table.digits.entries()) note(moves[digit]!, shown[i]!, landed[i]!);
      }
    });
  }
  for (const joint of product.joints) {
    if (joint.layer[layer] !== 0) continue;
    for (const [i, digit] of joint.digits.entries()) {
      const { stride } = product.digits[digit]!;
      for (const from of values[digit]!) {
        note(moves[digit]!, from, from + joint.delta[i]![from]! / stride);
      }
    }
  }
  return moves;
}

/** In reverse postorder of a depth-first search: forward along all moves that do not go round. */
function reversePostorder(values: Int32Array, moves: Moves): Int32Array {
  const none = new Set<number>();
  const ordered: number[] = [];
  const seen = new Set<number>();
  const stack: [number, Iterator<number>][] = [];
  const open = (value: number): void => {
    seen.add(value);
    stack.push([value, (moves.get(value) ?? none).values()]);
  };
  for (const start of values) {
    if (!seen.has(start)) open(start);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const { done, value } = top[1].next();
      if (done === true) {
        ordered.push(top[0]);
        stack.pop();
      } else if (!seen.has(value)) open(value);
    }
  }
  return Int32Array.from(ordered.toReversed());
}

/** The values of each digit in an order in which steps within the layer lead forward. */
export function inOrder(product: Product, values: LayerValues): LayerValues {
  const moves = movesWithin(product, values);
  return values.map((some, digit) => reversePostorder(some, moves[digit]!));
}
