import type { Evaluation, IntegerSystem, Observation } from '../model/integer-system.ts';
import { Ints } from './growable.ts';

/** No answer is known yet for this way through a table. */
export const UNKNOWN = -1;

interface Classes {
  readonly component: number;
  readonly classify: ((value: number) => number) | null;
  /** Where the pool says where its classes by value are, and of how many values; -1: identity. */
  readonly place: number;
}

const LEAST_ROOM = 8;

/** The classes of all observations, shared by the tables of one system. */
export class ObservedClasses {
  /** What one walks through: classes by value, and the nodes of all tables. */
  readonly pool = new Ints();
  /** Entries that are there for speed only. */
  kept = 0;
  private readonly system: IntegerSystem;
  private readonly all: Classes[] = [];

  constructor(system: IntegerSystem) {
    this.system = system;
  }

  at(index: number): Classes {
    const found = this.all[index];
    if (found !== undefined) return found;
    const observation: Observation = this.system.observation(index);
    const fresh = { ...observation, place: observation.classify === null ? -1 : this.list() };
    this.all[index] = fresh;
    return fresh;
  }

  /** Components of the system, so far. */
  get width(): number {
    return this.system.width;
  }

  /** An empty list in the pool: its room, and where its entries are. They are UNKNOWN at first. */
  list(): number {
    this.pool.push(0);
    this.pool.push(0);
    return this.pool.length - 2;
  }

  /** Makes room for an entry of a list. */
  private extend(list: number, entry: number): void {
    const { pool } = this;
    const room = pool.data[list] as number;
    const more = Math.max(LEAST_ROOM, 2 * room, entry + 1);
    pool.reserve(more);
    const start = pool.length;
    pool.length += more;
    pool.data.fill(UNKNOWN, start, start + more);
    const before = pool.data[list + 1] as number;
    pool.data.copyWithin(start, before, before + room);
    pool.data[list] = more;
    pool.data[list + 1] = start;
  }

  entry(list: number, at: number): number {
    const { data } = this.pool;
    return at < (data[list] as number)
      ? (data[(data[list + 1] as number) + at] as number)
      : UNKNOWN;
  }

  setEntry(list: number, at: number, value: number): void {
    if (at >= (this.pool.data[list] as number)) this.extend(list, at);
    const { data } = this.pool;
    data[(data[list + 1] as number) + at] = value;
  }

  /** The class of the state's value under an observation; what the state does not have yet is 0. */
  of(index: number, state: Int32Array, offset: number): number {
    return this.kind(index, state[offset + this.at(index).component] ?? 0);
  }

  /** The class of a value of the observation's component. */
  kind(index: number, value: number): number {
    const { classify, place } = this.at(index);
    if (classify === null) return value;
    const cached = this.entry(place, value);
    if (cached !== UNKNOWN) return cached;
    const fresh = classify(value);
    this.setEntry(place, value, fresh);
    return fresh;
  }
}

/** Of a node in the pool: the list of what comes after it, by class. */
const AFTER = 0;
/** The component that is looked at, and the list of its classes, -1 where they are its values. */
const COMPONENT = 2;
const CLASSES = 3;
const OBSERVATION = 4;
/** The list of what comes after all looks at this component, by its value. */
const BEYOND = 5;

/** Entries of such lists, in all, beyond which they take up no more. */
const BEYOND_MAX = 2 ** 23;

/** The component that is looked at in an inner node. */
export const componentOf = (data: Int32Array, node: number): number => data[node + COMPONENT]!;

/** The node after an inner node; UNKNOWN where it, or what is seen, is not known. */
export function after(data: Int32Array, node: number, states: Int32Array, offset: number): number {
  let kind = states[offset + data[node + COMPONENT]!]! | 0;
  const classes = data[node + CLASSES]!;
  if (classes >= 0) kind = kind < data[classes]! ? data[data[classes + 1]! + kind]! : UNKNOWN;
  return kind < 0 || kind >= data[node]! ? UNKNOWN : data[data[node + 1]! + kind]!;
}

