import { UNKNOWN, type Table } from './decision-table.ts';
import type { Group } from './group.ts';
import type { Questions } from './questions.ts';

/** Where a component is found: its group and its position there. Budgets are in no group. */
export interface Home {
  readonly group: number;
  readonly position: number;
}

export const BUDGET = -1;

/** What a rule's outcomes touch, gathered while closing. */
export interface Touched {
  /** Groups that are read or written. */
  readonly groups: Set<number>;
  /** Whether budgets are read or written. */
  budgets: boolean;
  /** Which answers its table gives. */
  readonly answers: Set<number>;
}

/** A closure as one walks through it. */
interface Walked {
  readonly questions: Questions;
  readonly groups: readonly Group[];
  readonly layers: Group;
  home(component: number): Home;
  valuesOf(layer: number, group: number): Int32Array;
}

/** One way through a table at a time, with the values of each group that fit it. */
export class Walk {
  private readonly closure: Walked;
  private readonly layer: number;
  private readonly sizes: Int32Array;
  private readonly fitting: (Int32Array | null)[] = [];
  private readonly tell: (answer: number, walk: Walk) => void;

  constructor(
    closure: Walked,
    layer: number,
    sizes: Int32Array,
    tell: (answer: number, walk: Walk) => void,
  ) {
    this.closure = closure;
    this.layer = layer;
    this.sizes = sizes;
    this.tell = tell;
  }

  /** Looks only at the values of a group numbered from `from` to `to`, exclusive. */
  restrict(group: number, from: number, to: number): void {
    this.fitting[group] = this.closure.valuesOf(this.layer, group).slice(from, to);
  }

  release(): void {
    this.fitting.length = 0;
  }

  isFree(group: number): boolean {
    return (this.fitting[group] ?? null) === null;
  }

  /** The values of a group that fit the way taken so far. */
  candidates(group: number): Int32Array {
    const fitting = this.fitting[group] ?? null;
    if (fitting !== null) return fitting;
    const all = this.closure.valuesOf(this.layer, group);
    return all.slice(0, this.sizes[group] ?? all.length);
  }

  all(table: Table, touched: Touched): void {
    this.descend(table, table.first, () => table.first, touched);
  }

  private descend(table: Table, node: number, again: () => number, touched: Touched): void {
    if (node === UNKNOWN) {
      table.learn(this.representative());
      return this.descend(table, again(), again, touched);
    }
    if (node < UNKNOWN) return this.tell(-2 - node, this);
    const { classes } = this.closure.questions;
    const observation = table.observed(node);
    const { component } = classes.at(observation);
    const { group, position } = this.closure.home(component);
    const go = (kind: number): void =>
      this.descend(table, table.after(node, kind), () => table.after(node, kind), touched);
    if (group === BUDGET) {
      touched.budgets = true;
      return go(classes.kind(observation, this.closure.layers.value(this.layer, position)));
    }
    touched.groups.add(group);
    const before = this.fitting[group] ?? null;
    const values = this.candidates(group);
    const byKind = new Map<number, number[]>();
    const owner = this.closure.groups[group] as Group;
    for (const value of values) {
      const kind = classes.kind(observation, owner.value(value, position));
      const found = byKind.get(kind);
      if (found === undefined) byKind.set(kind, [value]);
      else found.push(value);
    }
    for (const [kind, some] of byKind) {
      this.fitting[group] = some.length === values.length ? values : Int32Array.from(some);
      go(kind);
    }
    this.fitting[group] = before;
  }

  /** Some state vector that fits. */
  private representative(): Int32Array {
    const { groups, layers, questions } = this.closure;
    const vector = new Int32Array(questions.system.width);
    layers.put(this.layer, vector);
    for (const [group, members] of groups.entries()) {
      members.put(this.candidates(group)[0] as number, vector);
    }
    return vector;
  }
}
