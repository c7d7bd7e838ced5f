import { Untabled } from './numbering.ts';
import type { Product } from './product.ts';
import type { RuleTree, StepTree } from './step-tree.ts';
import { forEachCombination } from './sweep-edges.ts';
import { Lists, weigh, type Jumps, type Part } from './sweep-part.ts';
import { rowQuestion } from './sweep-question.ts';
import type { Forms } from './sweep-relation.ts';
import { placeOf, type Shape } from './sweep-shape.ts';

/** A leaf of a rule's tree that nothing reachable comes to. */
const IMPOSSIBLE = 0;

/** What an edge does to one digit: its adds, by value; null: nothing. */
type Change = Float64Array | null;

/** Which way an edge moves a digit in its order: at all, and if so, never back. */
type Way = 'never' | 'always' | 'perhaps' | 'back';

/** Whether rows are never led back: the first digit that moves goes forward. */
function isForward(ways: readonly Way[]): boolean {
  const first = ways.find((way) => way === 'always' || way === 'back');
  return first !== 'back';
}

function changeOf(tree: RuleTree, edge: number, digit: number, radix: number): Change {
  for (let term = tree.terms[edge]!; term < tree.terms[edge + 1]!; term += 1) {
    if (tree.termDigit[term] !== digit) continue;
    return tree.adds.subarray(tree.termOffset[term]!, tree.termOffset[term]! + radix);
  }
  return null;
}

/** Whether two edges never lead to the same state. */
function differ(product: Product, [a, e]: [RuleTree, number], [b, f]: [RuleTree, number]): boolean {
  return product.digits.some(({ radix }, digit) => {
    const [one, other] = [changeOf(a, e, digit, radix), changeOf(b, f, digit, radix)];
    if (one === null && other === null) return false;
    for (let value = 0; value < radix; value += 1) {
      if ((one?.[value] ?? 0) === (other?.[value] ?? 0)) return false;
    }
    return true;
  });
}

/** The edges of a rule by step, each with its leaf: a state comes to one leaf of every rule. */
function edgesByStep(tree: RuleTree): ReadonlyMap<number, readonly (readonly [number, number])[]> {
  const edges = new Map<number, (readonly [number, number])[]>();
  for (let leaf = IMPOSSIBLE + 1; leaf + 1 < tree.leaves.length; leaf += 1) {
    for (let edge = tree.leaves[leaf]!; edge < tree.leaves[leaf + 1]!; edge += 1) {
      const step = tree.step[edge]!;
      edges.set(step, [...(edges.get(step) ?? []), [edge, leaf]]);
    }
  }
  return edges;
}

/** @throws Untabled where one step may be there for two reasons: it counts once */
export function refuseTwins(product: Product, { rules, hasTwins }: StepTree): void {
  if (!hasTwins) return;
  const all = rules.map((tree) => ({ tree, edges: edgesByStep(tree) }));
  for (const [at, one] of all.entries()) {
    for (const other of all.slice(at)) {
      for (const [step, edges] of one.edges) {
        for (const [edge, leaf] of edges) {
          const twin = other.edges.get(step)?.some(([candidate, itsLeaf]) => {
            const isApart = one === other && (itsLeaf !== leaf || candidate <= edge);
            return !isApart && !differ(product, [one.tree, edge], [other.tree, candidate]);
          });
          if (twin === true) throw new Untabled('a wide rule has a step for two reasons');
        }
      }
    }
  }
}

/** Makes the part of one wide rule in one layer: an index is a case, a list of leaves by bit. */
export class WidePartMaker {
  private readonly product: Product;
  private readonly tree: RuleTree;
  private readonly shape: Shape;
  private readonly shapes: (layer: number) => Shape;
  private readonly forms: Forms;
  /** By bit of a row, the tail digits' values. */
  private readonly shown: Int32Array[] = [];
  private readonly jumps = new Map<number, { lists: Lists; shares: number[]; mayStay: boolean }>();
  /** Shares of rows by place of an outer digit, one list behind the other, and where they are. */
  private readonly pool: number[] = [];
  private readonly pooled = new Map<string, number>();
  private readonly more = new Lists();
  private readonly degree: number[] = [];
  private readonly some: number[] = [];
  private readonly progress: number[] = [];
  private readonly claims: number[] = [];
  private readonly lost: number[] = [];
  private isAscending = true;
  private isVague = false;
  private count = 0;

  constructor(
    product: Product,
    tree: RuleTree,
    shape: Shape,
    shapes: (layer: number) => Shape,
    forms: Forms,
  ) {
    this.product = product;
    this.tree = tree;
    this.shape = shape;
    this.shapes = shapes;
    this.forms = forms;
    forEachCombination(
      shape.tail.map((digit) => shape.values[digit]!),
      (tail) => {
        this.shown[placeOf(shape, shape.tail, tail)] = tail.slice();
      },
    );
  }

