import type { IntegerSystem, JointForm, Outcome } from '../model/integer-system.ts';
import { Agenda } from './agenda.ts';
import type { Table } from './decision-table.ts';
import { Group } from './group.ts';
import { JointSteps } from './joint.ts';
import type { Questions } from './questions.ts';
import { Reach } from './reach.ts';
import { BUDGET, Walk, type Home, type Touched } from './walk.ts';

/** The system has no small closure: too many values of groups taken each by itself. */
export class Unclosed extends Error {}

export interface ClosureLimits {
  /** Values of all groups together. */
  readonly values: number;
  /** Questions put to the model. */
  readonly questions: number;
  /** Values of one component, by component; none where it is not listed. */
  readonly spread: readonly number[];
  /** Asked again and again; true gives up. */
  readonly isOver: () => boolean;
}

/**
 * The least sets of values, per group and per layer (the vector of what is left of the budgets),
 * that contain the initial ones and are closed under the rules: for every rule and every
 * combination of reached values that fits together in what the rule reads. What is reachable is
 * contained in their product.
 */
export class Closure {
  readonly questions: Questions;
  readonly groups: Group[] = [];
  readonly layers: Group;
  readonly touched: Touched[] = [];
  /** Groups that some outcome changes together, by outcome; a key is a sorted list. */
  readonly changedTogether = new Map<string, readonly number[]>();
  /** By group, the groups that are looked at whenever it changes. */
  readonly readWhenChanged = new Map<number, Set<number>>();
  private readonly system: IntegerSystem;
  private readonly limits: ClosureLimits;
  private readonly homes: Home[] = [];
  private readonly reach = new Reach((layer, group) => this.noteNew(layer, group));
  /** How much was reached when a rule was last processed, by layer and rule. */
  private readonly processed: (Int32Array | null)[][] = [];
  private readonly joints = new Map<number, JointSteps | null>();
  private values = 0;
  private readonly agenda = new Agenda();

  constructor(
    questions: Questions,
    partition: readonly (readonly number[])[],
    limits: ClosureLimits,
  ) {
    this.questions = questions;
    this.system = questions.system;
    this.limits = limits;
    this.layers = new Group(this.system.budgets);
    for (const [position, component] of this.system.budgets.entries()) {
      this.homes[component] = { group: BUDGET, position };
    }
    for (const components of partition) this.addGroup(components);
    this.cover();
  }

  /** The group of a component; -1 for a budget. */
  home(component: number): Home {
    return this.homes[component] as Home;
  }

  /** The values of a group in a layer, in order of discovery. */
  valuesOf(layer: number, group: number): Int32Array {
    return this.reach.of(layer, group);
  }

  /** Gives value i of a group the number `places[i]`, a permutation; when all is closed. */
  renumber(group: number, places: readonly number[]): void {
    this.groups[group]!.renumber(places);
    this.reach.renumber(group, places);
    this.joints.clear();
  }

  /** The joint steps of a rule over these groups; null for an ordinary rule. */
  joint(rule: number): JointSteps | null {
    const known = this.joints.get(rule);
    if (known !== undefined) return known;
    const form: JointForm | null = this.system.joint(rule);
    const made = form === null ? null : new JointSteps(form, this.groups, (c) => this.home(c));
    this.joints.set(rule, made);
    return made;
  }

  private addGroup(components: readonly number[]): void {
    const group = this.groups.push(new Group(components)) - 1;
    for (const [position, component] of components.entries()) {
      this.homes[component] = { group, position };
    }
  }

  /** Components that have come into being since are groups of their own, 0 so far. */
  private cover(): void {
    for (let component = 0; component < this.system.width; component += 1) {
      if (this.homes[component] !== undefined) continue;
      this.addGroup([component]);
      for (let layer = 0; layer < this.layers.count; layer += 1) {
        this.reach.openGroup(layer);
        this.reach.add(layer, this.groups.length - 1, this.groups.at(-1)!.intern([0]));
      }
    }
  }

  private openLayer(layer: number): void {
    this.reach.openLayer(layer, this.groups.length);
    this.processed[layer] ??= [];
  }

  private noteNew(layer: number, group: number): void {
    let left = 0;
    for (let i = 0; i < this.system.budgets.length; i += 1) left += this.layers.value(layer, i);
    this.agenda.add(layer, left);
    this.values += 1;
    const { values, questions, spread, isOver } = this.limits;
    if (this.values % 8 === 0 && isOver()) throw new Unclosed();
    const { components, count } = this.groups[group]!;
    const most = components.length > 1 ? Infinity : (spread[components[0] as number] ?? Infinity);
    if (this.values > values || this.questions.asked > questions || count > most) {
      throw new Unclosed();
    }
  }

  private start(): void {
    const { initialValues } = this.system;
    if (initialValues !== null) return this.startProduct(initialValues);
    for (const vector of this.system.initial) {
      const layer = this.layers.intern(this.system.budgets.map((c) => vector[c] as number));
      this.openLayer(layer);
      for (const [group, { components }] of this.groups.entries()) {
        const tuple = components.map((component) => vector[component] ?? 0);
        this.reach.add(layer, group, this.groups[group]!.intern(tuple));
      }
    }
  }

  private startProduct(values: readonly (readonly number[])[]): void {
    const layer = this.layers.intern(this.system.budgets.map((c) => values[c]![0] as number));
    this.openLayer(layer);
    for (const [group, { components }] of this.groups.entries()) {
      let tuples: number[][] = [[]];
      for (const component of components) {
        tuples = tuples.flatMap((tuple) => (values[component] ?? [0]).map((v) => [...tuple, v]));
      }
      for (const tuple of tuples) this.reach.add(layer, group, this.groups[group]!.intern(tuple));
    }
  }

