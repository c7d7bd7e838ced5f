import type { RuleTree, StepTree } from './step-tree.ts';

/** What matters of a step tree to steps that would go first. */
export interface TreeReach {
  /** Digits that some rule of it looks at or changes. */
  readonly digits: ReadonlySet<number>;
  /** Digits that it changes. */
  readonly changed: ReadonlySet<number>;
  /** By digit that it looks at, the values with which it may have a step. */
  readonly live: ReadonlyMap<number, Uint8Array>;
}

/** Leaf 0 is what no state shows. */
const FIRST_LEAF = 1;

/** By node of a rule, whether it may lead to a step. */
function liveNodes({ who, base, next, leaves }: RuleTree): (node: number) => boolean {
  const live = new Uint8Array(who.length);
  const isLive = (node: number): boolean => {
    if (node >= 0) return live[node] === 1;
    const leaf = -1 - node;
    return leaf >= FIRST_LEAF && leaves[leaf]! < leaves[leaf + 1]!;
  };
  // A node comes before those below it.
  for (let node = who.length - 1; node >= 0; node -= 1) {
    const end = base[node + 1] ?? next.length;
    if (next.subarray(base[node], end).some(isLive)) live[node] = 1;
  }
  return isLive;
}

/** The values of a digit that some way from the root to a step goes through. */
function liveValues(rule: RuleTree, digit: number, radix: number): Uint8Array {
  const { who, base, next, root } = rule;
  const isLive = liveNodes(rule);
  const all = new Uint8Array(radix).fill(1);
  const none = new Uint8Array(radix);
  const by = new Map<number, Uint8Array>();
  const of = (node: number): Uint8Array => {
    if (!isLive(node)) return none;
    return node < 0 ? all : by.get(node)!;
  };
  for (let node = who.length - 1; node >= 0; node -= 1) {
    if (!isLive(node)) continue;
    const end = base[node + 1] ?? next.length;
    const below = next.subarray(base[node], end);
    const found = new Uint8Array(radix);
    if (who[node] === digit) {
      for (let value = 0; value < radix; value += 1) found[value] = of(below[value]!)[value]!;
    } else {
      for (const child of new Set(below)) {
        for (const [value, may] of of(child).entries()) found[value] = found[value]! | may;
      }
    }
    by.set(node, found);
  }
  return of(root);
}

/** @param radix of a digit */
export function treeReach({ rules }: StepTree, radix: (digit: number) => number): TreeReach {
  const changed = new Set<number>();
  const seen = new Set<number>();
  for (const rule of rules) {
    for (const digit of rule.who) seen.add(digit);
    for (const digit of rule.termDigit.subarray(rule.terms[rule.leaves[FIRST_LEAF]!])) {
      changed.add(digit);
    }
  }
  const live = new Map<number, Uint8Array>();
  for (const digit of seen) {
    const found = new Uint8Array(radix(digit));
    for (const rule of rules) {
      for (const [value, may] of liveValues(rule, digit, found.length).entries()) {
        found[value] = found[value]! | may;
      }
    }
    live.set(digit, found);
  }
  return { digits: new Set([...seen, ...changed]), changed, live };
}
