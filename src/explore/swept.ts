import {
  OutOfReach,
  UNPLACED,
  type Bounds,
  type BrokenClaim,
  type Exploration,
  type Incomplete,
  type SearchOptions,
} from './exploration.ts';
import type { Graph } from './graph.ts';
import type { Product } from './product.ts';
import { ProductSearch } from './product-search.ts';
import type { ProductSettings } from './product-settings.ts';
import { SweepSearch } from './sweep.ts';
import { DenseBitmap } from './visited.ts';

/** States of a swept span beyond which its edges are not looked at one by one. */
const GRAPH_STATES_MAX = 2 ** 25;

/** States looked at for the shortest paths to what a sweep saw, at most. */
const WITNESS_STATES_MAX = 2 ** 28;

/** Bytes of a bitmap over all numbers, at most, and the share of the memory bound. */
const DENSE_BYTES_MAX = 2 ** 32;
const DENSE_SHARE = 0.25;

/**
 * A sweep, which proves and counts, and where states are to be numbered, a breadth-first search: no
 * further than to all that the sweep saw, or over the whole span where edges are asked for.
 */
export class Swept implements Exploration {
  readonly sweep: SweepSearch;
  private readonly product: Product;
  private readonly options: SearchOptions;
  private readonly started: number;
  private readonly first: ProductSearch | null;
  private witness: ProductSearch | null = null;
  private whole: ProductSearch | null = null;

  /**
   * `started`: when the exploration began, for what is left of its time. `first`: a search that may
   * have come far enough to number what is asked for.
   */
  constructor(
    product: Product,
    options: SearchOptions,
    started: number,
    first: ProductSearch | null = null,
  ) {
    this.first = first;
    this.product = product;
    this.options = options;
    this.started = started;
    this.sweep = new SweepSearch(product, { ...options, bounds: this.left() });
  }

  private left(): Bounds {
    const { bounds, clock } = this.options;
    return { ...bounds, timeoutMs: bounds.timeoutMs - (clock() - this.started) };
  }

  run(): this {
    this.sweep.run();
    return this;
  }

  get visited(): string {
    return this.sweep.visited;
  }

  get states(): number {
    return this.sweep.states;
  }

  get initial(): number {
    return this.sweep.initial;
  }

  get transitions(): number {
    return this.sweep.transitions;
  }

  get depth(): number | null {
    return this.whole?.depth ?? null;
  }

  get incomplete(): Incomplete {
    return this.sweep.incomplete;
  }

  get stopped(): boolean {
    return this.sweep.stopped;
  }

  get bytes(): number {
    return this.sweep.bytes + (this.whole?.bytes ?? 0) + (this.witness?.bytes ?? 0);
  }

  /** Options of a search for paths to what the sweep saw. */
  private seeking(): SearchOptions {
    const { sweep, options } = this;
    const left = this.left();
    return {
      ...options,
      bounds: { ...left, statesMax: Math.min(left.statesMax, WITNESS_STATES_MAX) },
      watchFalse: options.watchFalse.filter((one) => sweep.isEverFalse(one)),
      watchTrue: options.watchTrue.filter((one) => sweep.isEverTrue(one)),
      stopAt: [],
      stopAtClaim: sweep.breaksClaim,
    };
  }

  /** A search that has numbered what the sweep saw, as far as it could. */
  private numbered(): ProductSearch {
    const known = this.whole ?? this.witness;
    if (known !== null) return known;
    this.witness = this.firstIfEnough() ?? this.searched(this.seeking(), { untilAllSeen: true });
    return this.witness;
  }

  /** The search before the sweep, if that had come to all that the sweep saw. */
  private firstIfEnough(): ProductSearch | null {
    const { first } = this;
    if (first === null) return null;
    const { watchFalse, watchTrue, stopAtClaim } = this.seeking();
    const isEnough =
      watchFalse.every((predicate) => first.firstFalse(predicate) !== -1) &&
      watchTrue.every((predicate) => first.firstTrue(predicate) !== -1) &&
      (!stopAtClaim || first.brokenClaim !== null);
    return isEnough ? first : null;
  }

  private searched(options: SearchOptions, settings: ProductSettings): ProductSearch {
    const bytes = this.product.domain / 8;
    const isDense = bytes <= DENSE_BYTES_MAX && bytes <= DENSE_SHARE * options.bounds.memoryBytes;
    const visited = isDense ? { visited: new DenseBitmap(this.product) } : {};
    const most = this.incomplete === null ? this.states : this.product.domain;
    const onProgress: SearchOptions['onProgress'] = (one) => options.onProgress({ ...one, most });
    const told = { ...options, onProgress };
    return new ProductSearch(this.product, told, { ...settings, ...visited }).run();
  }

  private complete(): ProductSearch {
    if (this.whole !== null) return this.whole;
    if (this.states > GRAPH_STATES_MAX) throw new OutOfReach();
    const { options } = this;
    const everything = { stopAt: [], stopAtClaim: false, bounds: this.left() };
    const search = this.searched({ ...options, ...everything }, {});
    if (search.incomplete !== null) throw new OutOfReach();
    if (search.states !== this.states || search.transitions !== this.transitions) {
      throw new Error('internal: the sweep and the search do not agree');
    }
    this.whole = search;
    return search;
  }

  get graph(): Graph {
    return this.complete().graph;
  }

  private placed(isThere: boolean, find: (search: ProductSearch) => number): number {
    if (!isThere) return -1;
    const state = find(this.numbered());
    return state === -1 ? UNPLACED : state;
  }

  firstFalse(predicate: number): number {
    return this.placed(this.sweep.isEverFalse(predicate), (search) => search.firstFalse(predicate));
  }

  firstTrue(predicate: number): number {
    return this.placed(this.sweep.isEverTrue(predicate), (search) => search.firstTrue(predicate));
  }

  get brokenClaim(): BrokenClaim | null {
    if (!this.sweep.breaksClaim) return null;
    const unplaced = { state: UNPLACED, action: -1, claim: -1, target: UNPLACED };
    return this.numbered().brokenClaim ?? unplaced;
  }

  holds(predicate: number, state: number): boolean {
    return this.numbered().holds(predicate, state);
  }

  count(predicate: number): number {
    return this.sweep.count(predicate);
  }

  isTouched(): null {
    return null;
  }

  mayTake(test: (action: number) => boolean): boolean {
    return this.sweep.mayTake(test);
  }

  row(state: number): Int32Array {
    return this.numbered().row(state);
  }

  pathTo(state: number): readonly number[] {
    return this.numbered().pathTo(state);
  }

  forEachEdge(
    state: number,
    visit: (action: number, claim: number, next: Int32Array) => void,
  ): void {
    this.numbered().forEachEdge(state, visit);
  }

  isInevitable(goal: number, atEnd: readonly number[]): boolean {
    return this.sweep.isInevitable(goal, atEnd);
  }

  badEnd(goals: readonly number[]): number {
    if (this.sweep.endsWell(goals) !== false) return -1;
    const options = { ...this.seeking(), stopAtClaim: false };
    const search = this.searched(options, { untilEnd: goals });
    const state = search.badEnd();
    if (state === -1) return UNPLACED;
    // Of two searches, one begins with all that the other found.
    if (search.states > this.numbered().states) this.witness = search;
    return state;
  }

  isDeadlockFree(done: number): boolean {
    return this.sweep.isDeadlockFree(done);
  }

  isClosed(): boolean {
    return false;
  }
}
