import type { PredicateTree } from './predicate-tree.ts';

/** What is looked for: states of which a predicate says this. */
export interface Target {
  readonly tree: PredicateTree;
  readonly value: boolean;
}

/** Comparisons beyond which the answer is that a target may be left. */
const WORK_MAX = 10_000_000;

type Values = ReadonlyMap<number, number>;

/** Decides whether changes of digits can lead out of one target. */
export class Kept {
  private readonly tree: PredicateTree;
  private readonly answer: number;
  private readonly known = new Map<string, boolean>();
  private readonly mentions = new Map<string, Uint8Array>();
  private work = 0;

  constructor({ tree, value }: Target) {
    this.tree = tree;
    this.answer = value ? -2 : -1;
  }

  /**
   * Whether every state with the digits `from` of which the predicate says what is looked for is
   * one with the digits `to` instead, whatever all other digits are: true is a proof.
   */
  holds(from: Values, to: Values): boolean {
    if (this.tree.constant !== null) return true;
    const key = `${[...from].join()} ${[...to].join()}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const { root } = this.tree;
    const kept = this.follows(root, root, from, to, this.mentioning(from), new Map());
    this.known.set(key, kept);
    return kept;
  }

  /** By node, whether it or one below it looks at one of these digits. */
  private mentioning(digits: Values): Uint8Array {
    const key = [...digits.keys()].join();
    const known = this.mentions.get(key);
    if (known !== undefined) return known;
    const { who, base, next } = this.tree;
    const found = new Uint8Array(who.length);
    // A node comes before those below it.
    for (let node = who.length - 1; node >= 0; node -= 1) {
      const end = base[node + 1] ?? next.length;
      if (digits.has(who[node]!)) found[node] = 1;
      for (const below of next.subarray(base[node], end)) {
        if (below >= 0 && found[below] === 1) found[node] = 1;
      }
    }
    this.mentions.set(key, found);
    return found;
  }

  private follows(
    a: number,
    b: number,
    from: Values,
    to: Values,
    mentioned: Uint8Array,
    memo: Map<number, boolean>,
  ): boolean {
    if (a === b && (a < 0 || mentioned[a] === 0)) return true;
    const [one, other] = [this.settled(a, from), this.settled(b, to)];
    if (other === this.answer || (one < 0 && one !== this.answer)) return true;
    if (one < 0 && other < 0) return false;
    const key = (one + 2) * (this.tree.who.length + 2) + other + 2;
    const known = memo.get(key);
    if (known !== undefined) return known;
    this.work += 1;
    if (this.work > WORK_MAX) return false;
    const { who, base, next } = this.tree;
    const digit = who[one < 0 ? other : one]!;
    const below = (node: number, value: number): number =>
      node >= 0 && who[node] === digit ? next[base[node]! + value]! : node;
    const asked = one < 0 ? other : one;
    const radix = (base[asked + 1] ?? next.length) - base[asked]!;
    let kept = true;
    for (let value = 0; value < radix && kept; value += 1) {
      kept = this.follows(below(one, value), below(other, value), from, to, mentioned, memo);
    }
    memo.set(key, kept);
    return kept;
  }

  private settled(start: number, values: Values): number {
    const { who, base, next } = this.tree;
    let node = start;
    while (node >= 0) {
      const value = values.get(who[node]!);
      if (value === undefined) break;
      node = next[base[node]! + value]!;
    }
    return node;
  }
}
