import type { Ample } from './ample.ts';
import { generated, type Values } from './generated.ts';
import type { PredicateTree } from './predicate-tree.ts';
import type { Product } from './product.ts';
import { decode, digitsIntoArray, readsArray, STEP_VARIABLES, stepsCode } from './steps-code.ts';

/** Registers of a kernel, as indices into `registers`. */
export const HEAD = 0;
export const TAIL = 1;
export const TRANSITIONS = 2;
export const STOP = 3;
export const CLAIM = 4;
export const ENDS = 5;
/** From here on, one register per watched predicate. */
export const WATCHED = 8;

export const CHUNK_BITS = 16;

/** Registers at the start of a search, nothing noted. */
export function registersFor(watches: number): Float64Array {
  const registers = new Float64Array(WATCHED + watches).fill(-1);
  registers[HEAD] = 0;
  registers[TAIL] = 0;
  registers[TRANSITIONS] = 0;
  registers[STOP] = 0;
  return registers;
}

/** What is noted of a predicate: the first state in which it is false or true, or how often true */
export interface Watch {
  readonly tree: PredicateTree;
  readonly note: 'first-false' | 'first-true' | 'count';
  readonly stop: boolean;
}

export interface KernelParts {
  readonly product: Product;
  readonly watches: readonly Watch[];
  /** Which ends are noted: those in which not all of these hold; null: none. */
  readonly ends: readonly PredicateTree[] | null;
  /** A state is an end that no step without a fault leaves (left out), or without any step. */
  readonly endsAre?: 'quiet' | 'dead';
  /** How a successor is put into the visited set, as code; null: successors are not looked at. */
  readonly visited: VisitedCode | null;
  readonly stopAtClaim: boolean;
  /** Code that puts a successor `t` into the order of its orbit; empty without symmetry. */
  readonly canonical: string;
  /** Steps that are enough, where there are such; left out: all steps are taken. */
  readonly ample?: readonly Ample[];
}

/** Code that knows a visited set. */
export interface VisitedCode {
  /** Values that the code refers to. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Declarations before the loop. */
  readonly open: string;
  /** Before each state: makes room for its successors. */
  readonly ready: string;
  /** Puts `t` in; appends it to the queue by `push` if it was not there. */
  readonly put: (push: string) => string;
}

type Element = Int32Array | Uint32Array | Float64Array;

/** The queue of a search: all states in order of discovery, in chunks, never moved. */
export class Queue {
  readonly chunks: Element[] = [];
  /** Entries of a chunk. */
  readonly size = 1 << CHUNK_BITS;
  private readonly make: () => Element;

  constructor(domain: number) {
    const { size } = this;
    if (domain <= 2 ** 31) this.make = () => new Int32Array(size);
    else if (domain <= 2 ** 32) this.make = () => new Uint32Array(size);
    else this.make = () => new Float64Array(size);
    this.chunks.push(this.make());
  }

  /** The chunk that begins at entry `at`. */
  chunk(at: number): Element {
    const index = Math.floor(at / (1 << CHUNK_BITS));
    return (this.chunks[index] ??= this.make());
  }

  at(index: number): number {
    return this.chunk(index)[index & ((1 << CHUNK_BITS) - 1)] as number;
  }

  get bytes(): number {
    return this.chunks.length * (this.chunks[0] as Element).byteLength;
  }
}

/** Code that sets `n` to the answer of a tree: -1 false, -2 true. */
export function askTree(
  values: Values,
  name: string,
  { who, base, next, root }: PredicateTree,
): string {
  Object.assign(values, { [`${name}who`]: who, [`${name}base`]: base, [`${name}next`]: next });
  return `n = ${root}; while (n >= 0) n = ${name}next[${name}base[n] + X[${name}who[n]]];`;
}

/** Code that notes what is watched for of the state at `head`. */
export function watchCode(values: Values, watches: readonly Watch[]): string {
  const lines: string[] = [];
  for (const [k, { tree, note, stop }] of watches.entries()) {
    if (tree.constant !== null) continue;
    const register = `registers[${WATCHED + k}]`;
    lines.push(askTree(values, `w${k}`, tree));
    if (note === 'count') lines.push(`if (n === -2) ${register}++;`);
    else {
      const answer = note === 'first-false' ? -1 : -2;
      const halt = stop ? `registers[${STOP}] = 1;` : '';
      lines.push(`if (n === ${answer} && ${register} < 0) { ${register} = head; ${halt} }`);
    }
  }
  return lines.join('\n');
}

function endsCode(values: Values, ends: readonly PredicateTree[], isEnd: string): string {
  const lines = [`if (${isEnd} && registers[${ENDS}] < 0) {`];
  for (const [k, tree] of ends.entries()) {
    lines.push(askTree(values, `e${k}`, tree), `if (n === -1) registers[${ENDS}] = head;`);
  }
  return [...lines, '}'].join('\n');
}

/**
 * The inner loop of a search as a function made for one product: it expands the queue from register
 * HEAD up to its argument.
 */
export function makeKernel(
  { product, watches, ends, visited, stopAtClaim, canonical, ample = [], endsAre }: KernelParts,
  queue: Queue,
  registers: Float64Array,
): (until: number) => void {
  const mask = (1 << CHUNK_BITS) - 1;
  const values: Values = { queue, registers, X: new Int32Array(product.digits.length) };
  Object.assign(values, visited?.values);
  const live = watches.some(({ tree }) => tree.constant === null);
  const halt = stopAtClaim ? `registers[${STOP}] = 1;` : '';
  const push = `output[tail & ${mask}] = t; if ((++tail & ${mask}) === 0) output = queue.chunk(tail);`;
  const lines = [
    'return function (until) {',
    'let head = registers[0], tail = registers[1], transitions = registers[2];',
    'let degree = 0, goes = 0;',
    STEP_VARIABLES,
    'let input = queue.chunk(head), output = queue.chunk(tail);',
    visited?.open ?? '',
    'for (; head < until; head++) {',
    `if ((head & ${mask}) === 0) input = queue.chunk(head);`,
    `const s = input[head & ${mask}];`,
    visited?.ready ?? '',
    ...decode(product),
    live || ends !== null || readsArray(product) ? digitsIntoArray(product) : '',
    watchCode(values, watches),
    'degree = 0; goes = 0;',
    stepsCode(product, values, {
      onMove: visited === null ? null : `${canonical}\n${visited.put(push)}`,
      progressOnly: false,
      countsDegree: true,
      notesProgress: ends !== null,
      onClaim: `if (registers[${CLAIM}] < 0) { registers[${CLAIM}] = head; ${halt} }`,
      ample,
    }),
    'transitions += degree;',
    ends === null ? '' : endsCode(values, ends, endsAre === 'dead' ? 'degree === 0' : 'goes === 0'),
    `if (registers[${STOP}] === 1) { head++; break; }`,
    '}',
    'registers[0] = head; registers[1] = tail; registers[2] = transitions;',
    '};',
  ];
  return generated<(until: number) => void>(values, lines);
}
