import { BudgetsLeft } from './budgets-left.ts';
import { digitOrders } from './digit-order.ts';
import { Kept, type Target } from './kept.ts';
import { treeReach, type TreeReach } from './live-values.ts';
import type { Product } from './product.ts';
import { isCounting, rowsOf, stepsOf, type Row, type RowStep } from './row-steps.ts';
import type { Orbit } from './symmetry.ts';

/** Where the steps of some tables may be taken first, and those of all others left for later. */
export interface Ample {
  readonly digits: readonly number[];
  /** Row = sum of the digits times these. */
  readonly multipliers: readonly number[];
  /** By row, 1 where the steps of the tables are enough. */
  readonly isEnough: Uint8Array;
  /** Of the product's tables, by index. */
  readonly tables: readonly number[];
}

/** Rows of an ample set beyond which it is not looked for. */
const ROWS_MAX = 1 << 15;

/** Digits that the steps of an ample set may change, and such as they may look at besides. */
interface Candidate {
  readonly moving: readonly number[];
  readonly frozen: readonly number[];
}

/** Rows of a table, by the values of some of its digits. */
type Buckets = ReadonlyMap<number, readonly Row[]>;

const meets = (one: Iterable<number>, other: readonly number[]): boolean => {
  for (const digit of one) if (other.includes(digit)) return true;
  return false;
};

/**
 * Finds ample sets, by tables that say of the values of a few digits whether the steps that touch
 * them may go first: docs/adr/0010 has the conditions and why they are enough.
 */
class AmpleMaker {
  private readonly product: Product;
  private readonly budgets: BudgetsLeft;
  private readonly rows: readonly (readonly Row[])[];
  private readonly trees: readonly TreeReach[];
  private readonly places: readonly Int32Array[];
  private readonly kept: readonly Kept[];
  /** Whether all steps look at the budgets only for what they take from them. */
  private readonly isCounting: boolean;
  private readonly rowsMax: number;

  constructor(
    product: Product,
    targets: readonly Target[],
    orbits: readonly Orbit[],
    rowsMax: number,
  ) {
    this.product = product;
    this.rowsMax = rowsMax;
    this.budgets = new BudgetsLeft(product);
    this.rows = product.tables.map((table) => rowsOf(product, table, this.budgets));
    this.trees = product.trees.map((tree) => treeReach(tree, (d) => product.digit(d).radix));
    this.kept = targets.map((target) => new Kept(target));
    const places = [...digitOrders(product)];
    for (const orbit of orbits) for (const digit of orbit) places[digit] = places[orbit[0]!]!;
    this.places = places;
    this.isCounting =
      !this.trees.some(({ digits }) => digits.has(0)) &&
      product.tables.every(({ digits }, table) =>
        [...this.buckets(table, digits).values()].every((rows) => isCounting(rows, this.budgets)),
      );
  }

  made(): readonly Ample[] {
    const made = this.candidates().map((candidate) => this.ampleOf(candidate));
    return made.filter((ample) => ample?.isEnough.includes(1) === true) as Ample[];
  }

  /** Digits besides the layer that tables with one of these look at or change. */
  private neighbours(digits: readonly number[]): readonly number[] {
    const near = this.product.tables.filter((table) => meets(table.digits, digits));
    const found = new Set([...digits, ...near.flatMap((table) => table.digits)]);
    return [...found].filter((digit) => digit > 0).toSorted((a, b) => a - b);
  }

  /** One digit each first, then those of a table, then all that are near a digit. */
  private candidates(): readonly Candidate[] {
    const { digits, tables } = this.product;
    const single = [...digits.keys()].slice(1).map((digit) => [digit]);
    const together = tables.map((table) => table.digits.filter((digit) => digit > 0));
    const near = single.map((one) => this.neighbours(one));
    const all = new Map<string, readonly number[]>();
    for (const moving of [...single, ...together, ...near]) {
      if (moving.length > 0 && !all.has(moving.join())) all.set(moving.join(), moving);
    }
    return [...all.values()].map((moving) => {
      const frozen = this.neighbours(moving).filter((digit) => !moving.includes(digit));
      return this.rowsWith([...moving, ...frozen]) > this.rowsMax
        ? { moving, frozen: [] }
        : { moving, frozen };
    });
  }

  private rowsWith(digits: readonly number[]): number {
    return [0, ...digits].reduce((rows, digit) => rows * this.product.digit(digit).radix, 1);
  }

  /** The rows of a table by the sum of what these digits put into their numbers. */
  private buckets(table: number, digits: readonly number[]): Buckets {
    const own = this.product.tables[table]!;
    const buckets = new Map<number, Row[]>();
    for (const row of this.rows[table]!) {
      let key = 0;
      for (const [i, digit] of own.digits.entries()) {
        if (digit > 0 && digits.includes(digit)) key += row.values[i]! * own.multipliers[i]!;
      }
      const known = buckets.get(key);
      if (known === undefined) buckets.set(key, [row]);
      else known.push(row);
    }
    return buckets;
  }

