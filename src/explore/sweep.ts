import { boundReached } from './bound.ts';
import { OutOfReach, type Incomplete, type SearchOptions } from './exploration.ts';
import { isAcyclic } from './digit-order.ts';
import { Untabled } from './numbering.ts';
import type { Product } from './product.ts';
import {
  CLAIM,
  END,
  endsKernel,
  LOST,
  ROWS,
  STATES,
  SWEPT,
  tallyKernel,
  TRANSITIONS,
  watchKernel,
  WATCHED,
  type Kernel,
  type Place,
  type RowWatch,
} from './sweep-kernel.ts';
import { SweepPlan, type LayerPlan } from './sweep-plan.ts';
import { sweepKernel } from './sweep-push.ts';
import { Rows } from './sweep-rows.ts';

/** How to lay out a sweep, where that is not left to itself. */
export interface SweepSettings {
  /** Digits that number the bits of a row. */
  readonly tail?: readonly number[];
  /** Words of one array of bits. */
  readonly chunkWords?: number;
  /** Rows between two looks at the bounds. */
  readonly visits?: number;
}

/** The share of the memory bound that bits may take. */
const MEMORY_SHARE = 0.8;

/** Between two looks at the bounds a kernel runs about so long, over so many numbers at most. */
const PART_MS = 20;
const SPAN = 2 ** 20;
/** Rows of a part, at least and at most. */
const VISITS = [16, 2 ** 16] as const;

/**
 * All reachable states as bits: rows of states that differ in a few digits only, and whole rows are
 * put into others by operations on words. Exact, without a queue; it knows no paths. What is asked
 * about states is answered, where it is not numbers of states.
 */
export class SweepSearch {
  readonly visited = 'row sweep';
  readonly initial: number;
  incomplete: Incomplete = null;
  /** Whether a stop was asked for by `stopAt` or `stopAtClaim`. */
  stopped = false;
  private readonly plan: SweepPlan;
  private readonly options: SearchOptions;
  private readonly chunkWords: number | undefined;
  private readonly started: number;
  private readonly registers: Float64Array;
  private readonly rows = new Map<number, Rows>();
  private readonly watches: readonly { predicate: number; note: 'false' | 'true' }[];
  /** Rows of all layers, and those that were passed. */
  private readonly rowsInAll: number;
  private passed = 0;
  private visits: number;
  private readonly areVisitsGiven: boolean;

  /** @throws Untabled, Unclosed where there is no sweep of this product */
  constructor(product: Product, options: SearchOptions, settings: SweepSettings = {}) {
    this.options = options;
    this.started = options.clock();
    this.chunkWords = settings.chunkWords;
    this.visits = settings.visits ?? 1024;
    this.areVisitsGiven = settings.visits !== undefined;
    this.plan = new SweepPlan(product, settings.tail ?? null);
    if (this.plan.bytes > MEMORY_SHARE * options.bounds.memoryBytes) {
      throw new Untabled('the rows do not fit into memory');
    }
    this.rowsInAll = this.plan.layers.reduce((sum, { shape }) => sum + shape.rows, 0);
    this.watches = [
      ...options.watchFalse.map((predicate) => ({ predicate, note: 'false' as const })),
      ...options.watchTrue.map((predicate) => ({ predicate, note: 'true' as const })),
    ];
    this.registers = new Float64Array(WATCHED + this.watches.length);
    this.plan.forEachInitial((layer, row, bits) => {
      this.registers[STATES]! += this.rowsOf(layer).put(row, bits);
    });
    this.initial = this.states;
  }

  get states(): number {
    return this.registers[STATES]!;
  }

  get transitions(): number {
    return this.registers[TRANSITIONS]!;
  }

