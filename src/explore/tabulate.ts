import { Closure, Unclosed, type ClosureLimits } from './closure.ts';
import { coupled, withCompanions } from './partition.ts';
import { Product } from './product.ts';
import { Questions } from './questions.ts';
import { Refined } from './refined.ts';
import { aligned, isOrbit, type Orbit } from './symmetry.ts';

/** How many values each component took in some search, and whether these are all. */
export interface Seen {
  readonly values: readonly number[];
  readonly isAll: boolean;
}

/**
 * How much more than was asked and seen before may be asked and found for a closure: each component
 * by itself can have more values than in reachable states, even infinitely many.
 */
function limits(
  { asked }: Questions,
  { values, isAll }: Seen,
  isOver: () => boolean,
): ClosureLimits {
  const more = (count: number): number => (isAll ? 16 + 4 * count : 1_024 + 256 * count);
  const spread = values.map((count) => Math.min(20_000, more(count)));
  return { values: 200_000, questions: 10_000 + 100 * asked, spread, isOver };
}

/** Numbers of the domain beyond which sets are taken apart. */
export const REFINE_FROM = 2 ** 24;

function closed(
  questions: Questions,
  partition: readonly (readonly number[])[],
  most: ClosureLimits,
): Closure {
  const closure = new Closure(questions, partition, most);
  closure.run();
  return closure;
}

function grouped(questions: Questions, most: ClosureLimits): Closure {
  const { system } = questions;
  const components = Array.from({ length: system.width }, (_, component) => component);
  const alone = components.filter((component) => !system.budgets.includes(component));
  const closure = closed(
    questions,
    alone.map((component) => [component]),
    most,
  );
  const together = coupled(closure);
  return together === null ? closure : closed(questions, together, most);
}

/** How many numbers the product of a closure needs. */
function domainOf({ layers, groups }: Closure): number {
  return groups.reduce((size, group) => size * group.count, layers.count);
}

/** The values that a component takes in a closure. */
function valuesOf(closure: Closure, component: number): readonly number[] {
  const { group, position } = closure.home(component);
  const { count } = closure.groups[group]!;
  const values = new Set<number>();
  for (let tuple = 0; tuple < count; tuple += 1) {
    values.add(closure.groups[group]!.value(tuple, position));
  }
  return [...values];
}

/** The closure with the sets in its components taken apart; null where there is nothing to gain. */
function refined(closure: Closure, most: ClosureLimits): Closure | null {
  const system = Refined.of(closure.questions, (component) => valuesOf(closure, component));
  if (system === null) return null;
  const questions = new Questions(system, (vector) => system.restore(vector));
  const partition = closure.groups.map(({ components }) => components);
  const apart = closed(questions, [...partition, ...system.bits.map((bit) => [bit])], most);
  const together = withCompanions(apart, system.bits);
  const candidates = together === null ? [apart] : [apart, closed(questions, together, most)];
  const [best] = [closure, ...candidates].toSorted((a, b) => domainOf(a) - domainOf(b));
  return best === closure ? null : (best as Closure);
}

/** A product, and digits of it that may change places. */
export interface Folded {
  readonly product: Product;
  readonly orbits: readonly Orbit[];
}

/**
 * The product with the replicas that may change places; sets are not taken apart.
 * @throws Unclosed, Untabled where there is no small one
 */
export function tabulateFolded(questions: Questions, seen: Seen, isOver: () => boolean): Folded {
  const closure = grouped(questions, limits(questions, seen, isOver));
  const candidates = aligned(closure).map((groups) => groups.map((group) => group + 1));
  const product = new Product(closure);
  const hasClaims = product.tables.some((table) => table.hasClaims);
  const orbits = hasClaims ? [] : candidates.filter((digits) => isOrbit(product, digits));
  return { product, orbits };
}

/**
 * A system as a product of closed groups. `seen`: what some search has found, nothing where nothing
 * is known. `isOver` is asked again and again, and gives up. From a domain of `refineFrom` on, sets
 * are taken apart.
 * @throws Unclosed, Untabled where there is no small one
 */
export function tabulate(
  questions: Questions,
  seen: Seen,
  isOver: () => boolean,
  refineFrom = REFINE_FROM,
): Product {
  const most = limits(questions, seen, isOver);
  const closure = grouped(questions, most);
  if (domainOf(closure) < refineFrom) return new Product(closure);
  try {
    const finer = refined(closure, most);
    if (finer !== null) return new Product(finer);
  } catch (thrown) {
    if (!(thrown instanceof Unclosed)) throw thrown;
  }
  return new Product(closure);
}