/**
 * Walks from a node as far as classes and answers are known: to a leaf, or UNKNOWN. What is beyond
 * the end of `states` is 0.
 */
function walk(data: Int32Array, from: number, states: Int32Array, offset: number): number {
  let node = from;
  while (node >= 0) node = after(data, node, states, offset);
  return node;
}

/**
 * The node that comes after an inner node and all looks at the same component that follow it; as
 * far as `learnBeyond` was told, else UNKNOWN.
 */
export function beyond(data: Int32Array, node: number, state: Int32Array): number {
  const value = state[data[node + COMPONENT]!]!;
  const list = data[node + BEYOND]!;
  return value < data[list]! ? data[data[list + 1]! + value]! : UNKNOWN;
}

/** The same, found the long way round and kept for the next time; UNKNOWN where it is not known. */
export function learnBeyond(classes: ObservedClasses, node: number, state: Int32Array): number {
  const { data } = classes.pool;
  const component = componentOf(data, node);
  let next = node;
  do next = after(data, next, state, 0);
  while (next >= 0 && componentOf(data, next) === component);
  if (next === UNKNOWN || classes.kept > BEYOND_MAX) return next;
  const list = data[node + BEYOND]!;
  const room = data[list]!;
  classes.setEntry(list, state[component]!, next);
  classes.kept += classes.pool.data[list]! - room;
  return next;
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
 * An inner node is a place in the pool; a leaf is its answer, encoded as `-2 - answer`.
 */
export class DecisionTable<A> implements Table {
  private readonly classes: ObservedClasses;
  private readonly ask: (state: Int32Array) => Evaluation<A>;
  private readonly record: (answer: A) => number;
  private root = UNKNOWN;
  /** All that is looked at on some way through the table. */
  readonly observations = new Set<number>();
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
    let node = walk(this.classes.pool.data, this.root, states, offset);
    if (node === UNKNOWN) node = this.classified(states, offset);
    return node === UNKNOWN ? this.learn(states, offset) : -2 - node;
  }

  /** As `walk`, but asks for the classes that are not known yet. */
  private classified(states: Int32Array, offset: number): number {
    let node = this.root;
    while (node >= 0) node = this.after(node, this.classes.of(this.observed(node), states, offset));
    return node;
  }

  /** The first node; UNKNOWN, or a leaf, encoded as `-2 - answer`, or an inner node. */
  get first(): number {
    return this.root;
  }

  /** What is looked at in an inner node. */
  observed(node: number): number {
    return this.classes.pool.data[node + OBSERVATION] as number;
  }

  /** The node after an inner node, for what was seen there; encoded as `first`. */
  after(node: number, kind: number): number {
    return this.classes.entry(node + AFTER, kind);
  }

  kinds(node: number): readonly number[] {
    const known: number[] = [];
    const room = this.classes.pool.data[node + AFTER] as number;
    for (let kind = 0; kind < room; kind += 1)
      if (this.after(node, kind) !== UNKNOWN) known.push(kind);
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

  private addNode(observation: number): number {
    const { component, place } = this.classes.at(observation);
    this.observations.add(observation);
    // Behind a look at the whole component there is none at the same one.
    const apart = place === -1 ? -1 : this.classes.list();
    const node = this.classes.list();
    const { pool } = this.classes;
    for (const field of [component, place, observation, apart === -1 ? node : apart]) {
      pool.push(field);
    }
    return node;
  }

  private insert(reads: readonly number[], states: Int32Array, offset: number, leaf: number): void {
    let place = (node: number): void => {
      this.root = node;
    };
    let node = this.root;
    for (const observation of reads) {
      if (node === UNKNOWN) {
        node = this.addNode(observation);
        place(node);
      } else if (this.observed(node) !== observation) {
        throw new Error('internal: a question looked at the state in two different orders');
      }
      const parent = node;
      const kind = this.classes.of(observation, states, offset);
      place = (next) => this.classes.setEntry(parent + AFTER, kind, next);
      node = this.after(parent, kind);
    }
    place(leaf);
  }
}
