import { precedes, type IntegerSystem } from '../model/integer-system.ts';
import { Graph } from './graph.ts';
import { Ints } from './growable.ts';
import { StateTable } from './state-table.ts';
import { Successors } from './successors.ts';

/**
 * Where to stop. Every bound reached makes the exploration incomplete, and its verdicts unknown.
 */
export interface Bounds {
  readonly statesMax: number;
  /** States on a path from an initial state. */
  readonly depthMax: number;
  readonly timeoutMs: number;
  /** Resident bytes of the process. */
  readonly memoryBytes: number;
}

export interface Progress {
  readonly states: number;
  readonly transitions: number;
  readonly depth: number;
  readonly queued: number;
  readonly elapsedMs: number;
}

export interface SearchOptions {
  readonly bounds: Bounds;
  /** Keep the edges: needed for everything but invariants. */
  readonly edges: boolean;
  /**
   * The search ends once each of these predicates was seen false; empty: explore the whole span.
   */
  readonly stopAt: readonly number[];
  /** Ends the search at the first broken claim. */
  readonly stopAtClaim: boolean;
  readonly clock: () => number;
  readonly residentBytes: () => number;
  /** Asked again and again; true ends the search as interrupted. */
  readonly interrupted: () => boolean;
  readonly onProgress: (progress: Progress) => void;
}

export interface BrokenClaim {
  readonly state: number;
  readonly action: number;
  readonly claim: number;
  readonly target: number;
}

/** What was found. States are numbered in breadth-first order, so that first is shortest. */
export interface Exploration {
  readonly table: StateTable;
  readonly successors: Successors;
  readonly initial: number;
  readonly transitions: number;
  /** Levels of the breadth-first search: states on the longest shortest path. */
  readonly depth: number;
  /** The bound that ended the search, null when every reachable state was expanded. */
  readonly incomplete: 'states' | 'depth' | 'time' | 'memory' | 'interrupted' | 'values' | null;
  /** Whether a stop was asked for by `stopAt` or `stopAtClaim`. */
  readonly stopped: boolean;
  /**
   * By predicate, the first state in which it does not hold, and the first in which it does; -1
   * none.
   */
  readonly firstFalse: readonly number[];
  readonly firstTrue: readonly number[];
  readonly brokenClaim: BrokenClaim | null;
  readonly graph: Graph | null;
  /** Predecessor on a shortest path, -1 for initial states. */
  readonly parents: Int32Array;
  /** Bit p of word p/32 of a state: predicate p holds. */
  readonly marks: Int32Array;
  readonly markWords: number;
  readonly bytes: number;
}

const LOOK_AT_CLOCK_EVERY = 64;
const LOOK_AT_BOUNDS_MS = 50;

interface Edge {
  readonly target: number;
  action: number;
  readonly number: number;
}

/** Breadth-first search over an integer system, exact. */
export class Search {
  private readonly options: SearchOptions;
  private readonly system: IntegerSystem;
  private readonly table: StateTable;
  private readonly successors: Successors;
  private readonly parents = new Ints();
  private readonly marks = new Ints();
  private readonly markWords: number;
  private readonly graph: Graph | null;
  private readonly firstFalse: number[];
  private readonly firstTrue: number[];
  private brokenClaim: BrokenClaim | null = null;
  private transitions = 0;
  private depth = 0;
  private stopped = false;
  private readonly started: number;

  constructor(system: IntegerSystem, options: SearchOptions) {
    this.system = system;
    this.options = options;
    this.table = new StateTable(system.width);
    this.successors = new Successors(system);
    this.markWords = Math.max(1, Math.ceil(system.predicates / 32));
    this.graph = options.edges ? new Graph() : null;
    this.firstFalse = new Array<number>(system.predicates).fill(-1);
    this.firstTrue = new Array<number>(system.predicates).fill(-1);
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
      const first = holds ? this.firstTrue : this.firstFalse;
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
    return stopAt.includes(predicate) && stopAt.every((one) => this.firstFalse[one] !== -1);
  }

  private bound(queued: number): Exploration['incomplete'] {
    const { bounds, clock, residentBytes, interrupted, onProgress } = this.options;
    const elapsedMs = clock() - this.started;
    const { transitions, depth } = this;
    onProgress({ states: this.table.count, transitions, depth, queued, elapsedMs });
    if (elapsedMs > bounds.timeoutMs) return 'time';
    if (residentBytes() > bounds.memoryBytes) return 'memory';
    return interrupted() ? 'interrupted' : null;
  }

  private expand(state: number): void {
    const seen = new Map<number, Edge[]>();
    const { rows, width } = this.table;
    this.graph?.open();
    this.successors.forEach(rows.data, state * width, (action, claim, next) => {
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
      known.push({ target, action, number: this.graph?.add(action, target) ?? -1 });
      seen.set(step, known);
    } else if (precedes(label, this.system.action(twin.action).label)) {
      twin.action = action;
      this.graph?.rename(twin.number, action);
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

  private explore(): Exploration['incomplete'] {
    const { bounds } = this.options;
    for (const row of this.system.initial) this.discover(row, -1);
    let levelEnd = this.table.count;
    this.depth = 1;
    for (let state = 0; state < this.table.count && !this.stopped; state += 1) {
      if (state === levelEnd) {
        levelEnd = this.table.count;
        this.depth += 1;
      }
      if (this.depth > bounds.depthMax) return this.cut(state, 'depth');
      if (this.table.count > bounds.statesMax) return 'states';
      if (this.isDue(state)) {
        const reached = this.bound(this.table.count - state);
        if (reached !== null) return reached;
      }
      this.expand(state);
    }
    return null;
  }

  /** States at the depth limit are known but not expanded; if there are none, nothing was cut. */
  private cut(state: number, bound: 'depth'): Exploration['incomplete'] {
    this.depth -= 1;
    return state < this.table.count ? bound : null;
  }

  /** Runs to the end of the span, a stop, or a bound. */
  run(onUnbounded: (thrown: unknown) => boolean): Exploration {
    let incomplete: Exploration['incomplete'];
    try {
      incomplete = this.explore();
    } catch (thrown) {
      if (!onUnbounded(thrown)) throw thrown;
      incomplete = 'values';
    }
    this.graph?.close(this.table.count);
    return {
      table: this.table,
      successors: this.successors,
      initial: this.system.initial.length,
      transitions: this.transitions,
      depth: this.depth,
      incomplete,
      stopped: this.stopped,
      firstFalse: this.firstFalse,
      firstTrue: this.firstTrue,
      brokenClaim: this.brokenClaim,
      graph: this.graph,
      parents: this.parents.data.subarray(0, this.parents.length),
      marks: this.marks.data.subarray(0, this.marks.length),
      markWords: this.markWords,
      bytes: this.table.bytes + this.parents.data.byteLength + this.marks.data.byteLength,
    };
  }
}
