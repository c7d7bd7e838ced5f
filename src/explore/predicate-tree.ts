import { UNKNOWN } from './decision-table.ts';
import type { Product } from './product.ts';

/** Answers of a predicate beyond which it is not put into a tree of digits. */
const ANSWERS_MAX = 200_000;

const FALSE = -1;
const TRUE = -2;

/**
 * A predicate over the digits of a product. Node n looks at digit `who[n]` and goes on at
 * `next[base[n] + digit]`; FALSE (-1) and TRUE (-2) are answers.
 */
export class PredicateTree {
  /** Where the predicate says the same of every state: that; else null. */
  readonly constant: boolean | null;
  readonly root: number;
  readonly who: Int32Array;
  readonly base: Int32Array;
  readonly next: Int32Array;

  /** @throws Unclosed where it has too many answers */
  constructor(product: Product, predicate: number) {
    const { closure } = product;
    const table = closure.questions.predicate(predicate);
    const answers = new Set<number>();
    for (let layer = 0; layer < product.digits[0]!.radix; layer += 1) {
      for (const answer of closure.answersOf(layer, table, ANSWERS_MAX)) answers.add(answer);
    }
    this.constant = answers.size === 1 ? answers.has(1) : null;
    const { classes } = closure.questions;
    const who: number[] = [];
    const base: number[] = [];
    const next: number[] = [];
    const build = (node: number): number => {
      if (node < UNKNOWN) return -2 - node === 1 ? TRUE : FALSE;
      // Nothing reachable comes here.
      if (node === UNKNOWN) return FALSE;
      const observation = table.observed(node);
      const { component } = classes.at(observation);
      const { group, position } = closure.home(component);
      const { radix, members } = product.digits[group + 1]!;
      const own = who.push(group + 1) - 1;
      const start = next.length;
      base.push(start);
      for (let value = 0; value < radix; value += 1) next.push(FALSE);
      const after = new Map<number, number>();
      for (let value = 0; value < radix; value += 1) {
        const kind = classes.kind(observation, members.value(value, position));
        const found = after.get(kind) ?? build(table.after(node, kind));
        after.set(kind, found);
        next[start + value] = found;
      }
      return own;
    };
    this.root = build(table.first);
    this.who = Int32Array.from(who);
    this.base = Int32Array.from(base);
    this.next = Int32Array.from(next);
  }

  /** Whether it holds of a state with these digits. */
  holds(digits: Int32Array): boolean {
    let node = this.root;
    while (node >= 0) node = this.next[this.base[node]! + digits[this.who[node]!]!]!;
    return node === TRUE;
  }
}
