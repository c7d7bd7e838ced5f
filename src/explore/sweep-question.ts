import type { PredicateTree } from './predicate-tree.ts';
import { Untabled } from './numbering.ts';
import { Masks } from './sweep-bits.ts';
import { forEachCombination } from './sweep-edges.ts';
import { placeOf, type Shape } from './sweep-shape.ts';

/** Entries of all nodes beyond which a question is not put to rows. */
const ENTRIES_MAX = 1 << 21;

/** A question about states, as a tree over digits; leaves are below 0. */
export interface StateTree {
  readonly root: number;
  readonly who: Int32Array;
  readonly base: Int32Array;
  readonly next: Int32Array;
}

/**
 * A question about the rows of a layer: node n looks at the place of outer digit `who[n]` and goes
 * on at `next[base[n] + place]`; answer a is the leaf -1 - a.
 */
export type RowQuestion = StateTree;

class Maker {
  private readonly tree: StateTree;
  private readonly shape: Shape;
  private readonly answer: (leaves: Int32Array) => number;
  /** By bit of a row, what the digits show; those that a row does not decide are -1. */
  private readonly shown: Int32Array[] = [];
  private readonly who: number[] = [];
  private readonly base: number[] = [];
  private readonly next: number[] = [];
  private readonly known = new Map<string, number>();
  private size = 0;

  constructor(tree: StateTree, shape: Shape, answer: (leaves: Int32Array) => number) {
    this.tree = tree;
    this.shape = shape;
    this.answer = answer;
    forEachCombination(
      shape.tail.map((digit) => shape.values[digit]!),
      (tail) => {
        const shown = new Int32Array(shape.values.length).fill(-1);
        shown[0] = shape.layer;
        for (const [i, digit] of shape.tail.entries()) shown[digit] = tail[i]!;
        this.shown[placeOf(shape, shape.tail, tail)] = shown;
      },
    );
  }

  /** Goes on from a node of the tree as far as the row's digits, and one more, decide. */
  private settled(from: number, bit: number, digit: number, seen: number): number {
    const { who, base, next } = this.tree;
    let node = from;
    while (node >= 0) {
      const value = who[node] === digit ? seen : this.shown[bit]![who[node]!]!;
      if (value === -1) return node;
      node = next[base[node]! + value]!;
    }
    return node;
  }

  /** A node for what is left to decide, by bit: nodes of the tree. */
  private node(left: Int32Array): number {
    const key = left.join();
    const known = this.known.get(key);
    if (known !== undefined) return known;
    this.size += left.length;
    if (this.size > ENTRIES_MAX) throw new Untabled('a question about rows is too wide');
    const open = left.find((node) => node >= 0);
    const made = open === undefined ? -1 - this.answer(left) : this.branch(left, open);
    this.known.set(key, made);
    return made;
  }

  private branch(left: Int32Array, open: number): number {
    const digit = this.tree.who[open]!;
    const values = this.shape.values[digit]!;
    const own = this.who.push(digit) - 1;
    const start = this.next.length;
    this.base.push(start);
    for (let place = 0; place < values.length; place += 1) this.next.push(0);
    for (const [place, value] of values.entries()) {
      this.next[start + place] = this.node(
        left.map((node, bit) => this.settled(node, bit, digit, value)),
      );
    }
    return own;
  }

  made(): RowQuestion {
    const left = Int32Array.from(this.shown, (_, bit) => this.settled(this.tree.root, bit, -1, -1));
    const root = this.node(left);
    return {
      root,
      who: Int32Array.from(this.who),
      base: Int32Array.from(this.base),
      next: Int32Array.from(this.next),
    };
  }
}

/**
 * A question about states as one about rows: `answer` makes one of the leaves by bit. A digit may
 * be looked at twice, so that it is asked also about what no row shows.
 * @throws Untabled if it is too wide
 */
export function rowQuestion(
  tree: StateTree,
  shape: Shape,
  answer: (leaves: Int32Array) => number,
): RowQuestion {
  return new Maker(tree, shape, answer).made();
}

/** A predicate as a question about rows; the answers are masks of the states in which it holds. */
export function rowPredicate(tree: PredicateTree, shape: Shape, masks: Masks): RowQuestion {
  if (tree.constant !== null) {
    const root = -1 - (tree.constant ? Masks.ALL : masks.none);
    return { root, who: new Int32Array(), base: new Int32Array(), next: new Int32Array() };
  }
  return rowQuestion(tree, shape, (leaves) =>
    masks.of([...leaves.keys()].filter((bit) => leaves[bit] === -2)),
  );
}