  /** Closes everything. @throws Unclosed beyond the limits */
  run(): void {
    this.start();
    for (let layer = this.agenda.next(); layer !== null; layer = this.agenda.next()) {
      const now = this.reach.sizes(layer);
      for (let rule = 0; rule < this.system.rules; rule += 1) this.process(layer, rule, now);
    }
  }

  touchedBy(rule: number): Touched {
    return (this.touched[rule] ??= { groups: new Set(), budgets: false, answers: new Set() });
  }

  private process(layer: number, rule: number, now: Int32Array): void {
    const joint = this.joint(rule);
    const before = this.processed[layer]![rule] ?? null;
    if (joint === null) this.processRule(layer, rule, before, now);
    else this.processJoint(layer, joint);
    this.processed[layer]![rule] = now;
    if (this.system.width > this.homes.length) this.cover();
  }

  private processJoint(layer: number, joint: JointSteps): void {
    const isAble = joint.groups.some((group) =>
      this.valuesOf(layer, group).some((value) => joint.target(group, value) >= 0),
    );
    const into = isAble ? joint.layerAfter(this.layers, layer) : null;
    if (into === null) return;
    this.openLayer(into);
    for (const group of this.groups.keys()) {
      if (!joint.groups.includes(group)) {
        if (into !== layer) this.reach.carry(layer, into, group);
        continue;
      }
      for (const value of this.valuesOf(layer, group).slice()) {
        const target = joint.target(group, value);
        if (target >= 0) this.reach.add(into, group, target);
        else if (into !== layer) this.reach.add(into, group, value);
      }
    }
  }

  /** Only combinations with something new are looked at. */
  private processRule(
    layer: number,
    rule: number,
    before: Int32Array | null,
    now: Int32Array,
  ): void {
    const read = this.touchedBy(rule);
    if (before !== null && !grew(read.groups, before, now)) return;
    const walk = new Walk(this, layer, now, (answer, walked) => {
      read.answers.add(answer);
      for (const outcome of this.questions.answers[answer] as readonly Outcome[]) {
        this.follow(layer, rule, outcome, walked);
      }
    });
    const table = this.questions.rule(rule);
    if (before === null) return walk.all(table, read);
    const size = (group: number): number => before[group] ?? 0;
    const changed = [...read.groups].filter((group) => (now[group] ?? 0) > size(group));
    for (const [position, group] of changed.entries()) {
      for (const other of changed.slice(0, position)) walk.restrict(other, 0, size(other));
      walk.restrict(group, size(group), now[group] as number);
      for (const other of changed.slice(position + 1)) walk.restrict(other, 0, now[other]!);
      walk.all(table, read);
      walk.release();
    }
  }

  private follow(layer: number, rule: number, { writes }: Outcome, walk: Walk): void {
    if (this.system.width > this.homes.length) this.cover();
    const touched = this.touchedBy(rule);
    const changes = new Map<number, (readonly [number, number])[]>();
    const left: number[] = this.system.budgets.map((_, i) => this.layers.value(layer, i));
    for (let i = 0; i < writes.length; i += 2) {
      const { group, position } = this.home(writes[i] as number);
      const value = writes[i + 1] as number;
      if (group === BUDGET) {
        left[position] = value;
        touched.budgets = true;
      } else if (changes.has(group)) changes.get(group)!.push([position, value]);
      else changes.set(group, [[position, value]]);
    }
    const into = this.layers.intern(left);
    this.openLayer(into);
    const changed: number[] = [];
    for (const [group, change] of changes) {
      touched.groups.add(group);
      let isChange = false;
      for (const value of walk.candidates(group)) {
        const target = this.groups[group]!.rewrite(value, change);
        isChange ||= target !== value;
        this.reach.add(into, group, target);
      }
      if (isChange) changed.push(group);
    }
    if (changed.length > 0) this.note(changed, walk);
    if (into === layer) return;
    for (const group of this.groups.keys()) {
      if (changes.has(group)) continue;
      if (walk.isFree(group)) this.reach.carry(layer, into, group);
      else for (const value of walk.candidates(group)) this.reach.add(into, group, value);
    }
  }

  private note(changed: readonly number[], walk: Walk): void {
    for (const group of changed) {
      const known = this.readWhenChanged.get(group);
      if (known === undefined) {
        const read = [...this.groups.keys()].filter((other) => !walk.isFree(other));
        this.readWhenChanged.set(group, new Set(read));
      } else for (const other of known) if (walk.isFree(other)) known.delete(other);
    }
    const sorted = changed.toSorted((a, b) => a - b);
    this.changedTogether.set(sorted.join(), sorted);
  }

  /**
   * Walks through a question's table along all combinations of reached values of a layer, asking
   * where the answer is not known yet, and tells every answer.
   * @throws Unclosed beyond `leaves` answers
   */
  answersOf(layer: number, table: Table, leaves: number): ReadonlySet<number> {
    const answers = new Set<number>();
    const touched = { groups: new Set<number>(), budgets: false, answers };
    let count = 0;
    new Walk(this, layer, this.reach.sizes(layer), (answer) => {
      answers.add(answer);
      count += 1;
      if (count > leaves) throw new Unclosed();
    }).all(table, touched);
    return answers;
  }
}

function grew(groups: Iterable<number>, before: Int32Array, now: Int32Array): boolean {
  for (const group of groups) if ((now[group] ?? 0) > (before[group] ?? 0)) return true;
  return false;
}
