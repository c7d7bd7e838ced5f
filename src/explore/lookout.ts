import type { DecisionTable } from './decision-table.ts';
import type { Layout } from './layout.ts';
import type { Questions } from './questions.ts';
import { StateTable } from './state-table.ts';

/** Integers that say where a component lies. */
const PLACE = 3;

/** What a predicate sees of one component. */
interface Sight {
  readonly component: number;
  readonly observations: readonly number[];
  /** In the pool: numbers, by value, that are the same where it sees the same. */
  readonly list: number;
  readonly known: Map<string, number>;
}

/** Watches for states in which a predicate sees what it did not see before. */
export class Lookout {
  readonly predicate: number;
  private readonly questions: Questions;
  private readonly states: StateTable;
  private readonly table: DecisionTable<boolean>;
  private sights: readonly Sight[] = [];
  /** How many observations they are made of. */
  private observed = -1;
  /** The rows of numbers that were seen. */
  private seen = new StateTable(0);
  private row = new Int32Array(0);
  /** By sight where its component lies in a state: word, shift, mask. */
  private places = new Int32Array(0);
  private layout: Layout | null = null;

  constructor(predicate: number, questions: Questions, states: StateTable) {
    this.predicate = predicate;
    this.questions = questions;
    this.states = states;
    this.table = questions.predicate(predicate);
  }

  /** Whether the predicate may say of a state what it said of no state before. */
  isNews(state: number, parent: number): boolean {
    const { layout, rows } = this.states;
    if (this.table.observations.size !== this.observed) this.open();
    if (layout !== this.layout) this.place(layout);
    const { sights, places } = this;
    const { words } = layout;
    if (parent === -1) return this.isNew(state);
    for (let i = 0, at = 0; i < sights.length; i += 1, at += PLACE) {
      const word = places[at]!;
      const changed =
        (rows.data[state * words + word]! ^ rows.data[parent * words + word]!) >> places[at + 1]!;
      if ((changed & places[at + 2]!) !== 0 && this.differs(sights[i]!, state, parent)) {
        return this.isNew(state);
      }
    }
    return false;
  }

  private differs(sight: Sight, one: number, other: number): boolean {
    const { states } = this;
    const { component } = sight;
    const before = this.number(sight, states.value(one, component));
    return before !== this.number(sight, states.value(other, component));
  }

  private isNew(state: number): boolean {
    const { sights, row, seen } = this;
    for (let i = 0; i < sights.length; i += 1) {
      row[i] = this.number(sights[i]!, this.states.value(state, sights[i]!.component));
    }
    const { count } = seen;
    return seen.add(row) === count;
  }

  /** Notes where the components lie. */
  private place(layout: Layout): void {
    const { word, shift, mask, width } = layout;
    this.layout = layout;
    this.places = new Int32Array(PLACE * this.sights.length);
    for (const [i, { component }] of this.sights.entries()) {
      if (component >= width) continue;
      this.places.set([word[component]!, shift[component]!, mask[component]!], PLACE * i);
    }
  }

  private number(sight: Sight, value: number): number {
    const known = this.questions.classes.entry(sight.list, value);
    return known >= 0 ? known : this.look(sight, value);
  }

  private look({ observations, list, known }: Sight, value: number): number {
    const { classes } = this.questions;
    const key = observations.map((observation) => classes.kind(observation, value)).join();
    const number = known.get(key) ?? known.size;
    known.set(key, number);
    classes.setEntry(list, value, number);
    return number;
  }

  /** Takes up all observations so far. */
  private open(): void {
    const { classes } = this.questions;
    const byComponent = new Map<number, number[]>();
    for (const observation of this.table.observations) {
      const { component } = classes.at(observation);
      const others = byComponent.get(component);
      if (others === undefined) byComponent.set(component, [observation]);
      else others.push(observation);
    }
    this.sights = Array.from(byComponent, ([component, observations]): Sight => ({
      component,
      observations,
      list: classes.list(),
      known: new Map(),
    }));
    this.observed = this.table.observations.size;
    this.seen = new StateTable(this.sights.length);
    this.row = new Int32Array(this.sights.length);
    this.layout = null;
  }
}
