import type { Ample } from './ample.ts';
import { boundReached } from './bound.ts';
import { ONE_ORDER, THREADS } from './exploration.ts';
import type { BrokenClaim, Exploration, Incomplete, SearchOptions } from './exploration.ts';
import type { Graph } from './graph.ts';
import { CLAIM, ENDS, HEAD, makeKernel, Queue, registersFor, STOP } from './kernel.ts';
import { TAIL, TRANSITIONS, WATCHED, type Watch } from './kernel.ts';
import { isAcyclic } from './digit-order.ts';
import { hasCycleOutside, isClosed } from './liveness.ts';
import { PredicateTree } from './predicate-tree.ts';
import { claimAt, graphOf, touchedBudgets } from './product-graph.ts';
import { ProductPaths } from './product-paths.ts';
import type { ProductSettings } from './product-settings.ts';
import type { Product } from './product.ts';
import { canonical, canonicalCode, isBlind, NeedsAllStates, type Orbit } from './symmetry.ts';
import { crewOf, sharedExpansion, type CrewSettings } from './shared-expansion.ts';
import { countHolding, firstEnd, questionable, type KernelMaker } from './span-facts.ts';
import { initialStates, visitedFor } from './start.ts';
import type { Visited } from './visited.ts';
import { isAllSeen, isStopSeen, watchesFor } from './watching.ts';

/** States expanded between two looks at the bounds. */
const QUOTA = 1 << 15;

const NOBODY = -1;

/** Breadth-first search over a product, by code made for it. */
export class ProductSearch implements Exploration {
  incomplete: Incomplete = null;
  stopped = false;
  depth = 0;
  /** Transitions counted by each thread, if several shared the work. */
  shares: readonly number[] = [];
  readonly initial: number;
  private readonly orbits: readonly Orbit[];
  private readonly ample: readonly Ample[];
  readonly paths: ProductPaths;
  private readonly product: Product;
  private readonly options: SearchOptions;
  private readonly set: Visited;
  private readonly queue: Queue;
  private readonly registers: Float64Array;
  private readonly watches: readonly Watch[];
  private readonly watched: readonly string[];
  private readonly trees = new Map<number, PredicateTree>();
  /** Where each level begins in the queue, the one behind the last begun included. */
  private readonly levels: number[] = [0];
  private readonly started: number;
  private readonly settings: ProductSettings;
  private readonly crew: CrewSettings;

  /** @throws Unclosed where a predicate has too many answers */
  constructor(product: Product, options: SearchOptions, settings: ProductSettings = {}) {
    const { visited, orbits = [], ample = [] } = settings;
    this.product = product;
    this.options = options;
    this.settings = settings;
    this.ample = ample;
    this.crew = settings.crew ?? crewOf(options.workers ?? 1);
    this.started = options.clock();
    this.set = visited ?? visitedFor(product, options.bounds, this.crew.threads > 1);
    this.queue = new Queue(product.domain);
    const { watchFalse, watchTrue } = options;
    this.watched = [...watchFalse.map((p) => `false ${p}`), ...watchTrue.map((p) => `true ${p}`)];
    this.watches = watchesFor(options, settings.untilAllSeen === true, (p) => this.tree(p));
    const asked = this.watches.map(({ tree }) => tree);
    this.orbits = orbits.filter((orbit) => asked.every((tree) => isBlind(product, tree, orbit)));
    this.registers = registersFor(this.watches.length);
    for (const state of initialStates(product, product.closure.questions.system)) this.enter(state);
    this.initial = this.states;
    this.paths = new ProductPaths(product, this.orbits, this.queue, this.levels, () => this.states);
  }

  get visited(): string {
    const { length } = this.shares;
    const replicas = this.orbits.reduce((sum, orbit) => sum + orbit.length, 0);
    const name = length === 0 ? this.set.name : `${this.set.name} by ${length} ${THREADS}`;
    const folded = replicas === 0 ? [] : [`${replicas} replicas in any order`];
    return [name, ...folded, ...(this.ample.length === 0 ? [] : [ONE_ORDER])].join(', ');
  }

  private tree(predicate: number): PredicateTree {
    const known = this.trees.get(predicate) ?? new PredicateTree(this.product, predicate);
    this.trees.set(predicate, known);
    return known;
  }

  private enter(initial: number): void {
    const { product, orbits } = this;
    const state = orbits.length === 0 ? initial : canonical(product, orbits, initial);
    if (!this.set.add(state)) return;
    const at = this.registers[TAIL] as number;
    this.queue.chunk(at)[at % this.queue.size] = state;
    this.registers[TAIL] = at + 1;
  }

  get states(): number {
    return this.registers[TAIL] as number;
  }

  get transitions(): number {
    return this.registers[TRANSITIONS] as number;
  }

  get bytes(): number {
    return this.set.bytes + this.queue.bytes;
  }

  private readonly kernel: KernelMaker = (parts, registers) => {
    const { product, ample } = this;
    const none = { watches: [], ends: null, visited: null, stopAtClaim: false };
    const common = { product, ample, canonical: canonicalCode(product, this.orbits) };
    return makeKernel({ ...none, ...common, ...parts }, this.queue, registers);
  };

  private bound(): Incomplete {
    const { states, transitions, depth, product } = this;
    const queued = states - this.registers[HEAD]!;
    const found = { states, transitions, depth, queued, estimate: null, most: product.domain };
    return boundReached(this.options, this.started, found);
  }

  private isOver(): boolean {
    const isEnough = this.settings.untilAllSeen ? isAllSeen : isStopSeen;
    return isEnough(this.options, this, this.registers[CLAIM]! >= 0);
  }

