import type { IntegerSystem } from '../model/integer-system.ts';
import type { BrokenClaim, Exploration, Incomplete, SearchOptions } from './exploration.ts';
import { Firsts } from './firsts.ts';
import { Graph } from './graph.ts';
import { Ints } from './growable.ts';
import type { Questions } from './questions.ts';
import { StateTable } from './state-table.ts';
import { ACTION, CLAIM, HASH, PACKED, Successors } from './successors.ts';
import { Twins } from './twins.ts';

const LOOK_AT_CLOCK_EVERY = 64;
const LOOK_AT_BOUNDS_MS = 50;
/** States that are expanded at once. */
const BLOCK = 32;

/**
 * Breadth-first search over an integer system, exact and plain: it asks the tables of the model,
 * and keeps every state in full.
 */
export class Search implements Exploration {
  private readonly options: SearchOptions;
  private readonly system: IntegerSystem;
  private readonly table: StateTable;
  private readonly successors: Successors;
  private readonly parents = new Ints();
  private readonly edges: Graph | null;
  private readonly twins: Twins;
  private readonly firsts: Firsts;
  readonly visited = 'exact table';
  brokenClaim: BrokenClaim | null = null;
  initial = 0;
  transitions = 0;
  depth = 0;
  stopped = false;
  incomplete: Incomplete = null;
  private readonly started: number;

  constructor(questions: Questions, options: SearchOptions) {
    const { system } = questions;
    this.system = system;
    this.options = options;
    this.table = new StateTable(system.width);
    this.successors = new Successors(questions, this.table);
    this.twins = new Twins(system);
    this.firsts = new Firsts(questions, this.table, options);
    this.edges = options.edges ? new Graph() : null;
    this.started = options.clock();
  }

  /** Takes up a state that is new. */
  private meet(state: number, parent: number): void {
    this.parents.push(parent);
    this.firsts.meet(state, parent);
    if (this.firsts.isOver) this.stopped = true;
  }

  private bound(queued: number): Incomplete {
    const { bounds, clock, residentBytes, interrupted, onProgress } = this.options;
    const elapsedMs = clock() - this.started;
    const { transitions, depth } = this;
    const told = { elapsedMs, estimate: null, most: null };
    onProgress({ states: this.table.count, transitions, depth, queued, ...told });
    if (elapsedMs > bounds.timeoutMs) return 'time';
    if (residentBytes() > bounds.memoryBytes) return 'memory';
    return interrupted() ? 'interrupted' : null;
  }

  /** States that were expanded already, and the end of them. */
  private blockStart = 0;
  private blockEnd = 0;

  /** Expands some states of a level at once, from the next one on. */
  private prepare(): void {
    const { successors, table, next } = this;
    successors.expand(next, Math.min(this.levelEnd, next + BLOCK));
    const stride = PACKED + table.layout.words;
    const { found, ends } = successors;
    this.blockStart = next;
    this.blockEnd = next + ends.length;
    table.touch(found.data, HASH, stride, ends.data[ends.length - 1]!);
  }

  private expand(state: number): void {
    if (state >= this.blockEnd) this.prepare();
    const { ends, failure } = this.successors;
    const place = state - this.blockStart;
    this.take(state, place === 0 ? 0 : ends.data[place - 1]!, ends.data[place]!);
    if (failure !== null && state === this.blockEnd - 1) throw failure.thrown;
  }

  /** Takes in successors that were found of a state. */
  private take(state: number, begin: number, end: number): void {
    const { table, edges, twins } = this;
    const { found } = this.successors;
    const stride = PACKED + table.layout.words;
    edges?.open();
    twins.open();
    const first = this.transitions;
    for (let at = begin * stride; at < end * stride; at += stride) {
      const before = table.count;
      const target = table.addPacked(found.data, at + PACKED, found.data[at + HASH]!);
      if (target === before) this.meet(target, state);
      const action = found.data[at + ACTION]!;
      const claim = found.data[at + CLAIM]!;
      if (claim >= 0) this.noteClaim({ state, action, claim, target });
      const edge = twins.add(action, target);
      if (first + edge === this.transitions) {
        this.transitions += 1;
        edges?.add(action, target);
      } else edges?.rename(first + edge, twins.action(edge));
    }
  }

  private noteClaim(broken: BrokenClaim): void {
    if (this.brokenClaim !== null) return;
    this.brokenClaim = broken;
    if (this.options.stopAtClaim) this.stopped = true;
  }

  private lastLookMs = -Infinity;

