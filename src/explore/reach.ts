import { Ints } from './growable.ts';

/** Which values of which groups are reached in which layers. */
export class Reach {
  /** Values by layer and group, in order of discovery. */
  private readonly values: Ints[][] = [];
  private readonly known: Uint8Array[][] = [];
  /** Layers into which all values of a group are carried, by layer and group. */
  private readonly carries: Set<number>[][] = [];
  private readonly onNew: (layer: number, group: number) => void;

  /** `onNew` is told of every value that is new somewhere. */
  constructor(onNew: (layer: number, group: number) => void) {
    this.onNew = onNew;
  }

  isOpen(layer: number): boolean {
    return this.values[layer] !== undefined;
  }

  openLayer(layer: number, groups: number): void {
    if (this.isOpen(layer)) return;
    this.values[layer] = [];
    this.known[layer] = [];
    this.carries[layer] = [];
    for (let group = 0; group < groups; group += 1) this.openGroup(layer);
  }

  openGroup(layer: number): void {
    this.values[layer]!.push(new Ints(64));
    this.known[layer]!.push(new Uint8Array(64));
    this.carries[layer]!.push(new Set());
  }

  of(layer: number, group: number): Int32Array {
    const values = this.values[layer]![group] as Ints;
    return values.data.subarray(0, values.length);
  }

  /** By group, how many values are reached. */
  sizes(layer: number): Int32Array {
    return Int32Array.from(this.values[layer] as Ints[], ({ length }) => length);
  }

  add(layer: number, group: number, value: number): void {
    let flags = this.known[layer]![group] as Uint8Array;
    if (flags[value] === 1) return;
    if (value >= flags.length) {
      const larger = new Uint8Array(Math.max(2 * flags.length, value + 1));
      larger.set(flags);
      this.known[layer]![group] = larger;
      flags = larger;
    }
    flags[value] = 1;
    this.values[layer]![group]!.push(value);
    this.onNew(layer, group);
    for (const into of this.carries[layer]![group] as Set<number>) this.add(into, group, value);
  }

  /** Gives value i of a group the number `places[i]`, a permutation. */
  renumber(group: number, places: readonly number[]): void {
    for (const [layer, groups] of this.values.entries()) {
      const values = groups[group] as Ints;
      const flags = new Uint8Array(Math.max(64, places.length));
      for (let i = 0; i < values.length; i += 1) {
        const place = places[values.data[i] as number] as number;
        values.data[i] = place;
        flags[place] = 1;
      }
      this.known[layer]![group] = flags;
    }
  }

  /** All values of a group, present and future, are reached in another layer, too. */
  carry(layer: number, into: number, group: number): void {
    const carries = this.carries[layer]![group] as Set<number>;
    if (carries.has(into)) return;
    carries.add(into);
    for (const value of this.of(layer, group).slice()) this.add(into, group, value);
  }
}
