import { askTree, type Queue } from './kernel.ts';
import type { PredicateTree } from './predicate-tree.ts';
import type { Product } from './product.ts';
import { decode, digitsIntoArray, readsArray, STEP_VARIABLES, stepsCode } from './steps-code.ts';
import { generated, type Values } from './generated.ts';

/** Bytes of colours, one per number of the domain, beyond which no cycle is looked for. */
const COLOURS_MAX = 2 ** 29;

const OPEN = 2;
const DONE = 3;

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
