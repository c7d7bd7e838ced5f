import type { Product } from './product.ts';

/** What is left of the budgets in each layer of a product. */
export class BudgetsLeft {
  private readonly vectors: readonly (readonly number[])[];

  constructor(product: Product) {
    const { radix, members } = product.digit(0);
    this.vectors = Array.from({ length: radix }, (_, layer) =>
      members.components.map((__, position) => members.value(layer, position)),
    );
  }

  /** What a step between two layers takes from each budget; below 0 what it gives. */
  spent(from: number, to: number): readonly number[] {
    return this.vectors[from]!.map((left, position) => left - this.vectors[to]![position]!);
  }

  /** Whether enough is left in a layer for what is to be taken. */
  affords(layer: number, spent: readonly number[]): boolean {
    return this.vectors[layer]!.every((left, position) => left >= spent[position]!);
  }

  /** Whether the other layer may come after: nothing is more there. */
  mayFollow(layer: number, other: number): boolean {
    return this.affords(layer, this.vectors[other]!);
  }
}
