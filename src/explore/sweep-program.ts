import { Untabled } from './numbering.ts';
import type { JointTable, Product } from './product.ts';
import type { Image } from './sweep-bits.ts';
import { forEachCombination } from './sweep-edges.ts';
import { PartMaker, type Part } from './sweep-part.ts';
import { Forms, reachable, type Form, type Pairs } from './sweep-relation.ts';
import { placeOf, type Shape } from './sweep-shape.ts';
import { refuseTwins, WidePartMaker } from './sweep-wide.ts';

/** Something by the place of an outer digit. */
export interface ByPlace<A> {
  readonly digit: number;
  readonly of: A;
}

/** A joint step from the rows of one layer. */
export interface JointPart {
  readonly into: number;
  readonly isFault: boolean;
  /** The row there: the sum over all outer digits. */
  readonly to: readonly ByPlace<Int32Array>[];
  /** Outer digits that make every state of a row able; and what happens to the row then. */
  readonly able: readonly ByPlace<Uint8Array>[];
  readonly whole: Form;
  /** The states that are able by themselves, as a mask, and what happens to them. */
  readonly ableTail: number;
  readonly part: Form;
  /** Outer digits that change, and the mask of states of which something in the row changes. */
  readonly changes: readonly ByPlace<Uint8Array>[];
  readonly changesTail: number;
}

/** All steps from the rows of one layer. */
export interface Program {
  readonly shape: Shape;
  readonly forms: Forms;
  /** Each state of a row with all that steps within the row alone lead to; null: none do. */
  readonly closure: Image | null;
  readonly parts: readonly Part[];
  readonly joints: readonly JointPart[];
  /** Whether every step within the layer leads to the same row or to a later one. */
  readonly isAscending: boolean;
}

class ProgramMaker {
  private readonly product: Product;
  private readonly shape: Shape;
  private readonly shapes: (layer: number) => Shape;
  private readonly forms: Forms;

  constructor(product: Product, shape: Shape, shapes: (layer: number) => Shape) {
    this.product = product;
    this.shape = shape;
    this.shapes = shapes;
    this.forms = new Forms(shape, shapes);
  }

  made(): Program {
    const { product, shape, shapes, forms } = this;
    const pairs: (readonly [number, number])[] = [];
    const tabled = product.tables.map((table): Part => {
      const part = new PartMaker(product, table, shape, shapes, forms).made();
      for (const { layer } of part.into) this.carriesAll(part.digits, layer);
      if (part.digits.length > 0 || part.inner === null) return part;
      for (const pair of this.pairsOf(part.inner.form)) pairs.push(pair);
      return { ...part, inner: null };
    });
    const wide = product.trees.flatMap((unit) => {
      refuseTwins(product, unit);
      return unit.rules.map((tree) =>
        new WidePartMaker(product, tree, shape, shapes, forms).made(),
      );
    });
    const parts = [...tabled, ...wide];
    const joints = product.joints
      .filter((joint) => this.isEnabled(joint))
      .map((joint) => this.joint(joint));
    const closed = pairs.length === 0 ? null : reachable(pairs, shape.width);
    const isAscending =
      parts.every(({ along, wide: jumps }) => {
        return (along?.to.every((to) => to > 0) ?? true) && (jumps?.isAscending ?? true);
      }) && joints.every(({ into }) => into !== shape.layer);
    return {
      shape,
      forms,
      closure: closed === null ? null : forms.image(closed, shape.words),
      parts,
      joints,
      isAscending,
    };
  }

  /** All values of other digits are in the next layer, too. */
  private carriesAll(digits: readonly number[], into: number): void {
    const target = this.shapes(into);
    for (const digit of this.shape.outer) {
      if (digits.includes(digit)) continue;
      for (const value of this.shape.values[digit]!) placeIn(target, [digit], [value]);
    }
  }

  private isEnabled({ layer, digits, able }: JointTable): boolean {
    if (Number.isNaN(layer[this.shape.layer]!)) return false;
    return digits.some((digit, i) =>
      this.shape.values[digit]!.some((value) => able[i]![value] === 1),
    );
  }

  /** Pairs of bits of images. */
  private pairsOf(forms: Int32Array): Pairs {
    return [...forms].flatMap((form) => {
      if (form >= 0) throw new Error('internal: a step within a row changes nothing');
      return [...this.forms.pairs(form)];
    });
  }

  private joint(joint: JointTable): JointPart {
    const { shape, forms } = this;
    const { layers, targetOf } = this.movesOf(joint);
    const there = this.shapes(layers);
    const flags = (digit: number, test: (value: number) => boolean): ByPlace<Uint8Array> => {
      return { digit, of: Uint8Array.from(shape.values[digit]!, (v) => (test(v) ? 1 : 0)) };
    };
    const at = (digit: number): number => joint.digits.indexOf(digit);
    const isAble = (digit: number, value: number): boolean =>
      at(digit) !== -1 && joint.able[at(digit)]![value] === 1;
    const to = shape.outer.map((digit): ByPlace<Int32Array> => {
      const of = Int32Array.from(shape.values[digit]!, (value) =>
        placeIn(there, [digit], [targetOf(digit, value)]),
      );
      return { digit, of };
    });
    const outer = shape.outer.filter((digit) => at(digit) !== -1);
    const all: [number, number][] = [];
    const able: [number, number][] = [];
    const changing: number[] = [];
    forEachCombination(
      shape.tail.map((digit) => shape.values[digit]!),
      (shown) => {
        const targets = shape.tail.map((digit, i) => targetOf(digit, shown[i]!));
        const bit = placeOf(shape, shape.tail, shown);
        const pair: [number, number] = [bit, placeIn(there, shape.tail, targets)];
        all.push(pair);
        if (shape.tail.some((digit, i) => isAble(digit, shown[i]!))) able.push(pair);
        if (targets.some((target, i) => target !== shown[i])) changing.push(bit);
      },
    );
    return {
      into: layers,
      isFault: joint.isFault,
      to,
      able: outer.map((digit) => flags(digit, (value) => isAble(digit, value))),
      whole: forms.form(shape.tail, layers, all),
      ableTail: forms.masks.of(able.map(([bit]) => bit)),
      part: forms.form(shape.tail, layers, able),
      changes: outer.map((digit) => flags(digit, (value) => targetOf(digit, value) !== value)),
      changesTail: forms.masks.of(changing),
    };
  }

  private movesOf(joint: JointTable) {
    const { digits } = this.product;
    const layers = this.shape.layer + joint.layer[this.shape.layer]! / digits[0]!.stride;
    const targetOf = (digit: number, value: number): number => {
      const at = joint.digits.indexOf(digit);
      return at === -1 ? value : value + joint.delta[at]![value]! / digits[digit]!.stride;
    };
    return { layers, targetOf };
  }
}

function placeIn(shape: Shape, digits: readonly number[], shown: readonly number[]): number {
  const place = placeOf(shape, digits, shown);
  if (place === -1) throw new Untabled('a step leads out of its layer');
  return place;
}

/** The steps from one layer; `shapes` are those of all layers. */
export function programOf(
  product: Product,
  shape: Shape,
  shapes: (layer: number) => Shape,
): Program {
  return new ProgramMaker(product, shape, shapes).made();
}