  get bytes(): number {
    return [...this.rows.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  }

  private rowsOf(layer: number): Rows {
    const known = this.rows.get(layer);
    if (known !== undefined) return known;
    const { shape } = this.plan.layers.find((one) => one.shape.layer === layer)!;
    const made = new Rows(shape, this.chunkWords);
    this.rows.set(layer, made);
    return made;
  }

  private place({ program, masks, shape }: LayerPlan, registers: Float64Array): Place {
    return { program, rows: this.rowsOf(shape.layer), masks, registers };
  }

  private bound(): Incomplete {
    const { states, transitions, registers } = this;
    const swept = registers[SWEPT]!;
    const share = this.passed / this.rowsInAll;
    const estimate = registers[ROWS] === 0 ? null : Math.max(states, Math.round(swept / share));
    const queued = states - swept;
    const found = { states, transitions, depth: null, queued, estimate, most: null };
    return boundReached(this.options, this.started, found);
  }

  /** Runs a kernel over a range, part by part; says of each how many numbers it passed. */
  private *running(kernel: Kernel, end: number): Generator<number> {
    const { clock } = this.options;
    for (let from = 0; from < end;) {
      const before = clock();
      const next = kernel(from, Math.min(end, from + SPAN), this.visits);
      if (!this.areVisitsGiven) this.adapt(clock() - before);
      yield next - from;
      from = next;
    }
  }

  private adapt(took: number): void {
    const factor = Math.min(2, PART_MS / Math.max(1, took));
    this.visits = Math.round(Math.min(VISITS[1], Math.max(VISITS[0], this.visits * factor)));
  }

  /** Runs a kernel over a range; whether it came to the end. `rows`: of a number, if they count. */
  private over(kernel: Kernel, end: number, rows: number): boolean {
    for (const numbers of this.running(kernel, end)) {
      this.passed += numbers * rows;
      this.stopped = this.isOver();
      this.incomplete = this.bound();
      if (this.stopped || this.incomplete !== null) return false;
    }
    return true;
  }

  /** Whether all that the search was asked to falsify is false. */
  private isOver(): boolean {
    const { stopAt, stopAtClaim } = this.options;
    if (stopAtClaim && this.breaksClaim) return true;
    return stopAt.length > 0 && stopAt.every((predicate) => this.isEverFalse(predicate));
  }

  private sweep(layer: LayerPlan): boolean {
    const place = this.place(layer, this.registers);
    const { isAscending } = layer.program;
    const watches = this.watches.map(({ predicate, note }): RowWatch => {
      return { predicate: layer.predicates[predicate]!, note };
    });
    const { dirty, shape } = place.rows;
    const others = SweepPlan.next(layer.program).filter((other) => other !== shape.layer);
    const kernel = sweepKernel(
      place,
      others.map((other) => this.rowsOf(other)),
      isAscending ? watches : null,
    );
    do {
      if (!this.over(kernel, dirty.length, isAscending ? 32 : 0)) return false;
    } while (dirty.some((word) => word !== 0));
    return isAscending || this.over(tallyKernel(place, watches), shape.rows, 1);
  }

  /** Sweeps to the end of the span, or a bound. */
  run(): this {
    for (const layer of this.plan.layers) {
      if (!this.rows.has(layer.shape.layer)) this.passed += layer.shape.rows;
      else if (!this.sweep(layer)) return this;
    }
    const { registers } = this;
    if (registers[LOST] === 1) throw new Error('internal: a step leads out of the closure');
    if (this.transitions > Number.MAX_SAFE_INTEGER || registers[SWEPT] !== this.states) {
      throw new Error('internal: the sweep lost count');
    }
    return this;
  }

  private noted(predicate: number, note: 'false' | 'true'): boolean {
    const constant = this.plan.constants[predicate]!;
    if (constant !== null) return constant === (note === 'true');
    const at = this.watches.findIndex((one) => one.predicate === predicate && one.note === note);
    return this.registers[WATCHED + at] === 1;
  }

  /** Whether a watched predicate was seen false. */
  isEverFalse(predicate: number): boolean {
    return this.noted(predicate, 'false');
  }

  /** Whether a watched predicate was seen true. */
  isEverTrue(predicate: number): boolean {
    return this.noted(predicate, 'true');
  }

  /** Whether a step was seen that breaks a claim. */
  get breaksClaim(): boolean {
    return this.registers[CLAIM] === 1;
  }

  /** Runs kernels over all that was found. @throws OutOfReach when a bound is reached meanwhile */
  private ask(make: (layer: LayerPlan, registers: Float64Array) => Kernel, room: number) {
    const registers = new Float64Array(WATCHED + room);
    for (const layer of this.plan.layers) {
      if (!this.rows.has(layer.shape.layer)) continue;
      for (const _ of this.running(make(layer, registers), layer.shape.rows)) {
        if (this.bound() !== null) throw new OutOfReach();
      }
    }
    return registers;
  }

  /** In how many states the predicate holds. */
  count(predicate: number): number {
    const constant = this.plan.constants[predicate]!;
    if (constant !== null) return constant ? this.states : 0;
    const found = this.ask((layer, registers) => {
      const watch = { predicate: layer.predicates[predicate]!, note: 'count' } as const;
      return watchKernel(this.place(layer, registers), [watch]);
    }, 1);
    return found[WATCHED]!;
  }

  private isEveryEndIn(of: 'some' | 'progress', goals: readonly number[]): boolean {
    const found = this.ask((layer, registers) => {
      const predicates = goals.map((goal) => layer.predicates[goal]!);
      return endsKernel(this.place(layer, registers), of, predicates);
    }, 0);
    return found[END] === 0;
  }

  /**
   * Whether every path without faults comes to a state in which `goal` holds, and every one that
   * ends does so where all of `atEnd` hold: true is a proof, false says nothing.
   */
  isInevitable(goal: number, atEnd: readonly number[]): boolean {
    return isAcyclic(this.plan.product) && this.endsWell([goal, ...atEnd]) === true;
  }

  /**
   * Whether all of these hold in every state from which no step without a fault leads on; null: it
   * is not known.
   */
  endsWell(goals: readonly number[]): boolean | null {
    if (this.isEveryEndIn('progress', goals)) return true;
    const isVague = ({ program }: LayerPlan): boolean =>
      program.parts.some(({ wide }) => wide?.isVague === true);
    return this.plan.layers.some(isVague) ? null : false;
  }

  /** Whether in every state without any step `done` holds. */
  isDeadlockFree(done: number): boolean {
    return this.isEveryEndIn('some', [done]);
  }

  /** Whether some step may be one of these actions; true if unsure. */
  mayTake(test: (action: number) => boolean): boolean {
    return this.plan.product.mayTake(test);
  }
}
