/** Layers to look at again, those with most left of the budgets first: steps lead to less. */
export class Agenda {
  private readonly layers: Set<number>[] = [];

  /** `left`: what is left of the budgets, in all. */
  add(layer: number, left: number): void {
    (this.layers[left] ??= new Set()).add(layer);
  }

  next(): number | null {
    for (let left = this.layers.length - 1; left >= 0; left -= 1) {
      const [layer] = this.layers[left] ?? [];
      if (layer === undefined) continue;
      this.layers[left]!.delete(layer);
      return layer;
    }
    return null;
  }
}
