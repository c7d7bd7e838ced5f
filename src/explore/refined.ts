import type {
  Action,
  Evaluation,
  IntegerSystem,
  JointForm,
  Observation,
  Outcome,
} from '../model/integer-system.ts';
import { Unclosed } from './closure.ts';
import { UNKNOWN, type Table } from './decision-table.ts';
import type { Questions } from './questions.ts';
import { refinementsOf, type Refinement } from './refinement.ts';
import { Sorting } from './sorting.ts';

/** Nodes of answers that may be compared before a refinement is given up. */
const COMPARISONS_MAX = 3_000_000;

/** What is known of refined components on the way through a table: the values that still fit. */
type Fitting = Map<number, readonly number[]>;

/**
 * A closed system with the sets in its components taken apart into bits, so that what adds an
 * element to a set depends on no other. Answers come from the tables of the original; a question
 * looks at no more parts than its answer needs, found by comparing the answers of all values.
 */
export class Refined implements IntegerSystem {
  readonly width: number;
  readonly rules: number;
  readonly predicates: number;
  readonly budgets: readonly number[];
  private readonly original: Questions;
  private readonly refinements = new Map<number, Refinement>();
  private readonly observations: Observation[] = [];
  private readonly numbers = new Map<string, number>();
  private readonly texts = new Map<string, string>();
  private readonly sortings = new WeakMap<readonly number[], Map<number, Sorting>>();
  private comparisons = 0;

  private constructor(original: Questions, refinements: readonly Refinement[], width: number) {
    this.original = original;
    this.width = width;
    this.rules = original.system.rules;
    this.predicates = original.system.predicates;
    this.budgets = original.system.budgets;
    for (const one of refinements) this.refinements.set(one.component, one);
  }

  /** The refinement of a closed system, by the values of its components; null if none has sets. */
  static of(
    original: Questions,
    valuesOf: (component: number) => readonly number[],
  ): Refined | null {
    const [refinements, width] = refinementsOf(original.system, valuesOf);
    return refinements.length === 0 ? null : new Refined(original, refinements, width);
  }

  /** Components of the bits of all sets. */
  get bits(): readonly number[] {
    return [...this.refinements.values()].flatMap(({ bits }) => bits);
  }

  private refine(vector: Int32Array): Int32Array {
    const refined = new Int32Array(this.width);
    refined.set(vector);
    for (const [component, refinement] of this.refinements) {
      const writes = refinement.difference(null, vector[component] as number);
      for (let i = 0; i < writes.length; i += 2) refined[writes[i]!] = writes[i + 1]!;
    }
    return refined;
  }

  /** The vector of the original system. */
  restore(vector: Int32Array): Int32Array {
    const original = vector.slice(0, this.original.system.width);
    for (const [component, refinement] of this.refinements) {
      const value = refinement.whole(vector);
      if (value === undefined) throw new Error('internal: parts without a whole');
      original[component] = value;
    }
    return original;
  }

  get order(): readonly number[] {
    const { order, rules } = this.original.system;
    return order ?? Array.from({ length: rules }, (_, rule) => rule);
  }

  get initial(): readonly Int32Array[] {
    return this.original.system.initial.map((vector) => this.refine(vector));
  }

  get initialValues(): readonly (readonly number[])[] | null {
    const { initialValues } = this.original.system;
    if (initialValues === null) return null;
    const values = Array.from({ length: this.width }, (_, i): readonly number[] => {
      return initialValues[i] ?? [0];
    });
    for (const [component, refinement] of this.refinements) {
      const [first] = initialValues[component] as readonly number[];
      const writes = refinement.difference(null, first as number);
      for (let i = 0; i < writes.length; i += 2) values[writes[i]!] = [writes[i + 1]!];
    }
    return values;
  }

  action(index: number): Action {
    return this.original.system.action(index);
  }

  joint(rule: number): JointForm | null {
    return this.original.system.joint(rule);
  }

  observation(index: number): Observation {
    return this.observations[index] as Observation;
  }

  private number(key: string, make: () => Observation): number {
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    this.numbers.set(key, this.observations.push(make()) - 1);
    return this.observations.length - 1;
  }

  /** Looks at one part of a refined component. */
  private part(component: number): number {
    return this.number(`part ${component}`, () => ({ component, classify: null }));
  }

  expand(rule: number, state: Int32Array): Evaluation<readonly Outcome[]> {
    const table = this.original.rule(rule);
    const reads: number[] = [];
    const fitting: Fitting = new Map();
    const answer = this.walk(table, state, reads, fitting, (node, component, value) =>
      this.textOf(table, node, component, value),
    );
    if (answer === null) return { reads, answer: [] };
    const outcomes = this.original.answers[answer] as readonly Outcome[];
    return { reads, answer: outcomes.map((outcome) => this.translated(outcome, fitting)) };
  }

