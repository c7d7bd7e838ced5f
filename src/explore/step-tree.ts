import type { Outcome } from '../model/integer-system.ts';
import { UNKNOWN } from './decision-table.ts';
import type { Numbering } from './numbering.ts';

/** The leaf of what no reachable state shows: its one edge leads nowhere (NaN). */
const IMPOSSIBLE = 0;

/** One rule as a tree over digits: leaf l has the edges `leaves[l]` to `leaves[l + 1]`. */
export interface RuleTree {
  /** A node n ≥ 0, or a leaf as -1 - l. */
  readonly root: number;
  readonly who: Int32Array;
  readonly base: Int32Array;
  readonly next: Int32Array;
  readonly leaves: Int32Array;
  readonly step: Int32Array;
  readonly action: Int32Array;
  readonly claim: Int32Array;
  readonly isFault: Uint8Array;
  /** What edge e adds: the sum of `adds[offset + digit]` over its terms from `terms[e]` on. */
  readonly terms: Int32Array;
  readonly termDigit: Int32Array;
  readonly termOffset: Int32Array;
  readonly adds: Float64Array;
}

/** Rules that look at too much for one table, or share steps with such. */
export interface StepTree {
  readonly rules: readonly RuleTree[];
  /** Whether one step may be there for two reasons. */
  readonly hasTwins: boolean;
  readonly hasClaims: boolean;
  /** The most edges of a state. */
  readonly most: number;
}

class Builder {
  private readonly numbers: Numbering;
  private readonly who: number[] = [];
  private readonly base: number[] = [];
  private readonly next: number[] = [];
  private readonly leaves: number[] = [0];
  private readonly step: number[] = [];
  private readonly action: number[] = [];
  private readonly claim: number[] = [];
  private readonly isFault: number[] = [];
  private readonly terms: number[] = [0];
  private readonly termDigit: number[] = [];
  private readonly termOffset: number[] = [];
  private readonly adds: number[] = [];
  private readonly offsets = new Map<string, number>();
  private readonly leafOf = new Map<number, number>();
  hasTwins = false;
  most = 0;

  constructor(numbers: Numbering) {
    this.numbers = numbers;
    this.impossible();
  }

  private impossible(): void {
    const { radix } = this.numbers.digits[0]!;
    this.edge(-1, -1, -1, 0);
    this.termDigit.push(0);
    this.termOffset.push(this.adds.length);
    for (let value = 0; value < radix; value += 1) this.adds.push(Number.NaN);
    this.terms.push(this.termDigit.length);
    this.leaves.push(this.step.length);
  }

  private edge(step: number, action: number, claim: number, isFault: number): void {
    this.step.push(step);
    this.action.push(action);
    this.claim.push(claim);
    this.isFault.push(isFault);
  }

  private leaf(answer: number): number {
    const known = this.leafOf.get(answer);
    if (known !== undefined) return known;
    const { system, answers } = this.numbers.closure.questions;
    const outcomes = answers[answer] as readonly Outcome[];
    const steps = new Set<number>();
    for (const outcome of outcomes) {
      const { step, label } = system.action(outcome.action);
      if (steps.has(step)) this.hasTwins = true;
      steps.add(step);
      this.edge(step, outcome.action, outcome.brokenClaim, label === 'F' ? 1 : 0);
      for (const [digit, change] of this.numbers.changes(outcome)) {
        this.termDigit.push(digit);
        this.termOffset.push(this.addsOf(digit, change));
      }
      this.terms.push(this.termDigit.length);
    }
    this.most = Math.max(this.most, outcomes.length);
    this.leaves.push(this.step.length);
    this.leafOf.set(answer, this.leaves.length - 2);
    return this.leaves.length - 2;
  }

  /** A table of what a change of a digit adds, by its value before. */
  private addsOf(digit: number, change: readonly (readonly [number, number])[]): number {
    const key = `${digit} ${change.join()}`;
    const known = this.offsets.get(key);
    if (known !== undefined) return known;
    const { members, radix, stride } = this.numbers.digits[digit]!;
    const offset = this.adds.length;
    for (let from = 0; from < radix; from += 1) {
      const to = members.find(members.replaced(from, change));
      this.adds.push(to === -1 || to >= radix ? Number.NaN : (to - from) * stride);
    }
    this.offsets.set(key, offset);
    return offset;
  }