  /** Whether it is time to look at the bounds that are not counted. */
  private isDue(state: number): boolean {
    if (state % LOOK_AT_CLOCK_EVERY !== 0) return false;
    const now = this.options.clock();
    if (now - this.lastLookMs < LOOK_AT_BOUNDS_MS) return false;
    this.lastLookMs = now;
    return true;
  }

  /** The next state to expand, and the end of its level. */
  private next = 0;
  private levelEnd = 0;

  private begin(): void {
    const { initial } = this.system;
    for (const row of initial) {
      const state = this.table.count;
      if (this.table.add(row) === state) this.meet(state, -1);
    }
    this.initial = this.table.count;
    this.levelEnd = this.table.count;
    this.depth = 1;
  }

  private explore(statesMax: number): Incomplete {
    const { bounds } = this.options;
    if (this.depth === 0) this.begin();
    for (; this.next < this.table.count && !this.stopped; this.next += 1) {
      const state = this.next;
      if (state === this.levelEnd) {
        this.levelEnd = this.table.count;
        this.depth += 1;
      }
      if (this.depth > bounds.depthMax) return this.cut(state, 'depth');
      if (this.table.count > statesMax) return 'states';
      if (this.isDue(state)) {
        const reached = this.bound(this.table.count - state);
        if (reached !== null) return reached;
      }
      this.expand(state);
    }
    return null;
  }

  /** States at the depth limit are known but not expanded; if there are none, nothing was cut. */
  private cut(state: number, bound: 'depth'): Incomplete {
    this.depth -= 1;
    return state < this.table.count ? bound : null;
  }

  /**
   * Runs to the end of the span, a stop, or a bound. Where it ended at a `statesMax` of its own, it
   * goes on from there when it is run again.
   */
  run(
    onUnbounded: (thrown: unknown) => boolean,
    statesMax: number = this.options.bounds.statesMax,
  ): this {
    this.blockEnd = this.next;
    try {
      this.incomplete = this.explore(statesMax);
    } catch (thrown) {
      if (!onUnbounded(thrown)) throw thrown;
      this.incomplete = 'values';
    }
    if (this.incomplete !== 'states') this.edges?.close(this.table.count);
    return this;
  }

  get states(): number {
    return this.table.count;
  }

  /** The states from the first on of which all edges are known. */
  get expanded(): number {
    return this.next;
  }

  get bytes(): number {
    return this.table.bytes + this.parents.data.byteLength;
  }

  get graph(): Graph {
    if (this.edges === null) throw new Error('internal: the edges were not kept');
    return this.edges;
  }

  firstFalse(predicate: number): number {
    return this.firsts.at(predicate, false);
  }

  firstTrue(predicate: number): number {
    return this.firsts.at(predicate, true);
  }

  holds(predicate: number, state: number): boolean {
    return this.firsts.holds(predicate, state);
  }

  count(predicate: number): number {
    let count = 0;
    for (let state = 0; state < this.states; state += 1)
      if (this.holds(predicate, state)) count += 1;
    return count;
  }

  isTouched(budget: number): boolean {
    const full = this.row(0)[budget];
    for (let state = 1; state < this.states; state += 1) {
      if (this.row(state)[budget] !== full) return true;
    }
    return false;
  }

  mayTake(test: (action: number) => boolean): boolean {
    return this.edges?.actions.some(test) ?? true;
  }

  /** How many values each component took. */
  get spread(): readonly number[] {
    const seen: Set<number>[] = [];
    for (let state = 0; state < this.states; state += 1) {
      for (const [component, value] of this.row(state).entries()) {
        (seen[component] ??= new Set()).add(value);
      }
    }
    return seen.map(({ size }) => size);
  }

  row(state: number): Int32Array {
    return this.table.row(state);
  }

  pathTo(state: number): readonly number[] {
    const chain = [state];
    for (;;) {
      const parent = this.parents.data[chain[0] as number] as number;
      if (parent === -1) return chain;
      chain.unshift(parent);
    }
  }

  forEachEdge(
    state: number,
    visit: (action: number, claim: number, next: Int32Array) => void,
  ): void {
    const { successors } = this;
    successors.expand(state, state + 1);
    const count = successors.ends.data[0]!;
    for (let i = 0; i < count; i += 1) visit(...successors.at(i));
    if (successors.failure !== null) throw successors.failure.thrown;
  }

  isInevitable(): boolean {
    return false;
  }

  badEnd(): number {
    return -1;
  }

  isDeadlockFree(): boolean {
    return false;
  }

  isClosed(): boolean {
    return false;
  }
}
