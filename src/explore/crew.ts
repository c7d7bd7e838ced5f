import { Worker } from 'node:worker_threads';
import { generated, type Values } from './generated.ts';

/** Code of an expansion, the same for every thread of a crew; see `expansionCode`. */
export interface ExpansionCode {
  readonly lines: readonly string[];
  readonly values: Values;
}

/**
 * Expands the states of `input` from `from` to `until`, whose place in the queue is `base` further.
 * Successors that may be new are put into `output` from `tail` on; returns the new tail.
 */
type Expand = (
  input: Int32Array,
  from: number,
  until: number,
  base: number,
  output: Int32Array,
  tail: number,
  registers: Float64Array,
) => number;

/** What the threads share: integers in `control`, by place. */
const ROUND = 0;
const BUSY = 1;
const OPEN = 2;
const OVER = 3;
const FAILED = 4;
const UP = 5;
const NEXT = 6;
const END = 7;
const BASE = 8;
const SLICE = 9;
/** From here on, how much each thread has written in this round. */
const TAILS = 16;

/** Of a slice, in `slices`: who expanded it, and from where to where in its output. */
const SLICE_FIELDS = 3;

/** What a thread works with. */
interface Desk {
  readonly thread: number;
  readonly control: Int32Array;
  readonly slices: Int32Array;
  readonly input: Int32Array;
  readonly output: Int32Array;
  /** Of this round. */
  readonly registers: Float64Array;
}

/**
 * Takes slices of the round until none are left. Who comes to a round twice goes on where it was.
 * Its text is run by the other threads, too: it uses nothing but its parameters.
 */
function work(
  { thread, control, slices, input, output, registers }: Desk,
  expand: Expand,
  [next, end, base, slice, tails, fields]: readonly [
    next: number,
    end: number,
    base: number,
    slice: number,
    tails: number,
    fields: number,
  ],
): void {
  const [last, first, size] = [control[end]!, control[base]!, control[slice]!];
  for (;;) {
    const from = Atomics.add(control, next, size);
    if (from >= last) break;
    const before = control[tails + thread]!;
    const until = Math.min(last, from + size);
    const after = expand(input, from, until, first, output, before, registers);
    control[tails + thread] = after;
    slices.set([thread, before, after], (fields * from) / size);
  }
}

const PLACES = [NEXT, END, BASE, SLICE, TAILS, SLICE_FIELDS] as const;

/**
 * The program of a helper. It takes part in a round if it comes while that is open: it says that it
 * is busy first and looks whether the round is open then, while whoever closes the round does so
 * first and then waits for the busy ones. So nobody is at work between two rounds.
 */
const HELPER = `
const { workerData } = require('node:worker_threads');
const { names, given, lines, text, desk } = workerData;
const { control } = desk;
const expand = new Function(...names, lines)(...given);
const work = new Function('return ' + text)();
Atomics.add(control, ${UP}, 1);
Atomics.notify(control, ${UP});
for (let round = 0; ; ) {
  Atomics.wait(control, ${ROUND}, round);
  round = Atomics.load(control, ${ROUND});
  if (Atomics.load(control, ${OVER}) === 1) break;
  Atomics.add(control, ${BUSY}, 1);
  try {
    if (Atomics.load(control, ${OPEN}) === 1) work(desk, expand, ${JSON.stringify(PLACES)});
  } catch {
    Atomics.store(control, ${FAILED}, 1);
  }
  Atomics.sub(control, ${BUSY}, 1);
  Atomics.notify(control, ${BUSY});
}`;

const shared = (integers: number): Int32Array =>
  new Int32Array(new SharedArrayBuffer(4 * integers));

export interface CrewOptions {
  /** Threads, this one included. */
  readonly threads: number;
  /** States of a round, at most. */
  readonly round: number;
  /** States of a slice of it. */
  readonly slice: number;
  /** Whether no round begins before all threads are up. */
  readonly waits: boolean;
  /** The most successors of one state. */
  readonly successors: number;
  /** How many registers there are. */
  readonly registers: number;
}

/** Threads that expand the states of one round after the other, together with the one that asks. */
export class Crew {
  readonly input: Int32Array;
  readonly desks: readonly Desk[];
  private readonly control: Int32Array;
  private readonly slices: Int32Array;
  private readonly code: ExpansionCode;
  private readonly options: CrewOptions;
  private readonly expand: Expand;
  private isStarted = false;

  constructor(code: ExpansionCode, options: CrewOptions) {
    const { threads, round, slice, successors, registers } = options;
    this.code = code;
    this.options = options;
    this.expand = generated<Expand>(code.values, code.lines);
    this.control = shared(TAILS + threads);
    this.slices = shared(SLICE_FIELDS * Math.ceil(round / slice));
    this.input = shared(round);
    this.desks = Array.from({ length: threads }, (_, thread) => {
      const own = new Float64Array(new SharedArrayBuffer(8 * registers));
      const { control, slices, input } = this;
      return { thread, control, slices, input, output: shared(round * successors), registers: own };
    });
  }

  /** Starts the other threads, once; each takes part from when it is up. */
  start(): void {
    if (this.isStarted) return;
    this.isStarted = true;
    const { lines, values } = this.code;
    const [names, given] = [Object.keys(values), Object.values(values)];
    for (const desk of this.desks.slice(1)) {
      const text = work.toString();
      const workerData = { names, given, lines: lines.join('\n'), text, desk };
      new Worker(HELPER, { eval: true, workerData }).unref();
    }
    if (this.options.waits) this.until(UP, this.desks.length - 1);
  }

  private until(place: number, value: number): void {
    for (;;) {
      const now = Atomics.load(this.control, place);
      if (now === value) return;
      Atomics.wait(this.control, place, now);
    }
  }

  /**
   * Expands the first `count` states of `input`, the first of which is at `base` in the queue. Each
   * thread begins with these registers.
   */
  expandAll(count: number, base: number, registers: Float64Array): void {
    const { control, desks, options } = this;
    for (const desk of desks) desk.registers.set(registers);
    control.fill(0, TAILS);
    control.set([0, count, base, options.slice], NEXT);
    Atomics.store(control, OPEN, 1);
    Atomics.add(control, ROUND, 1);
    Atomics.notify(control, ROUND);
    work(desks[0]!, this.expand, PLACES);
    Atomics.store(control, OPEN, 0);
    this.until(BUSY, 0);
    if (Atomics.load(control, FAILED) === 1) throw new Error('internal: a helper failed');
  }

  /** What was found in the round of `count` states, in the order of the states. */
  forEachFound(count: number, take: (found: Int32Array, from: number, to: number) => void): void {
    const { slices, desks, options } = this;
    for (let at = 0; at * options.slice < count; at += 1) {
      const [thread, from, to] = slices.subarray(SLICE_FIELDS * at, SLICE_FIELDS * (at + 1));
      take(desks[thread!]!.output, from!, to!);
    }
  }

  /** Lets the other threads end. */
  close(): void {
    Atomics.store(this.control, OVER, 1);
    Atomics.add(this.control, ROUND, 1);
    Atomics.notify(this.control, ROUND);
  }
}
