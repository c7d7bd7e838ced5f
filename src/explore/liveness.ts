import { askTree, type Queue } from './kernel.ts';
import type { PredicateTree } from './predicate-tree.ts';
import type { Product } from './product.ts';
import { decode, digitsIntoArray, readsArray, STEP_VARIABLES, stepsCode } from './steps-code.ts';
import { generated, type Values } from './generated.ts';

/** Bytes of colours, one per number of the domain, beyond which no cycle is looked for. */
const COLOURS_MAX = 2 ** 29;

const OPEN = 2;
const DONE = 3;

/** Edges between the values of one digit, as lists. */
function movesOf(product: Product): readonly Map<number, Set<number>>[] {
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

function isAcyclicGraph(edges: ReadonlyMap<number, ReadonlySet<number>>): boolean {
  const colour = new Map<number, number>();
  const stack: [number, Iterator<number>][] = [];
  for (const start of edges.keys()) {
    if (colour.has(start)) continue;
    colour.set(start, OPEN);
    stack.push([start, edges.get(start)!.values()]);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const { done, value } = top[1].next();
      if (done === true) {
        colour.set(top[0], DONE);
        stack.pop();
      } else if (colour.get(value) === OPEN) return false;
      else if (!colour.has(value)) {
        colour.set(value, OPEN);
        stack.push([value, (edges.get(value) ?? new Set<number>()).values()]);
      }
    }
  }
  return true;
}

/**
 * Whether every step without a fault moves each digit that it changes forward in an order of that
 * digit's values: then no path without faults goes round. (The layer only counts down.)
 */
export function isAcyclic(product: Product): boolean {
  return movesOf(product)
    .slice(1)
    .every((moves) => isAcyclicGraph(moves));
}

type Successors = (state: number, out: Float64Array, to: number) => number;

/** A function that appends the fault-free successors of a state to `out`; it returns the end. */
function makeProgress(product: Product): Successors {
  const values: Values = { X: new Int32Array(product.digits.length) };
  const steps = stepsCode(product, values, {
    onMove: 'out[to++] = t;',
    progressOnly: true,
    countsDegree: false,
    notesProgress: false,
    onClaim: null,
  });
  const lines = [
    'return function (s, out, to) {',
    STEP_VARIABLES,
    ...decode(product),
    readsArray(product) ? digitsIntoArray(product) : '',
    steps,
    'return to; };',
  ];
  return generated<Successors>(values, lines);
}

/** Colours with 1 the states of the queue in which the tree holds. */
function colourGoals(
  product: Product,
  tree: PredicateTree,
  queue: Queue,
  states: number,
  colour: Uint8Array,
): void {
  const values: Values = { X: new Int32Array(product.digits.length), colour };
  const ask = tree.constant === null ? askTree(values, 'g', tree) : '';
  const lines = [
    'return function (chunk, until) { let n = -2; for (let i = 0; i < until; i++) {',
    'const s = chunk[i];',
    ...decode(product),
    digitsIntoArray(product),
    ask,
    'if (n === -2) colour[s] = 1; } };',
  ];
  if (tree.constant === false) return;
  const paint = generated<(chunk: ArrayLike<number>, until: number) => void>(values, lines);
  for (let from = 0; from < states; from += queue.size) {
    paint(queue.chunk(from), Math.min(queue.size, states - from));
  }
}

/** The most fault-free successors that a state can have. */
function mostProgress(product: Product): number {
  return product.tables.reduce(
    (sum, { rows, begin, progress }) => {
      let most = 0;
      for (let row = 0; row < rows; row += 1) most = Math.max(most, progress[row]! - begin[row]!);
      return sum + most;
    },
    product.joints.length + product.trees.reduce((sum, { most }) => sum + most, 0),
  );
}

/** Whether every fault-free step from a state in which the tree holds leads to another such. */
export function isClosed(
  product: Product,
  tree: PredicateTree,
  queue: Queue,
  states: number,
): boolean {
  if (product.domain > COLOURS_MAX) return false;
  const colour = new Uint8Array(product.domain);
  colourGoals(product, tree, queue, states, colour);
  const successors = makeProgress(product);
  const buffer = new Float64Array(mostProgress(product));
  for (let index = 0; index < states; index += 1) {
    const state = queue.at(index);
    if (colour[state] !== 1) continue;
    const end = successors(state, buffer, 0);
    for (let i = 0; i < end; i += 1) if (colour[buffer[i] as number] !== 1) return false;
  }
  return true;
}

/**
 * Whether some path without faults goes round among the states in which the tree does not hold;
 * true also where that was too much to look at.
 */
export function hasCycleOutside(
  product: Product,
  tree: PredicateTree,
  queue: Queue,
  states: number,
): boolean {
  if (product.domain > COLOURS_MAX) return true;
  const colour = new Uint8Array(product.domain);
  colourGoals(product, tree, queue, states, colour);
  const successors = makeProgress(product);
  let buffer = new Float64Array(1 << 16);
  const room = mostProgress(product);
  // A frame on the stack: its state, then what is left of its successors.
  const frames: number[] = [];
  let end = 0;
  for (let index = 0; index < states; index += 1) {
    const start = queue.at(index);
    if (colour[start] !== 0) continue;
    let state = start;
    colour[state] = OPEN;
    frames.push(state, end);
    end = successors(state, buffer, end);
    while (frames.length > 0) {
      const bottom = frames.at(-1) as number;
      if (end === bottom) {
        colour[frames.at(-2) as number] = DONE;
        frames.length -= 2;
        continue;
      }
      end -= 1;
      state = buffer[end] as number;
      const seen = colour[state];
      if (seen === OPEN) return true;
      if (seen !== 0) continue;
      colour[state] = OPEN;
      if (end + room > buffer.length) {
        const larger = new Float64Array(2 * buffer.length);
        larger.set(buffer);
        buffer = larger;
      }
      frames.push(state, end);
      end = successors(state, buffer, end);
    }
  }
  return false;
}