  decide(predicate: number, state: Int32Array): Evaluation<boolean> {
    const table = this.original.predicate(predicate);
    const reads: number[] = [];
    const answer = this.walk(table, state, reads, new Map(), null);
    return { reads, answer: answer === 1 };
  }

  /**
   * The answer of an original table for a refined state; null where no reachable state comes here.
   * Values of a refined component are told apart by `tell` of the node that they lead to; without
   * it by what is seen of them, and the original is asked where that was never done.
   */
  private walk(
    table: Table,
    state: Int32Array,
    reads: number[],
    fitting: Fitting,
    tell: ((node: number, component: number, value: number) => string) | null,
  ): number | null {
    const { classes } = this.original;
    let node = table.first;
    for (;;) {
      if (node < UNKNOWN) return -2 - node;
      if (node === UNKNOWN) {
        if (tell !== null) return null;
        this.learn(table, state, fitting);
        // From the start again, the same way: what is looked at is to be noted in its order.
        reads.length = 0;
        fitting.clear();
        node = table.first;
        continue;
      }
      const observation = table.observed(node);
      const { component } = classes.at(observation);
      const refinement = this.refinements.get(component);
      const at = node;
      const after = (value: number): number => table.after(at, classes.kind(observation, value));
      if (refinement === undefined) {
        reads.push(this.number(`of ${observation}`, () => classes.at(observation)));
        node = after(state[component] as number);
        continue;
      }
      const before = fitting.get(component) ?? refinement.values;
      const kindOf = (value: number): string =>
        tell === null
          ? String(classes.kind(observation, value))
          : tell(after(value), component, value);
      // What is seen of a value is the same at all nodes that look at the same.
      const place = tell === null ? -1 - observation : node;
      const sorting = this.sorting(refinement, before, place, kindOf);
      const fit = sorting.fitting(state, (part) => reads.push(this.part(part)));
      if (fit.length === 0) return null;
      fitting.set(component, fit);
      node = after(fit[0] as number);
    }
  }

  /** Asks a predicate of some original state that fits. */
  private learn(table: Table, state: Int32Array, fitting: Fitting): void {
    const vector = state.slice(0, this.original.system.width);
    for (const [component, { values }] of this.refinements) {
      vector[component] = (fitting.get(component) ?? values)[0] as number;
    }
    table.learn(vector);
  }

  /** How values are told apart at a place in a table. */
  private sorting(
    refinement: Refinement,
    values: readonly number[],
    place: number,
    tell: (value: number) => string,
  ): Sorting {
    const byPlace = this.sortings.get(values) ?? new Map<number, Sorting>();
    this.sortings.set(values, byPlace);
    const found = byPlace.get(place) ?? new Sorting(refinement, values, tell);
    byPlace.set(place, found);
    return found;
  }

  /** A text of all that a table says from a node on, given a value of one refined component. */
  private textOf(table: Table, node: number, component: number, value: number): string {
    this.comparisons += 1;
    if (this.comparisons > COMPARISONS_MAX) throw new Unclosed();
    if (node === UNKNOWN) return '?';
    if (node < UNKNOWN) return this.leafText(-2 - node, component, value);
    const { classes } = this.original;
    const observation = table.observed(node);
    if (classes.at(observation).component === component) {
      const after = table.after(node, classes.kind(observation, value));
      return this.textOf(table, after, component, value);
    }
    const kinds = table.kinds(node).map((kind) => {
      return `${kind}:${this.textOf(table, table.after(node, kind), component, value)}`;
    });
    return `(${observation} ${kinds.join(' ')})`;
  }

  private leafText(answer: number, component: number, value: number): string {
    const key = `${answer} ${component} ${value}`;
    const known = this.texts.get(key);
    if (known !== undefined) return known;
    const outcomes = this.original.answers[answer] as readonly Outcome[];
    const text = outcomes.map(({ action, brokenClaim, writes }) => {
      const refinement = this.refinements.get(component) as Refinement;
      const told: number[] = [];
      for (let i = 0; i < writes.length; i += 2) {
        const [to, written] = [writes[i] as number, writes[i + 1] as number];
        told.push(...(to === component ? refinement.difference(value, written) : [to, written]));
      }
      return [action, brokenClaim, ...told].join();
    });
    this.texts.set(key, text.join(';'));
    return text.join(';');
  }

  private translated({ action, brokenClaim, writes }: Outcome, fitting: Fitting): Outcome {
    const parts: number[] = [];
    for (let i = 0; i < writes.length; i += 2) {
      const [to, written] = [writes[i] as number, writes[i + 1] as number];
      const refinement = this.refinements.get(to);
      if (refinement === undefined) parts.push(to, written);
      else parts.push(...refinement.difference(fitting.get(to)?.[0] ?? null, written));
    }
    return { action, brokenClaim, writes: parts };
  }
}
