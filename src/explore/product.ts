import { precedes, type IntegerSystem, type Outcome } from '../model/integer-system.ts';
import type { Closure } from './closure.ts';
import type { JointSteps } from './joint.ts';
import { Numbering } from './numbering.ts';
import { TableMaker, type StepTable } from './step-table.ts';
import { forEachTreeEdge, stepTree, type StepTree } from './step-tree.ts';

/** A step in which several digits move, each by its own table, and that is enabled if one is. */
export interface JointTable {
  readonly action: number;
  readonly isFault: boolean;
  readonly digits: readonly number[];
  /** By digit of `digits`, its value: what it adds; and whether it is able. */
  readonly delta: readonly Float64Array[];
  readonly able: readonly Uint8Array[];
  /** By layer: what the budget's count adds; NaN where nothing is left of it. */
  readonly layer: Float64Array;
}

/** Rows of a step table beyond which a tree is made instead. */
const ROWS_MAX = 1 << 16;

/** A system as steps between mixed-radix numbers; everything in it is derived from a closure. */
export class Product extends Numbering {
  readonly tables: readonly StepTable[];
  readonly joints: readonly JointTable[];
  /** What is too wide for tables. */
  readonly trees: readonly StepTree[];

  /**
   * `rowsMax`: rows of a step table beyond which a tree is made instead.
   * @throws Untabled where the numbers are too large to be exact
   */
  constructor(closure: Closure, rowsMax = ROWS_MAX) {
    super(closure);
    const tables: StepTable[] = [];
    const trees: StepTree[] = [];
    for (const rules of this.units()) {
      const { digits, multipliers, rows } = this.shapeOf(rules);
      if (rows > rowsMax) trees.push(stepTree(this, rules, rules.length > 1));
      else tables.push(new TableMaker(this, rules, digits, multipliers, rows).made());
    }
    this.tables = tables;
    this.trees = trees;
    const { system } = closure.questions;
    const joints: JointTable[] = [];
    for (const rule of rulesOf(system)) {
      const joint = closure.joint(rule);
      if (joint !== null) joints.push(this.jointTable(joint));
    }
    this.joints = joints;
  }

  /** Digits that a rule looks at or changes. */
  private supportOf(rule: number): readonly number[] {
    const { groups, budgets } = this.closure.touchedBy(rule);
    const digits = [...groups].map((group) => group + 1).toSorted((a, b) => a - b);
    return budgets && this.digit(0).radix > 1 ? [0, ...digits] : digits;
  }

  /**
   * Rules with the same digits are tabled together, and so are rules that have a step in common,
   * which is then one step for two reasons.
   */
  private units(): readonly (readonly number[])[] {
    const { system, answers } = this.closure.questions;
    const unitOf = new Map<string, number[]>();
    const ofStep = new Map<number, number[]>();
    const units = new Set<number[]>();
    for (const rule of rulesOf(system)) {
      if (this.closure.joint(rule) !== null) continue;
      const found = this.closure.touchedBy(rule);
      const outcomes = [...found.answers].flatMap((answer) => answers[answer] as Outcome[]);
      if (outcomes.length === 0) continue;
      let unit = unitOf.get(this.supportOf(rule).join()) ?? [];
      unit.push(rule);
      units.add(unit);
      for (const { action } of outcomes) {
        const other = ofStep.get(system.action(action).step);
        if (other !== undefined && other !== unit) unit = merge(unit, other);
      }
      for (const known of [unitOf, ofStep] as Map<unknown, number[]>[]) {
        for (const [key, value] of known) if (value.length === 0) known.set(key, unit);
      }
      for (const old of units) if (old.length === 0) units.delete(old);
      unitOf.set(this.supportOf(rule).join(), unit);
      for (const { action } of outcomes) ofStep.set(system.action(action).step, unit);
    }
    return [...units];
  }

  private shapeOf(rules: readonly number[]) {
    const digits = [...new Set(rules.flatMap((rule) => [...this.supportOf(rule)]))].toSorted(
      (a, b) => a - b,
    );
    const multipliers: number[] = [];
    let rows = 1;
    for (const digit of digits.toReversed()) {
      multipliers.unshift(rows);
      rows *= this.digit(digit).radix;
    }
    return { digits, multipliers, rows };
  }

  private jointTable(joint: JointSteps): JointTable {
    const { form, groups } = joint;
    const { system } = this.closure.questions;
    const delta: Float64Array[] = [];
    const able: Uint8Array[] = [];
    for (const group of groups) {
      const { radix, stride } = this.digit(group + 1);
      const targets = Array.from({ length: radix }, (_, value) => joint.target(group, value));
      able.push(Uint8Array.from(targets, (target) => (target >= 0 ? 1 : 0)));
      delta.push(Float64Array.from(targets, (to, value) => (to >= 0 ? (to - value) * stride : 0)));
    }
    const layers = this.digit(0);
    const layer = Float64Array.from({ length: layers.radix }, (_, from) => {
      const to = joint.layerAfter(layers.members, from);
      return to === null || to >= layers.radix ? Number.NaN : (to - from) * layers.stride;
    });
    const isFault = system.action(form.action).label === 'F';
    const digits = groups.map((group) => group + 1);
    return { action: form.action, isFault, digits, delta, able, layer };
  }

  /** Whether some step may be one of these actions. */
  mayTake(test: (action: number) => boolean): boolean {
    const rows = [...this.tables, ...this.trees.flatMap(({ rules }) => rules)];
    return (
      this.joints.some(({ action }) => test(action)) ||
      rows.some(({ action }) => action.some((one) => one >= 0 && test(one)))
    );
  }

  /** Every edge of a state. Slow and plain: for paths, not for the search. */
  forEach(state: number, visit: (target: number, action: number, claim: number) => void): void {
    const shown = this.digitsOf(state, new Int32Array(this.digits.length));
    for (const { digits, multipliers, begin, delta, action, claim } of this.tables) {
      let row = 0;
      for (const [i, digit] of digits.entries()) row += shown[digit]! * multipliers[i]!;
      for (let edge = begin[row]!; edge < begin[row + 1]!; edge += 1) {
        visit(state + delta[edge]!, action[edge]!, claim[edge]!);
      }
    }
    for (const { action, digits, delta, able, layer } of this.joints) {
      const first = layer[shown[0]!]!;
      if (Number.isNaN(first) || !digits.some((digit, i) => able[i]![shown[digit]!] === 1))
        continue;
      let target = state + first;
      for (const [i, digit] of digits.entries()) target += delta[i]![shown[digit]!]!;
      visit(target, action, -1);
    }
    const { system } = this.closure.questions;
    const isStronger = (a: number, b: number): boolean =>
      precedes(system.action(a).label, system.action(b).label);
    for (const tree of this.trees) {
      forEachTreeEdge(tree, shown, isStronger, (delta, action, claim) =>
        visit(state + delta, action, claim),
      );
    }
  }
}

/** Rules in the order in which their steps are listed. */
function rulesOf({ order, rules }: IntegerSystem): readonly number[] {
  return order ?? Array.from({ length: rules }, (_, rule) => rule);
}

/** Empties `other` into `unit`. */
function merge(unit: number[], other: number[]): number[] {
  unit.push(...other.splice(0));
  return unit;
}