  /**
   * A question about the rows of a table that fit the values of some digits, in a layer and in all
   * that may follow.
   */
  private asking<A>(
    table: number,
    fixed: readonly number[],
    answer: (rows: readonly Row[]) => A,
  ): (layer: number, values: Int32Array) => A {
    const { digits, multipliers } = this.product.tables[table]!;
    const buckets = this.buckets(table, fixed);
    const layers = this.product.digit(0).radix;
    const isLayered = digits[0] === 0;
    const terms = digits.flatMap((digit, i) =>
      digit > 0 && fixed.includes(digit) ? [[digit, multipliers[i]!] as const] : [],
    );
    const known = new Map<number, A>();
    return (layer, values) => {
      const key = terms.reduce((sum, [digit, times]) => sum + values[digit]! * times, 0);
      const place = key * layers + (isLayered ? layer : 0);
      if (!known.has(place)) {
        const rows = buckets.get(key) ?? [];
        const later = rows.filter((row) => this.budgets.mayFollow(layer, row.layer));
        known.set(place, answer(isLayered ? later : rows));
      }
      return known.get(place) as A;
    };
  }

  private ampleOf({ moving, frozen }: Candidate): Ample | null {
    const { product } = this;
    const fixed = [...moving, ...frozen];
    const count = this.rowsWith(fixed);
    if (count > this.rowsMax) return null;
    const tables = [...product.tables.keys()];
    const own = tables.filter((table) => meets(product.tables[table]!.digits, moving));
    const others = tables.filter((table) => meets(product.tables[table]!.digits, frozen));
    const asks = own.map((table) =>
      this.asking(table, fixed, (rows) => this.independent(rows, moving)),
    );
    const stays = others
      .filter((table) => !own.includes(table))
      .map((table) =>
        this.asking(
          table,
          fixed,
          (rows) => !stepsOf(rows).some(({ changes }) => meets(changes.keys(), frozen)),
        ),
      );
    const isFirst = (layer: number, values: Int32Array): boolean => {
      const steps: RowStep[] = [];
      for (const ask of asks) {
        const found = ask(layer, values);
        if (found === null) return false;
        steps.push(...found);
      }
      const costs = steps.some(({ spent }) => spent.some((taken) => taken > 0));
      return (
        (this.isCounting || !costs) &&
        stays.every((isStill) => isStill(layer, values)) &&
        this.areJointsIdle({ moving, frozen }, layer, values) &&
        this.areTreesIdle({ moving, frozen }, values) &&
        steps.some((step) => this.isKey(step, moving, values))
      );
    };
    const digits = [0, ...fixed];
    const multipliers: number[] = [];
    let times = 1;
    for (const digit of digits.toReversed()) {
      multipliers.unshift(times);
      times *= product.digit(digit).radix;
    }
    const values = new Int32Array(product.digits.length);
    const isEnough = Uint8Array.from({ length: count }, (_, row) => {
      for (const [i, digit] of digits.entries()) {
        values[digit] = Math.floor(row / multipliers[i]!) % product.digit(digit).radix;
      }
      return isFirst(values[0]!, values) ? 1 : 0;
    });
    return { digits, multipliers, isEnough, tables: own };
  }

  /** The steps of rows if they are the same in all, and change these digits only; else null. */
  private independent(rows: readonly Row[], moving: readonly number[]): readonly RowStep[] | null {
    const steps = stepsOf(rows);
    const isInside = steps.every(({ changes }) =>
      [...changes.keys()].every((digit) => moving.includes(digit)),
    );
    return isInside && isCounting(rows, this.budgets) ? steps : null;
  }

  private areJointsIdle({ moving, frozen }: Candidate, layer: number, values: Int32Array): boolean {
    return this.product.joints.every((joint) => {
      const may = joint.layer.some(
        (cost, other) => !Number.isNaN(cost) && this.budgets.mayFollow(layer, other),
      );
      if (!may) return true;
      if (meets(joint.digits, moving)) return false;
      return joint.digits.every(
        (digit, i) => !frozen.includes(digit) || joint.delta[i]![values[digit]!] === 0,
      );
    });
  }

  private areTreesIdle({ moving, frozen }: Candidate, values: Int32Array): boolean {
    return this.trees.every(({ digits, changed, live }) => {
      if (!meets(digits, moving) && !meets(changed, frozen)) return true;
      return [...moving, ...frozen].some((digit) => live.get(digit)?.[values[digit]!] === 0);
    });
  }

  /**
   * Whether it is always there, without a fault, goes forward, and leads out of nothing that is
   * looked for.
   */
  private isKey(step: RowStep, moving: readonly number[], values: Int32Array): boolean {
    const { isFault, spent, changes } = step;
    if (isFault || changes.size === 0 || spent.some((taken) => taken > 0)) return false;
    for (const [digit, to] of changes) {
      const places = this.places[digit]!;
      if (places[to]! <= places[values[digit]!]!) return false;
    }
    const from = new Map(moving.map((digit) => [digit, values[digit]!]));
    const to = new Map([...from, ...changes]);
    return this.kept.every((kept) => kept.holds(from, to));
  }
}

/**
 * Ample sets of a product, the first that is enough to be taken in each state. `targets`: what is
 * looked for besides dead ends and broken claims. `orbits`: digits that may change places.
 * `rowsMax`: rows beyond which an ample set is not looked for.
 */
export function ampleSets(
  product: Product,
  targets: readonly Target[],
  orbits: readonly Orbit[],
  rowsMax = ROWS_MAX,
): readonly Ample[] {
  return new AmpleMaker(product, targets, orbits, rowsMax).made();
}
