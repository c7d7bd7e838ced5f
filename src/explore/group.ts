import { Ints } from './growable.ts';

/**
 * Some components of the global state taken together. The tuples of values that they take are
 * numbered from 0 in order of discovery.
 */
export class Group {
  readonly components: readonly number[];
  private readonly width: number;
  private readonly tuples = new Ints(256);
  private readonly single: Ints | null;
  private readonly ids = new Map<string, number>();
  count = 0;

  constructor(components: readonly number[]) {
    this.components = components;
    this.width = components.length;
    this.single = this.width === 1 ? new Ints(256) : null;
  }

  /** The number of a tuple, a new one if need be. */
  intern(values: readonly number[]): number {
    if (this.single !== null) return this.internSingle(this.single, values[0] as number, values);
    const key = values.join();
    const known = this.ids.get(key);
    if (known !== undefined) return known;
    this.ids.set(key, this.count);
    return this.push(values);
  }

  /** The number of a tuple; -1 for one that never occurred. */
  find(values: readonly number[]): number {
    if (this.single === null) return this.ids.get(values.join()) ?? -1;
    const at = (values[0] as number) + 1;
    return at < this.single.length ? (this.single.data[at] as number) : -1;
  }

  private internSingle(single: Ints, value: number, values: readonly number[]): number {
    // Down and unset values are -1 in a vector.
    while (single.length <= value + 1) single.push(-1);
    const known = single.data[value + 1] as number;
    if (known !== -1) return known;
    single.data[value + 1] = this.count;
    return this.push(values);
  }

  private push(values: readonly number[]): number {
    for (const value of values) this.tuples.push(value);
    this.count += 1;
    return this.count - 1;
  }

  /** Gives tuple i the number `places[i]`, a permutation. */
  renumber(places: readonly number[]): void {
    const tuples = Array.from({ length: this.count }, (_, tuple) => this.replaced(tuple, []));
    const order: number[][] = [];
    for (const [tuple, place] of places.entries()) order[place] = tuples[tuple] as number[];
    this.tuples.length = 0;
    this.ids.clear();
    if (this.single !== null) this.single.length = 0;
    this.count = 0;
    for (const values of order) this.intern(values);
  }

  /** The value of the component at `position` in a tuple. */
  value(tuple: number, position: number): number {
    return this.tuples.data[tuple * this.width + position] as number;
  }

  /** A tuple's values, with some of them replaced. */
  replaced(tuple: number, changes: readonly (readonly [position: number, value: number])[]) {
    const values: number[] = [];
    for (let i = 0; i < this.width; i += 1) values.push(this.value(tuple, i));
    for (const [position, value] of changes) values[position] = value;
    return values;
  }

  /** The number of a tuple with some values replaced. */
  rewrite(tuple: number, changes: readonly (readonly [position: number, value: number])[]): number {
    return this.intern(this.replaced(tuple, changes));
  }

  /** Writes a tuple into a state vector. */
  put(tuple: number, into: Int32Array): void {
    for (const [position, component] of this.components.entries()) {
      into[component] = this.value(tuple, position);
    }
  }
}
