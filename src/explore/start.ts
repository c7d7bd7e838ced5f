import type { IntegerSystem } from '../model/integer-system.ts';
import type { Bounds } from './exploration.ts';
import type { Product } from './product.ts';
import { DenseBitmap, NumberTable, type Visited } from './visited.ts';

/** Numbers of a domain beyond which there is no bit for each. */
const DENSE_MAX = 2 ** 31;

/** The most successors that a state can have. */
export function mostSuccessors({ tables, joints, trees }: Product): number {
  let most = trees.reduce((sum, tree) => sum + tree.most, joints.length);
  for (const { rows, begin } of tables) {
    let widest = 0;
    for (let row = 0; row < rows; row += 1) {
      widest = Math.max(widest, begin[row + 1]! - begin[row]!);
    }
    most += widest;
  }
  return most;
}

/** `isShared`: for several threads, if that is possible. */
export function visitedFor(product: Product, { memoryBytes }: Bounds, isShared = false): Visited {
  const bytes = product.domain / 8;
  if (product.domain <= DENSE_MAX && bytes <= memoryBytes / 2) {
    return new DenseBitmap(product, isShared);
  }
  return new NumberTable(mostSuccessors(product));
}

/** The numbers of all initial states. */
export function* initialStates(product: Product, system: IntegerSystem): Generator<number> {
  const { initialValues } = system;
  if (initialValues === null) {
    for (const vector of system.initial) yield product.number(vector);
    return;
  }
  const choices = product.digits.map(({ members, stride }) => {
    let tuples: number[][] = [[]];
    for (const component of members.components) {
      const values = initialValues[component] ?? [0];
      tuples = tuples.flatMap((tuple) => values.map((value) => [...tuple, value]));
    }
    return tuples.map((tuple) => members.find(tuple) * stride);
  });
  const last = choices.pop() ?? [];
  const pick = choices.map(() => 0);
  for (;;) {
    const sum = choices.reduce((total, values, i) => total + values[pick[i]!]!, 0);
    for (const value of last) yield sum + value;
    let position = pick.length - 1;
    while (position >= 0 && pick[position] === choices[position]!.length - 1) {
      pick[position] = 0;
      position -= 1;
    }
    if (position < 0) return;
    pick[position]! += 1;
  }
}