  private node(table: ReturnType<Numbering['closure']['questions']['rule']>, node: number): number {
    if (node === UNKNOWN) return -1 - IMPOSSIBLE;
    if (node < UNKNOWN) return -1 - this.leaf(-2 - node);
    const { classes } = this.numbers.closure.questions;
    const observation = table.observed(node);
    const { group, position } = this.numbers.closure.home(classes.at(observation).component);
    const { radix, members } = this.numbers.digits[group + 1]!;
    const own = this.who.push(group + 1) - 1;
    const start = this.next.length;
    this.base.push(start);
    for (let value = 0; value < radix; value += 1) this.next.push(0);
    const after = new Map<number, number>();
    for (let value = 0; value < radix; value += 1) {
      const kind = classes.kind(observation, members.value(value, position));
      const found = after.get(kind) ?? this.node(table, table.after(node, kind));
      after.set(kind, found);
      this.next[start + value] = found;
    }
    return own;
  }

  built(rule: number): RuleTree {
    const table = this.numbers.closure.questions.rule(rule);
    const root = this.node(table, table.first);
    return {
      root,
      who: Int32Array.from(this.who),
      base: Int32Array.from(this.base),
      next: Int32Array.from(this.next),
      leaves: Int32Array.from(this.leaves),
      step: Int32Array.from(this.step),
      action: Int32Array.from(this.action),
      claim: Int32Array.from(this.claim),
      isFault: Uint8Array.from(this.isFault),
      terms: Int32Array.from(this.terms),
      termDigit: Int32Array.from(this.termDigit),
      termOffset: Int32Array.from(this.termOffset),
      adds: Float64Array.from(this.adds),
    };
  }
}

/** The rules as trees. `shareSteps`: whether some of them have a step in common. */
export function stepTree(
  numbers: Numbering,
  rules: readonly number[],
  shareSteps: boolean,
): StepTree {
  let hasTwins = shareSteps;
  let most = 0;
  const trees = rules.map((rule) => {
    const builder = new Builder(numbers);
    const tree = builder.built(rule);
    hasTwins ||= builder.hasTwins;
    most += Math.max(1, builder.most);
    return tree;
  });
  const hasClaims = trees.some(({ claim }) => claim.some((one) => one >= 0));
  return { rules: trees, hasTwins, hasClaims, most };
}

/** Every edge of a state with these digits, twins left out by the weaker label. */
export function forEachTreeEdge(
  { rules }: StepTree,
  digits: Int32Array,
  precedes: (action: number, other: number) => boolean,
  visit: (delta: number, action: number, claim: number) => void,
): void {
  const edges: { delta: number; step: number; action: number; claim: number }[] = [];
  for (const tree of rules) {
    let node = tree.root;
    while (node >= 0) node = tree.next[tree.base[node]! + digits[tree.who[node]!]!]!;
    const leaf = -1 - node;
    for (let edge = tree.leaves[leaf]!; edge < tree.leaves[leaf + 1]!; edge += 1) {
      let delta = 0;
      for (let term = tree.terms[edge]!; term < tree.terms[edge + 1]!; term += 1) {
        delta += tree.adds[tree.termOffset[term]! + digits[tree.termDigit[term]!]!]!;
      }
      if (Number.isNaN(delta)) throw new Error('internal: a step leads out of the closure');
      const [step, action, claim] = [tree.step[edge]!, tree.action[edge]!, tree.claim[edge]!];
      const twin = edges.find((other) => other.step === step && other.delta === delta);
      if (twin === undefined) edges.push({ delta, step, action, claim });
      else {
        if (precedes(action, twin.action)) twin.action = action;
        if (twin.claim === -1) twin.claim = claim;
      }
    }
  }
  for (const { delta, action, claim } of edges) visit(delta, action, claim);
}
