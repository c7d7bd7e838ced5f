import { precedes, type IntegerSystem } from '../model/integer-system.ts';
import type { BrokenClaim, Exploration, Incomplete, SearchOptions } from './exploration.ts';
import { Graph } from './graph.ts';
import { Ints } from './growable.ts';
import type { Questions } from './questions.ts';
import { StateTable } from './state-table.ts';
import { Successors } from './successors.ts';

const LOOK_AT_CLOCK_EVERY = 64;
const LOOK_AT_BOUNDS_MS = 50;

interface Edge {
  readonly target: number;
  action: number;
  readonly number: number;
}

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
  private readonly marks = new Ints();
  private readonly markWords: number;
  private readonly edges: Graph | null;
  private readonly falseAt: number[];
  private readonly trueAt: number[];
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
    this.successors = new Successors(questions);
    this.markWords = Math.max(1, Math.ceil(system.predicates / 32));
    this.edges = options.edges ? new Graph() : null;
    this.falseAt = new Array<number>(system.predicates).fill(-1);
    this.trueAt = new Array<number>(system.predicates).fill(-1);
    this.started = options.clock();
  }

  private discover(row: Int32Array, parent: number): number {
    const before = this.table.count;
    const state = this.table.add(row);
    if (state < before) return state;
    this.parents.push(parent);
    this.mark(state, row);
    return state;
  }

  private mark(state: number, row: Int32Array): void {
    for (let word = 0; word < this.markWords; word += 1) this.marks.push(0);
    for (let predicate = 0; predicate < this.system.predicates; predicate += 1) {
      const holds = this.successors.holds(predicate, row, 0);
      const first = holds ? this.trueAt : this.falseAt;
      if (first[predicate] === -1) first[predicate] = state;
      if (holds) {
        const at = state * this.markWords + (predicate >> 5);
        this.marks.data[at] = (this.marks.data[at] as number) | (1 << (predicate & 31));
      } else if (this.isOver(predicate)) this.stopped = true;
    }
  }

  /** Whether, with this predicate false, all that the search was asked to falsify is false. */
  private isOver(predicate: number): boolean {
    const { stopAt } = this.options;
    return stopAt.includes(predicate) && stopAt.every((one) => this.falseAt[one] !== -1);
  }

  private bound(queued: number): Incomplete {
    const { bounds, clock, residentBytes, interrupted, onProgress } = this.options;
    const elapsedMs = clock() - this.started;
    const { transitions, depth } = this;
    onProgress({ states: this.table.count, transitions, depth, queued, elapsedMs, estimate: null });
    if (elapsedMs > bounds.timeoutMs) return 'time';
    if (residentBytes() > bounds.memoryBytes) return 'memory';
    return interrupted() ? 'interrupted' : null;
  }

  private expand(state: number): void {
    const seen = new Map<number, Edge[]>();
    this.edges?.open();
    this.successors.forEach(this.table.row(state), (action, claim, next) => {
      const target = this.discover(next, state);
      if (claim >= 0 && this.brokenClaim === null) {
        this.brokenClaim = { state, action, claim, target };
        if (this.options.stopAtClaim) this.stopped = true;
      }
      this.connect(seen, action, target);
    });
  }

  /** Adds an edge, unless it is there: one step for two reasons is one, by the stronger label. */
  private connect(seen: Map<number, Edge[]>, action: number, target: number): void {
    const { step, label } = this.system.action(action);
    const known = seen.get(step) ?? [];
    const twin = known.find((edge) => edge.target === target);
    if (twin === undefined) {
      this.transitions += 1;
      known.push({ target, action, number: this.edges?.add(action, target) ?? -1 });
      seen.set(step, known);
    } else if (precedes(label, this.system.action(twin.action).label)) {
      twin.action = action;
      this.edges?.rename(twin.number, action);
    }
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
    for (const row of initial) this.discover(row, -1);
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

  get bytes(): number {
    return this.table.bytes + this.parents.data.byteLength + this.marks.data.byteLength;
  }

  get graph(): Graph {
    if (this.edges === null) throw new Error('internal: the edges were not kept');
    return this.edges;
  }

  firstFalse(predicate: number): number {
    return this.falseAt[predicate] as number;
  }

  firstTrue(predicate: number): number {
    return this.trueAt[predicate] as number;
  }

  holds(predicate: number, state: number): boolean {
    const word = this.marks.data[state * this.markWords + (predicate >> 5)] as number;
    return (word & (1 << (predicate & 31))) !== 0;
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
    this.successors.forEach(this.table.row(state), visit);
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
