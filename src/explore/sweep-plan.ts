import { PredicateTree } from './predicate-tree.ts';
import { Untabled } from './numbering.ts';
import type { Product } from './product.ts';
import { forEachCombination, inOrder, layerValues, type LayerValues } from './sweep-edges.ts';
import { rowPredicate, type RowQuestion } from './sweep-question.ts';
import { programOf, type Program } from './sweep-program.ts';
import { Rows } from './sweep-rows.ts';
import { placeOf, shapeOf, type Shape } from './sweep-shape.ts';
import { chooseTail } from './sweep-tail.ts';

/** Layers beyond which there is no sweep. */
const LAYERS_MAX = 1024;

/** All that is known of one layer before it is swept. */
export interface LayerPlan {
  readonly shape: Shape;
  readonly program: Program;
  /** By predicate of the system. */
  readonly predicates: readonly RowQuestion[];
  readonly masks: Int32Array;
}

/** Layers as they follow each other, and what happens in each. */
export class SweepPlan {
  readonly product: Product;
  /** From most left of the budgets to least: steps lead to later layers only. */
  readonly layers: readonly LayerPlan[];
  /** By predicate, its one value where it has only one. */
  readonly constants: readonly (boolean | null)[];
  private readonly shapes = new Map<number, Shape>();

  /** @throws Untabled where rows are not what the product is made for; Unclosed */
  constructor(product: Product, tail: readonly number[] | null) {
    this.product = product;
    const found = this.layerValues();
    const chosen = tail ?? chooseTail(product, found);
    if (chosen === null) throw new Untabled('no group makes a row');
    const radices = product.digits.map(({ radix }) => radix);
    for (const values of found) {
      const shape = shapeOf(radices, inOrder(product, values), chosen);
      this.shapes.set(shape.layer, shape);
    }
    const { system } = product.closure.questions;
    const trees = Array.from({ length: system.predicates }, (_, predicate) => {
      return new PredicateTree(product, predicate);
    });
    this.constants = trees.map(({ constant }) => constant);
    this.layers = [...this.shapes.values()].map((shape) => this.layer(shape, trees));
  }

  private layerValues(): readonly LayerValues[] {
    const { closure, digits } = this.product;
    const { layers } = closure;
    const { radix } = digits[0]!;
    if (radix > LAYERS_MAX) throw new Untabled('too many layers');
    const left = (layer: number): number =>
      layers.components.reduce((sum, _, position) => sum + layers.value(layer, position), 0);
    return Array.from({ length: radix }, (_, layer) => layer)
      .toSorted((a, b) => left(b) - left(a))
      .map((layer) => layerValues(closure, layer))
      .filter((values) => values !== null);
  }

  private layer(shape: Shape, trees: readonly PredicateTree[]): LayerPlan {
    const shapes = (layer: number): Shape => {
      const found = this.shapes.get(layer);
      if (found === undefined) throw new Untabled('a step leads into an empty layer');
      return found;
    };
    const program = programOf(this.product, shape, shapes);
    const { masks } = program.forms;
    const predicates = trees.map((tree) => rowPredicate(tree, shape, masks));
    return { shape, program, predicates, masks: masks.packed() };
  }

  /** Memory for all states. */
  get bytes(): number {
    return this.layers.reduce((sum, { shape }) => sum + Rows.bytesOf(shape), 0);
  }

  /** Layers to which steps lead from a layer, itself aside. */
  static next({ parts, joints }: Program): readonly number[] {
    const into = parts.flatMap((part) =>
      [...part.into, ...(part.wide?.jumps ?? [])].map(({ layer }) => layer),
    );
    return [...new Set([...into, ...joints.map((joint) => joint.into)])];
  }

  /** All initial states, as bits of rows. */
  forEachInitial(visit: (layer: number, row: number, bits: Int32Array) => void): void {
    const { product } = this;
    const { system } = product.closure.questions;
    const digits = new Int32Array(product.digits.length);
    if (system.initialValues === null) {
      for (const vector of system.initial) {
        const number = product.number(vector);
        if (number === -1) throw new Error('internal: an initial state is not in the closure');
        product.digitsOf(number, digits);
        this.initial(
          [...digits].map((value) => Int32Array.of(value)),
          visit,
        );
      }
      return;
    }
    const values = system.initialValues;
    const choices = product.digits.map(({ members }) => {
      const found: number[] = [];
      const given = members.components.map((one) => Int32Array.from(values[one] ?? [0]));
      forEachCombination(given, (tuple) => found.push(members.find([...tuple])));
      return Int32Array.from(found);
    });
    this.initial(choices, visit);
  }

  private initial(
    choices: readonly Int32Array[],
    visit: (layer: number, row: number, bits: Int32Array) => void,
  ): void {
    for (const layer of choices[0]!) {
      const shape = this.shapes.get(layer)!;
      const bits = new Int32Array(shape.words);
      const of = (digits: readonly number[]): Int32Array[] =>
        digits.map((digit) => choices[digit]!);
      forEachCombination(of(shape.tail), (shown) => {
        const bit = placeOf(shape, shape.tail, shown);
        bits[bit >>> 5]! |= 1 << (bit & 31);
      });
      forEachCombination(of(shape.outer), (shown) => {
        visit(layer, placeOf(shape, shape.outer, shown), bits);
      });
    }
  }
}
