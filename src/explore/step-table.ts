import { precedes, type Outcome } from '../model/integer-system.ts';
import { UNKNOWN } from './decision-table.ts';
import type { Numbering } from './numbering.ts';

/**
 * The steps of all rules that look at and change the same few digits, by what these show. The edges
 * of row r are at `begin[r]` to `begin[r + 1]`: first those without a fault that lead elsewhere
 * (up to `progress[r]`), then faults that lead elsewhere (up to `moves[r]`), then self-loops.
 */
export interface StepTable {
  readonly digits: readonly number[];
  /** Row = sum of the digits times these. */
  readonly multipliers: readonly number[];
  readonly rows: number;
  readonly begin: Int32Array;
  readonly progress: Int32Array;
  readonly moves: Int32Array;
  /** Edges per row; Infinity for a row that is impossible. */
  readonly degree: Float64Array;
  /** What an edge adds to the number of the state. */
  readonly delta: Float64Array;
  readonly action: Int32Array;
  readonly claim: Int32Array;
  readonly hasClaims: boolean;
}

interface Edge {
  readonly target: number;
  readonly step: number;
  action: number;
  claim: number;
}

/** Fills one step table, row by row. */
export class TableMaker {
  private readonly numbers: Numbering;
  private readonly rules: readonly number[];
  private readonly digits: readonly number[];
  private readonly multipliers: readonly number[];
  private readonly rows: number;
  private readonly deltas: number[] = [];
  private readonly actions: number[] = [];
  private readonly claims: number[] = [];
  private readonly vector: Int32Array;

  constructor(
    numbers: Numbering,
    rules: readonly number[],
    digits: readonly number[],
    multipliers: readonly number[],
    rows: number,
  ) {
    this.numbers = numbers;
    this.rules = rules;
    this.digits = digits;
    this.multipliers = multipliers;
    this.rows = rows;
    this.vector = new Int32Array(numbers.closure.questions.system.width);
  }

  made(): StepTable {
    const { rows, digits, multipliers } = this;
    const begin = new Int32Array(rows + 1);
    const progress = new Int32Array(rows);
    const moves = new Int32Array(rows);
    const degree = new Float64Array(rows);
    const shown = new Map<number, number>();
    for (let row = 0; row < rows; row += 1) {
      let rest = row;
      for (const [i, digit] of digits.entries()) {
        const value = Math.floor(rest / multipliers[i]!);
        rest -= value * multipliers[i]!;
        shown.set(digit, value);
        this.numbers.digits[digit]!.members.put(value, this.vector);
      }
      begin[row] = this.deltas.length;
      const edges = this.edgesOf(shown);
      degree[row] = edges === null ? Infinity : edges.length;
      for (const kind of [0, 1, 2]) {
        for (const edge of edges ?? []) if (this.kindOf(edge) === kind) this.push(edge);
        if (kind === 0) progress[row] = this.deltas.length;
        if (kind === 1) moves[row] = this.deltas.length;
      }
    }
    begin[rows] = this.deltas.length;
    return {
      digits,
      multipliers,
      rows,
      begin,
      progress,
      moves,
      degree,
      delta: Float64Array.from(this.deltas),
      action: Int32Array.from(this.actions),
      claim: Int32Array.from(this.claims),
      hasClaims: this.claims.some((claim) => claim >= 0),
    };
  }

  private push({ target, action, claim }: Edge): void {
    this.deltas.push(target);
    this.actions.push(action);
    this.claims.push(claim);
  }

  private kindOf({ target, action }: Edge): number {
    if (target === 0) return 2;
    return this.numbers.closure.questions.system.action(action).label === 'F' ? 1 : 0;
  }

  /** The distinct edges of a row; null where no reachable state shows it. */
  private edgesOf(shown: ReadonlyMap<number, number>): readonly Edge[] | null {
    const { questions } = this.numbers.closure;
    const edges: Edge[] = [];
    for (const rule of this.rules) {
      const answer = this.numbers.peek(questions.rule(rule), this.vector);
      if (answer === UNKNOWN) return null;
      for (const outcome of questions.answers[answer] as readonly Outcome[]) {
        const target = this.numbers.add(outcome, shown);
        if (Number.isNaN(target)) return null;
        this.connect(edges, outcome, target);
      }
    }
    return edges;
  }

  /** One step for two reasons is one, by the stronger label. */
  private connect(edges: Edge[], { action, brokenClaim }: Outcome, target: number): void {
    const { system } = this.numbers.closure.questions;
    const { step, label } = system.action(action);
    const twin = edges.find((edge) => edge.step === step && edge.target === target);
    if (twin === undefined) {
      edges.push({ target, step, action, claim: brokenClaim });
      return;
    }
    if (precedes(label, system.action(twin.action).label)) twin.action = action;
    if (twin.claim === -1) twin.claim = brokenClaim;
  }
}
