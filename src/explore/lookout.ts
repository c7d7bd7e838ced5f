import type { DecisionTable } from './decision-table.ts';
import type { Questions } from './questions.ts';
import type { StateTable } from './state-table.ts';

/** What a predicate sees of one component. */
interface Sight {
  readonly component: number;
  readonly observations: readonly number[];
  /** In the pool: numbers, by value, that are the same where it sees the same. */
  readonly list: number;
  readonly known: Map<string, number>;
}

/** Watches for the first states in which a predicate holds, and does not. */
export class Lookout {
  readonly predicate: number;
  private readonly questions: Questions;
  private readonly states: StateTable;
  private readonly table: DecisionTable<boolean>;
  private sights: readonly Sight[] = [];
  /** How many observations they are made of. */
  private seen = 0;

  constructor(predicate: number, questions: Questions, states: StateTable) {
    this.predicate = predicate;
    this.questions = questions;
    this.states = states;
    this.table = questions.predicate(predicate);
  }

  /**
   * Whether the predicate sees in one state what it saw in another, so that it says the same; true
   * is a proof.
   */
  isBlindTo(one: number, other: number): boolean {
    if (this.table.observations.size !== this.seen) this.open();
    const { layout, rows } = this.states;
    const { words, word, shift, mask } = layout;
    for (const sight of this.sights) {
      const { component } = sight;
      if (component >= layout.width) continue;
      const place = word[component]!;
      const bits = shift[component]!;
      const ones = mask[component]!;
      const before = (rows.data[one * words + place]! >> bits) & ones;
      const after = (rows.data[other * words + place]! >> bits) & ones;
      if (before !== after && this.number(sight, before) !== this.number(sight, after))
        return false;
    }
    return true;
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
      const others = byComponent.get(component) ?? [];
      byComponent.set(component, [...others, observation]);
    }
    this.sights = Array.from(byComponent, ([component, observations]): Sight => ({
      component,
      observations,
      list: classes.list(),
      known: new Map(),
    }));
    this.seen = this.table.observations.size;
  }
}
