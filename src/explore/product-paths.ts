import { HEAD, makeKernel, registersFor, STOP, type Queue } from './kernel.ts';
import type { Product } from './product.ts';
import { initialStates } from './start.ts';
import { canonical, canonicalCode, type Orbit } from './symmetry.ts';

const NOBODY = -1;

/** Shortest paths through the states of a queue; no predecessor is kept, they are looked for. */
export class ProductPaths {
  private readonly product: Product;
  private readonly orbits: readonly Orbit[];
  private readonly queue: Queue;
  /** Where each level begins in the queue, the one behind the last begun included. */
  private readonly levels: readonly number[];
  private readonly states: () => number;
  /** States on paths that were asked for, where the queue has others in their stead. */
  private readonly shown: number[] = [];

  constructor(
    product: Product,
    orbits: readonly Orbit[],
    queue: Queue,
    levels: readonly number[],
    states: () => number,
  ) {
    this.product = product;
    this.orbits = orbits;
    this.queue = queue;
    this.levels = levels;
    this.states = states;
  }

  /** A path to the state at this place; places behind the queue are states that were unfolded. */
  to(state: number): readonly number[] {
    const chain = [state];
    for (let at = this.parent(state); at !== NOBODY; at = this.parent(at)) chain.unshift(at);
    return this.orbits.length === 0 ? chain : this.unfolded(chain);
  }

  /** The number of a state: of the queue, or of those shown. */
  numberOf(state: number): number {
    const states = this.states();
    return state < states ? this.queue.at(state) : (this.shown[state - states] as number);
  }

  /** A place behind the queue for a state that is not in it. */
  show(number: number): number {
    return this.states() + this.shown.push(number) - 1;
  }

  /** A path through the states themselves, for one through those that stand for them. */
  private unfolded(chain: readonly number[]): readonly number[] {
    const path: number[] = [];
    for (const state of chain) {
      const next = this.after(path.at(-1), this.queue.at(state));
      path.push(this.shown.push(next) - 1);
    }
    return path.map((at) => this.states() + at);
  }

  /** A successor (without `from`: an initial state) for which `stand` stands. */
  private after(from: number | undefined, stand: number): number {
    const { product, orbits } = this;
    const fits = (number: number): boolean => canonical(product, orbits, number) === stand;
    let found: number | null = null;
    if (from === undefined) {
      for (const number of initialStates(product, product.closure.questions.system)) {
        if (found === null && fits(number)) found = number;
      }
    } else {
      product.forEach(this.shown[from]!, (target) => {
        if (found === null && fits(target)) found = target;
      });
    }
    if (found === null) throw new Error('internal: a path cannot be unfolded');
    return found;
  }

  private parent(state: number): number {
    const level = this.levels.findLastIndex((start) => start <= state);
    if (level === 0) return NOBODY;
    const registers = registersFor(0);
    registers[HEAD] = this.levels[level - 1]!;
    const sought = { goal: this.queue.at(state) };
    const visited = {
      values: { sought },
      open: 'const goal = sought.goal;',
      ready: '',
      put: () => `if (t === goal) registers[${STOP}] = 1;`,
    };
    const { product, queue, orbits } = this;
    const code = canonicalCode(product, orbits);
    const parts = { product, watches: [], ends: null, visited, stopAtClaim: false };
    makeKernel({ ...parts, canonical: code }, queue, registers)(state);
    return registers[HEAD]! - 1;
  }
}
