import type { Ample } from './ample.ts';
import { Crew, type ExpansionCode } from './crew.ts';
import { generated, type Values } from './generated.ts';
import { CLAIM, HEAD, registersFor, STOP, TAIL, TRANSITIONS, WATCHED } from './kernel.ts';
import { watchCode, type Queue, type Watch } from './kernel.ts';
import type { Product } from './product.ts';
import { mostSuccessors } from './start.ts';
import { decode, digitsIntoArray, readsArray, STEP_VARIABLES, stepsCode } from './steps-code.ts';
import { DenseBitmap, type Visited } from './visited.ts';

/** How the work is divided. */
export interface CrewSettings {
  /** Threads, this one included. */
  readonly threads: number;
  /** States of a slice, and those from which on others are asked to help. */
  readonly slice: number;
  readonly helpFrom: number;
  /** Whether no work begins before all are up. */
  readonly waits: boolean;
}

/** Slices large enough to be worth fetching; a small search is over before others are up. */
export const crewOf = (threads: number): CrewSettings => ({
  threads,
  slice: 2 ** 9,
  helpFrom: 2 ** 13,
  waits: false,
});

/** What is to be expanded, and by what. */
export interface SharedParts {
  readonly product: Product;
  readonly queue: Queue;
  readonly set: DenseBitmap;
  readonly watches: readonly Watch[];
  readonly stopAtClaim: boolean;
  readonly canonical: string;
  readonly ample: readonly Ample[];
  /** Of the search. */
  readonly registers: Float64Array;
  /** States that are expanded at once, at most. */
  readonly round: number;
  /** Expands up to its argument, by this thread. */
  readonly alone: (until: number) => void;
}

/** Successors that a round may list, at most: 128 MiB for each thread that would list all. */
const LISTED_MAX = 2 ** 25;

/** An expansion by several threads; null where it cannot be shared out. */
export function sharedExpansion(
  parts: Omit<SharedParts, 'set'> & { readonly set: Visited },
  crew: CrewSettings,
): SharedExpansion | null {
  const { product, set, round } = parts;
  if (crew.threads < 2 || !(set instanceof DenseBitmap)) return null;
  const isNarrow = product.domain <= 2 ** 31 && round * mostSuccessors(product) <= LISTED_MAX;
  if (!isNarrow || !(set.bits.buffer instanceof SharedArrayBuffer)) return null;
  return new SharedExpansion({ ...parts, set }, crew);
}

/** Code that lists successors that were not visited before the round, and notes what was seen. */
function expansionCode(parts: SharedParts): ExpansionCode {
  const { product, watches, stopAtClaim, canonical, ample, set } = parts;
  const values: Values = { X: new Int32Array(product.digits.length), bits: set.bits };
  const live = watches.some(({ tree }) => tree.constant === null);
  const halt = stopAtClaim ? `registers[${STOP}] = 1;` : '';
  const lines = [
    'return function (input, from, until, base, output, tail, registers) {',
    'let transitions = 0, degree = 0, goes = 0;',
    STEP_VARIABLES,
    'for (let at = from; at < until; at++) {',
    'const s = input[at], head = base + at;',
    ...decode(product),
    live || readsArray(product) ? digitsIntoArray(product) : '',
    watchCode(values, watches),
    'degree = 0;',
    stepsCode(product, values, {
      onMove: `${canonical}\nif ((bits[t >>> 5] & (1 << (t & 31))) === 0) output[tail++] = t;`,
      progressOnly: false,
      countsDegree: true,
      notesProgress: false,
      onClaim: `if (registers[${CLAIM}] < 0) { registers[${CLAIM}] = head; ${halt} }`,
      ample,
    }),
    'transitions += degree;',
    '}',
    `registers[${TRANSITIONS}] += transitions; return tail; };`,
  ];
  return { lines, values };
}

type Merge = (found: Int32Array, from: number, to: number, tail: number) => number;

/** Puts what was found into the set, and what is new in it at the end of the queue. */
function merger({ queue, set }: SharedParts): Merge {
  const { size } = queue;
  const push = `output[tail & ${size - 1}] = t; if ((++tail & ${size - 1}) === 0) output = queue.chunk(tail);`;
  const lines = [
    'return function (found, from, to, tail) {',
    'let output = queue.chunk(tail);',
    `for (; from < to; from++) { const t = found[from]; ${set.code.put(push)} }`,
    'return tail; };',
  ];
  return generated<Merge>({ queue, ...set.code.values }, lines);
}

/**
 * Expands a queue by several threads, exactly as one does it. In a round they only read the set of
 * what is visited and list what may be new, by slices of the queue. Then one thread goes through
 * the lists in the order of the queue: each state is found by the one that finds it first there.
 * A round with something to stop at is done again by one thread, which stops where that is.
 */
class SharedExpansion {
  /** Transitions that each thread has counted; none before the first round of all threads. */
  readonly shares: number[] = [];
  private readonly crew: Crew;
  private readonly parts: SharedParts;
  private readonly helpFrom: number;
  private readonly merge: Merge;

  constructor(parts: SharedParts, { threads, slice, helpFrom, waits }: CrewSettings) {
    const { product, watches, round } = parts;
    const successors = mostSuccessors(product);
    const registers = registersFor(watches.length).length;
    const options = { threads, round, slice, waits, successors, registers };
    this.crew = new Crew(expansionCode(parts), options);
    this.parts = parts;
    this.helpFrom = helpFrom;
    this.merge = merger(parts);
  }

  /** Expands up to there: no more than a round. */
  readonly expand = (until: number): void => {
    const { crew, parts } = this;
    const { registers } = parts;
    const head = registers[HEAD]!;
    const count = until - head;
    if (count < this.helpFrom) return parts.alone(until);
    crew.start();
    this.load(head, until);
    // What was seen before is not seen for the first time.
    const before = registers.slice();
    before[TRANSITIONS] = 0;
    crew.expandAll(count, head, before);
    if (crew.desks.some((desk) => desk.registers[STOP] === 1)) return parts.alone(until);
    let tail = registers[TAIL]!;
    crew.forEachFound(count, (found, from, to) => {
      tail = this.merge(found, from, to, tail);
    });
    registers[HEAD] = until;
    registers[TAIL] = tail;
    this.note();
  };

  /** Copies states from the queue. */
  private load(head: number, until: number): void {
    const { queue } = this.parts;
    for (let from = head; from < until;) {
      const at = from % queue.size;
      const some = Math.min(until - from, queue.size - at);
      this.crew.input.set(queue.chunk(from).subarray(at, at + some), from - head);
      from += some;
    }
  }

  /** Takes over what the threads have counted and seen: of all, the first. */
  private note(): void {
    const { registers, watches } = this.parts;
    const firsts = [CLAIM, ...watches.map((_, watch) => WATCHED + watch)];
    for (const [thread, desk] of this.crew.desks.entries()) {
      const transitions = desk.registers[TRANSITIONS]!;
      registers[TRANSITIONS]! += transitions;
      this.shares[thread] = (this.shares[thread] ?? 0) + transitions;
    }
    for (const first of firsts) {
      if (registers[first]! >= 0) continue;
      const places = this.crew.desks.map((desk) => desk.registers[first]!);
      const seen = places.filter((place) => place >= 0);
      if (seen.length > 0) registers[first] = Math.min(...seen);
    }
  }

  close(): void {
    this.crew.close();
  }
}