  made(): Part {
    const question = rowQuestion(this.tree, this.shape, (leaves) => this.case(leaves));
    const size = this.count;
    const [begin, mask, weight] = this.more.flat(size);
    const pool = Float64Array.from(this.pool);
    const jumps = [...this.jumps].map(([layer, { lists, shares, mayStay }]): Jumps => {
      const [first, form] = lists.flat(size);
      return { layer, begin: first, form, shares: Int32Array.from(shares), pool, mayStay };
    });
    return {
      digits: [],
      multipliers: [],
      inner: null,
      along: null,
      into: [],
      degree: Float64Array.from(this.degree),
      more: this.more.isEmpty ? null : { begin, mask, weight },
      some: Int32Array.from(this.some),
      progress: Int32Array.from(this.progress),
      claims: this.tree.claim.some((claim) => claim >= 0) ? Int32Array.from(this.claims) : null,
      wide: {
        question,
        jumps,
        lost: Int32Array.from(this.lost),
        isAscending: this.isAscending,
        isVague: this.isVague,
      },
    };
  }

  private case(leaves: Int32Array): number {
    const { tree, forms } = this;
    const index = this.count;
    this.count += 1;
    const bits = new Map<number, number[]>();
    for (const [bit, node] of leaves.entries()) {
      if (!bits.has(-1 - node)) bits.set(-1 - node, []);
      bits.get(-1 - node)!.push(bit);
    }
    const lost = bits.get(IMPOSSIBLE) ?? [];
    bits.delete(IMPOSSIBLE);
    const degrees = new Map([...leaves.keys()].map((bit): [number, number] => [bit, 0]));
    const progress = new Set<number>();
    const claims: number[] = [];
    for (const [leaf, some] of bits) {
      const edges = { from: tree.leaves[leaf]!, until: tree.leaves[leaf + 1]! };
      for (const bit of some) degrees.set(bit, edges.until - edges.from);
      for (let edge = edges.from; edge < edges.until; edge += 1) {
        if (tree.claim[edge]! >= 0) claims.push(...some);
        for (const bit of this.jump(index, edge, some)) progress.add(bit);
      }
    }
    this.degree.push(weigh(index, degrees, this.more, (them) => forms.masks.of(them)));
    const able = [...degrees].filter(([, degree]) => degree > 0).map(([bit]) => bit);
    this.some.push(forms.masks.of(able));
    this.progress.push(forms.masks.of(progress));
    this.claims.push(forms.masks.of(claims));
    this.lost.push(forms.masks.of(lost));
    return index;
  }

  /** Where an edge takes these bits of a row; returns those that surely go on without a fault. */
  private jump(index: number, edge: number, bits: readonly number[]): readonly number[] {
    const { product, shape, tree } = this;
    const change = (digit: number): Change =>
      changeOf(tree, edge, digit, product.digits[digit]!.radix);
    const { stride } = product.digits[0]!;
    const into = shape.layer + (change(0)?.[shape.layer] ?? 0) / stride;
    if (!Number.isInteger(into)) throw new Untabled('a step leads out of the closure');
    const target = this.shapes(into);
    const changes = shape.tail.map(change);
    const pairs = bits.map((bit): [number, number] => {
      const after = this.shown[bit]!.map((value, i) => {
        return value + (changes[i]?.[value] ?? 0) / product.digits[shape.tail[i]!]!.stride;
      });
      return [bit, placeOf(target, shape.tail, after)];
    });
    if (pairs.some(([, to]) => to === -1)) throw new Untabled('a step leads out of its layer');
    const form = this.forms.form(shape.tail, into, pairs);
    if (!this.jumps.has(into)) {
      this.jumps.set(into, { lists: new Lists(), shares: [], mayStay: false });
    }
    const { lists, shares } = this.jumps.get(into)!;
    lists.push(index, form, 0);
    const ways = shape.outer.map((digit) => {
      const adds = change(digit);
      shares.push(this.sharesOf(digit, adds, target));
      return this.wayOf(digit, adds);
    });
    const leaves = into !== shape.layer || ways.includes('always');
    if (into === shape.layer && !isForward(ways)) this.isAscending = false;
    if (!leaves && form < 0) this.jumps.get(into)!.mayStay = true;
    if (tree.isFault[edge] === 1) return [];
    if (!leaves && ways.some((way) => way !== 'never')) this.isVague = true;
    return leaves ? bits : pairs.filter(([from, to]) => from !== to).map(([from]) => from);
  }

  /** Shares of rows there by place of a digit here; NaN where the edge is not. */
  private sharesOf(digit: number, adds: Change, target: Shape): number {
    const offset = adds === null ? '' : adds.byteOffset;
    const key = `${digit} ${offset} ${target.layer}`;
    const known = this.pooled.get(key);
    if (known !== undefined) return known;
    const start = this.pool.length;
    this.pooled.set(key, start);
    const { stride } = this.product.digits[digit]!;
    for (const value of this.shape.values[digit]!) {
      const after = value + (adds?.[value] ?? 0) / stride;
      const place = Number.isNaN(after) ? -1 : placeOf(target, [digit], [after]);
      this.pool.push(place === -1 ? Number.NaN : place);
    }
    return start;
  }

  /** Which way a digit goes in its order. */
  private wayOf(digit: number, adds: Change): Way {
    if (adds === null) return 'never';
    const { values, places } = this.shape;
    const { stride } = this.product.digits[digit]!;
    const moves = [...values[digit]!]
      .filter((value) => !Number.isNaN(adds[value]!))
      .map((value) => {
        const after = places[digit]![value + adds[value]! / stride] ?? -1;
        return after - places[digit]![value]!;
      });
    if (moves.some((move) => move < 0)) return 'back';
    if (moves.every((move) => move > 0)) return 'always';
    return moves.every((move) => move === 0) ? 'never' : 'perhaps';
  }
}