  /** Explores to the end of the span, a stop, or a bound. */
  run(): this {
    const { product, watches, options, registers, queue, set, ample, orbits } = this;
    const { bounds, stopAtClaim } = options;
    if (this.settings.untilAllSeen === true && this.isOver()) return this;
    const ends = this.ends(this.settings.untilEnd ?? []);
    const alone = this.kernel({ watches, visited: set.code, stopAtClaim, ends }, registers);
    // Small quotas while the bound on states is small.
    const round = Math.max(1, Math.min(QUOTA, Math.floor(bounds.statesMax / 16)));
    const steps = {
      product,
      watches,
      stopAtClaim,
      canonical: canonicalCode(product, orbits),
      ample,
    };
    const parts = { ...steps, queue, set, registers, round, alone };
    const shared = ends === null ? sharedExpansion(parts, this.crew) : null;
    try {
      return this.explore(shared?.expand ?? alone, round);
    } finally {
      this.shares = shared?.shares ?? [];
      shared?.close();
    }
  }

  private explore(expand: (until: number) => void, quota: number): this {
    const { registers, options } = this;
    while (registers[HEAD]! < this.states) {
      const end = this.states;
      if (this.depth === options.bounds.depthMax) {
        this.incomplete = 'depth';
        return this;
      }
      this.levels.push(end);
      this.depth += 1;
      while (registers[HEAD]! < end) {
        expand(Math.min(end, registers[HEAD]! + quota));
        if (registers[STOP] === 1) {
          registers[STOP] = 0;
          this.stopped = this.isOver();
          if (this.stopped) return this;
        }
        if (this.badEnd() !== NOBODY) return this;
        this.incomplete = this.bound();
        if (this.incomplete !== null) return this;
      }
    }
    if (!Number.isFinite(this.transitions)) {
      throw new Error('internal: the search came to a state outside of the closure');
    }
    return this;
  }

  private noted(what: string, predicate: number, constant: boolean): number {
    const { constant: says } = this.tree(predicate);
    if (says !== null) return says === constant ? 0 : NOBODY;
    return this.registers[WATCHED + this.watched.indexOf(`${what} ${predicate}`)] as number;
  }

  firstFalse(predicate: number): number {
    return this.noted('false', predicate, false);
  }

  firstTrue(predicate: number): number {
    return this.noted('true', predicate, true);
  }

  get brokenClaim(): BrokenClaim | null {
    const state = this.registers[CLAIM] as number;
    if (state < 0) return null;
    const { number, action, claim } = claimAt(this.product, this.queue.at(state));
    return { state, action, claim, target: this.place(number) };
  }

  private place(number: number): number {
    for (let at = 0; at < this.states; at += 1) if (this.queue.at(at) === number) return at;
    if (this.ample.length > 0) return this.paths.show(number);
    throw new Error('internal: a successor was not visited');
  }

  holds(predicate: number, state: number): boolean {
    const tree = this.tree(predicate);
    if (tree.constant !== null) return tree.constant;
    return tree.holds(this.product.digitsOf(this.paths.numberOf(state), this.digits));
  }

  private readonly digits = new Int32Array(1024);

  count(predicate: number): number {
    this.refuseParts();
    return countHolding(this.kernel, this.tree(predicate), this.states);
  }

  isTouched(budget: number): boolean | null {
    this.touched ??= touchedBudgets(this.product, this.queue, this.states);
    return this.ample.length > 0 ? null : this.touched.has(budget);
  }

  mayTake(test: (action: number) => boolean): boolean {
    return this.product.mayTake(test);
  }

  private vector(number: number): Int32Array {
    return this.product.closure.questions.restore(this.product.vector(number));
  }

  row(state: number): Int32Array {
    return this.vector(this.paths.numberOf(state));
  }

  pathTo(state: number): readonly number[] {
    return this.paths.to(state);
  }

  forEachEdge(
    state: number,
    visit: (action: number, claim: number, next: Int32Array) => void,
  ): void {
    this.product.forEach(this.paths.numberOf(state), (target, action, claim) =>
      visit(action, claim, this.vector(target)),
    );
  }

  private built: Graph | null = null;
  private touched: ReadonlySet<number> | null = null;

  private refuseParts(): void {
    if (this.orbits.length > 0 || this.ample.length > 0) throw new NeedsAllStates();
  }

  get graph(): Graph {
    this.refuseParts();
    this.built ??= graphOf(this.product, this.queue, this.states);
    return this.built;
  }

  isClosed(predicate: number): boolean {
    this.refuseParts();
    return isClosed(this.product, this.tree(predicate), this.queue, this.states);
  }

  isInevitable(goal: number, atEnd: readonly number[]): boolean {
    if (this.firstEnd('quiet', [goal, ...atEnd]) !== NOBODY) return false;
    if (isAcyclic(this.product)) return true;
    this.refuseParts();
    return !hasCycleOutside(this.product, this.tree(goal), this.queue, this.states);
  }

  /** The first end of this kind in which not all of these hold; -1: none. */
  private firstEnd(endsAre: 'quiet' | 'dead', goals: readonly number[]): number {
    const ends = this.ends(goals);
    if (ends === null) return NOBODY;
    const isBlindTo = (orbit: Orbit): boolean =>
      ends.every((tree) => isBlind(this.product, tree, orbit));
    if (!this.orbits.every(isBlindTo)) throw new NeedsAllStates();
    return firstEnd(this.kernel, endsAre, ends, this.states);
  }

  /** Those of which it is asked in every state whether they hold; null: none. */
  private ends(goals: readonly number[]): readonly PredicateTree[] | null {
    return questionable(goals.map((goal) => this.tree(goal)));
  }

  /** Only what `untilEnd` looked for is known. */
  badEnd(): number {
    return this.registers[ENDS] as number;
  }

  isDeadlockFree(done: number): boolean {
    return this.firstEnd('dead', [done]) === NOBODY;
  }
}
