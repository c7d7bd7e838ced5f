import type { Evaluation, IntegerSystem, Observation } from '../model/integer-system.ts';
import { Ints } from './growable.ts';

/** No answer is known yet for this way through a table. */
export const UNKNOWN = -1;

interface Classes {
  readonly component: number;
  readonly classify: ((value: number) => number) | null;
  /** Class by value, UNKNOWN where not yet asked; unused for the identity. */
  readonly known: Ints;
}

/** The classes of all observations, shared by the tables of one system. */
export class ObservedClasses {
  private readonly system: IntegerSystem;
  private readonly all: Classes[] = [];

  constructor(system: IntegerSystem) {
    this.system = system;
  }

  at(index: number): Classes {
    const found = this.all[index];
    if (found !== undefined) return found;
    const observation: Observation = this.system.observation(index);
    const fresh = { ...observation, known: new Ints(64) };
    this.all[index] = fresh;
    return fresh;
  }

  /** Components of the system, so far. */
  get width(): number {
    return this.system.width;
  }

  /** The class of the state's value under an observation; what the state does not have yet is 0. */
  of(index: number, state: Int32Array, offset: number): number {
    return this.kind(index, state[offset + this.at(index).component] ?? 0);
  }

  /** The class of a value of the observation's component. */
  kind(index: number, value: number): number {
    const { classify, known } = this.at(index);
    if (classify === null) return value;
    while (known.length <= value) known.push(UNKNOWN);
    const cached = known.data[value] as number;
    if (cached !== UNKNOWN) return cached;
    const fresh = classify(value);
    known.data[value] = fresh;
    return fresh;
  }
}

/** A table of answers as one walks through it. */
export interface Table {
  readonly first: number;
  observed(node: number): number;
  after(node: number, kind: number): number;
  /** The classes for which an inner node knows where to go on. */
  kinds(node: number): readonly number[];
  learn(states: Int32Array, offset?: number): number;
}

/**
 * The answers to one question, as a tree of decisions: an inner node looks at one observation, a
 * leaf is an answer. A question is put to the model once per distinct path; after that it is a
 * walk.
 *
 * A node is an index into `nodes`: the observation at an inner node (children in `children[node]`),
 * or, at a leaf, the answer encoded as `-2 - answer`.
 */
export class DecisionTable<A> implements Table {
  private readonly classes: ObservedClasses;
  private readonly ask: (state: Int32Array) => Evaluation<A>;
  private readonly record: (answer: A) => number;
  private readonly observationOf: number[] = [];
  private readonly children: Ints[] = [];
  private root = UNKNOWN;
  private readonly width: number;

  /**
   * `record` turns an answer into the integer that `lookup` returns, from 0 on. States are `width`
   * wide; those of a system that grows stand alone, and as wide as the system is.
   */
  constructor(
    width: number,
    classes: ObservedClasses,
    ask: (state: Int32Array) => Evaluation<A>,
    record: (answer: A) => number,
  ) {
    this.width = width;
    this.classes = classes;
    this.ask = ask;
    this.record = record;
  }

  /** The answer for the state at `offset` of `states`. */
  lookup(states: Int32Array, offset: number): number {
    let node = this.root;
    while (node >= 0) {
      const kind = this.classes.of(this.observationOf[node] as number, states, offset);
      const row = this.children[node] as Ints;
      node = kind < row.length ? (row.data[kind] as number) : UNKNOWN;
    }
    return node === UNKNOWN ? this.learn(states, offset) : -2 - node;
  }

  /** The first node; UNKNOWN, or a leaf, encoded as `-2 - answer`, or an inner node. */
  get first(): number {
    return this.root;
  }

  /** What is looked at in an inner node. */
  observed(node: number): number {
    return this.observationOf[node] as number;
  }

  /** The node after an inner node, for what was seen there; encoded as `first`. */
  after(node: number, kind: number): number {
    const row = this.children[node] as Ints;
    return kind < row.length ? (row.data[kind] as number) : UNKNOWN;
  }

  kinds(node: number): readonly number[] {
    const row = this.children[node] as Ints;
    const known: number[] = [];
    for (let kind = 0; kind < row.length; kind += 1)
      if (row.data[kind] !== UNKNOWN) known.push(kind);
    return known;
  }

  /** Puts the question to the model and remembers the answer. */
  learn(states: Int32Array, offset = 0): number {
    const width = Math.max(this.width, this.classes.width);
    const { reads, answer } = this.ask(states.slice(offset, offset + width));
    const recorded = this.record(answer);
    this.insert(reads, states, offset, -2 - recorded);
    return recorded;
  }

  private insert(reads: readonly number[], states: Int32Array, offset: number, leaf: number): void {
    let place = (node: number): void => {
      this.root = node;
    };
    let node = this.root;
    for (const observation of reads) {
      if (node === UNKNOWN) {
        node = this.observationOf.push(observation) - 1;
        this.children.push(new Ints(8));
        place(node);
      } else if (this.observationOf[node] !== observation) {
        throw new Error('internal: a question looked at the state in two different orders');
      }
      const row = this.children[node] as Ints;
      const kind = this.classes.of(observation, states, offset);
      while (row.length <= kind) row.push(UNKNOWN);
      place = (next) => {
        row.data[kind] = next;
      };
      node = row.data[kind] as number;
    }
    place(leaf);
  }
}
