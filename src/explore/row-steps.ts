import type { BudgetsLeft } from './budgets-left.ts';
import type { Product } from './product.ts';
import type { StepTable } from './step-table.ts';

/** A step that one row of a table has. */
export interface RowStep {
  /** Steps of rows with one name are one step: the same action, changes, claim and cost. */
  readonly name: string;
  /** The digits that it changes, the layer aside, with their new values. */
  readonly changes: ReadonlyMap<number, number>;
  /** What it takes from each budget. */
  readonly spent: readonly number[];
  readonly isFault: boolean;
}

/** A row that some state may show. */
export interface Row {
  readonly layer: number;
  /** By digit of the table. */
  readonly values: readonly number[];
  /** What changes the state or breaks a claim. Anything else is no way to anywhere. */
  readonly steps: readonly RowStep[];
}

/** The rows of a table that some state may show; in layer 0 where it does not look at layers. */
export function rowsOf(product: Product, table: StepTable, budgets: BudgetsLeft): readonly Row[] {
  const { digits, multipliers, begin, progress, delta, action, claim, degree } = table;
  const rows: Row[] = [];
  for (let row = 0; row < table.rows; row += 1) {
    if (degree[row] === Infinity) continue;
    const values = digits.map((digit, i) => {
      return Math.floor(row / multipliers[i]!) % product.digit(digit).radix;
    });
    const base = digits.reduce(
      (sum, digit, i) => sum + values[i]! * product.digit(digit).stride,
      0,
    );
    const layer = digits[0] === 0 ? values[0]! : 0;
    const steps: RowStep[] = [];
    for (let edge = begin[row]!; edge < begin[row + 1]!; edge += 1) {
      if (delta[edge] === 0 && claim[edge]! < 0) continue;
      const target = base + delta[edge]!;
      const changes = new Map<number, number>();
      let spent = budgets.spent(layer, layer);
      for (const [i, digit] of digits.entries()) {
        const { stride, radix } = product.digit(digit);
        const to = Math.floor(target / stride) % radix;
        if (to === values[i]) continue;
        if (digit === 0) spent = budgets.spent(layer, to);
        else changes.set(digit, to);
      }
      const isFault = edge >= progress[row]!;
      const name = JSON.stringify([action[edge], claim[edge], [...changes], spent, isFault]);
      steps.push({ name, changes, spent, isFault });
    }
    rows.push({ layer, values, steps });
  }
  return rows;
}

/** All steps of some rows, each once. */
export function stepsOf(rows: readonly Row[]): readonly RowStep[] {
  const steps = rows.flatMap((row) => row.steps.map((step) => [step.name, step] as const));
  return [...new Map(steps).values()];
}

/** Whether each of these rows has all the steps that enough is left for, and no others. */
export function isCounting(rows: readonly Row[], budgets: BudgetsLeft): boolean {
  const all = stepsOf(rows);
  if (all.some(({ spent }) => spent.some((taken) => taken < 0))) return false;
  return rows.every(({ layer, steps }) => {
    const own = new Set(steps.map(({ name }) => name));
    return all.every(({ name, spent }) => own.has(name) === budgets.affords(layer, spent));
  });
}
