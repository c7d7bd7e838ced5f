import type { IntegerSystem } from '../../../src/model/integer-system.ts';
import { Dice } from '../../oracle/dice.ts';
import { RuleSystem, type Change, type Rule, type RuleOutcome, type Sight } from './rule-system.ts';

/** How many predicates a random system has. */
const PREDICATES = 3;

/** How random systems are drawn. */
export interface Drawing {
  /** Components and values of each: at least two, at most so many. */
  readonly components: number;
  readonly values: number;
  /** Rules and predicates look at so many components at most. */
  readonly sight: number;
  /** Whether all steps but those of faults go up. */
  readonly upward: boolean;
  /** Whether one step may have two reasons. */
  readonly twins: boolean;
}

export interface RandomSystem {
  readonly system: IntegerSystem;
  /** Components that are no budgets, taken together at random. */
  readonly partition: readonly (readonly number[])[];
}

class Drawer {
  private readonly dice: Dice;
  private readonly drawing: Drawing;
  private readonly radices: readonly number[];
  private readonly budgets: readonly number[];
  private actions = 0;

  constructor(seed: number, drawing: Drawing) {
    this.dice = new Dice(seed * 7919 + 13);
    this.drawing = drawing;
    const { dice } = this;
    const count = 2 + dice.roll(drawing.components - 1);
    this.radices = Array.from({ length: count }, () => 2 + dice.roll(drawing.values - 1));
    this.budgets = Array.from({ length: dice.roll(3) }, (_, index) => count + index);
  }

  private some(most: number): readonly number[] {
    const all = [...this.radices.keys()];
    const found: number[] = [];
    for (let left = 1 + this.dice.roll(most); left > 0 && all.length > 0; left -= 1) {
      found.push(...all.splice(this.dice.roll(all.length), 1));
    }
    return found;
  }

  private sight(components: readonly number[]): Sight {
    const { dice } = this;
    const fits = components.map((component) => {
      const any = dice.chance(1, 2);
      return Array.from({ length: this.radices[component]! }, () => any || dice.chance(2, 3));
    });
    return { components, fits };
  }

  private goal(from: number, radix: number): number {
    const { dice, drawing } = this;
    return drawing.upward ? Math.min(radix - 1, from + 1 + dice.roll(2)) : dice.roll(radix);
  }

  private change({ components }: Sight): Change {
    const { dice } = this;
    const isSeen = this.drawing.upward || dice.chance(3, 4);
    const component = isSeen
      ? components[dice.roll(components.length)]!
      : dice.roll(this.radices.length);
    const radix = this.radices[component]!;
    if (!isSeen && dice.chance(1, 2)) return { component, of: null, to: [dice.roll(radix)] };
    const of = isSeen ? component : components[dice.roll(components.length)]!;
    const to = Array.from({ length: this.radices[of]! }, (_, from) =>
      isSeen ? this.goal(from, radix) : dice.roll(radix),
    );
    return { component, of, to };
  }

  private outcome(sight: Sight, budget: number): RuleOutcome {
    const { dice, drawing } = this;
    const changes = new Map<number, Change>();
    for (let left = 1 + dice.roll(2); left > 0; left -= 1) {
      const change = this.change(sight);
      changes.set(change.component, change);
    }
    this.actions += 1;
    const action = drawing.twins && dice.chance(1, 2) ? dice.roll(10) : 10 + this.actions * 5;
    return {
      action: action + (drawing.twins ? 0 : dice.roll(5)),
      brokenClaim: dice.chance(1, 12) ? dice.roll(3) : -1,
      changes: [...changes.values()],
      spends: budget !== -1,
    };
  }

  private budget(): number {
    const { dice, budgets } = this;
    return budgets.length > 0 && dice.chance(1, 2) ? budgets[dice.roll(budgets.length)]! : -1;
  }

  private rule(isWide: boolean): Rule {
    const { dice, radices } = this;
    const budget = this.budget();
    if (isWide || !dice.chance(1, 6)) {
      const all = [...radices.keys()];
      const seen = this.sight(isWide ? all : this.some(this.drawing.sight));
      const count = 1 + dice.roll(2);
      const outcomes = Array.from({ length: count }, () => this.outcome(seen, budget));
      return { sight: seen, budget, outcomes, members: null };
    }
    const members = this.some(3).map((component) => {
      const radix = radices[component]!;
      const to = Array.from({ length: radix }, () => (dice.chance(1, 3) ? -1 : dice.roll(radix)));
      return { component, to };
    });
    this.actions += 1;
    const action = 10 + this.actions * 5 + dice.roll(5);
    const outcome = { action, brokenClaim: -1, changes: [], spends: budget !== -1 };
    return { sight: { components: [], fits: [] }, budget, outcomes: [outcome], members };
  }

  drawn(): RandomSystem {
    const { dice, radices, budgets, drawing } = this;
    const rules = Array.from({ length: 2 + dice.roll(2 * radices.length) }, (_, index) =>
      this.rule(index === 0 && dice.chance(1, 8)),
    );
    const predicates = Array.from({ length: PREDICATES }, () =>
      this.sight(this.some(drawing.sight)),
    );
    const left = budgets.map(() => dice.roll(3));
    const choices = [
      ...radices.map((radix) => {
        const first = this.drawing.upward ? 0 : dice.roll(radix);
        const second = dice.chance(1, 5) ? dice.roll(radix) : first;
        return first === second ? [first] : [first, second];
      }),
      ...left.map((count) => [count]),
    ];
    const isProduct = dice.chance(2, 3);
    const initial = combinations(choices);
    const system = new RuleSystem(rules, predicates, budgets, {
      width: choices.length,
      initial: isProduct ? initial : initial.filter(() => dice.chance(1, 2)).concat(initial[0]!),
      initialValues: isProduct ? choices : null,
    });
    const groups = new Map<number, number[]>();
    for (const component of radices.keys()) {
      const home = dice.chance(1, 3) ? dice.roll(radices.length) : component + radices.length;
      groups.set(home, [...(groups.get(home) ?? []), component]);
    }
    return { system, partition: [...groups.values()] };
  }
}

const combinations = (choices: readonly (readonly number[])[]): Int32Array[] =>
  choices
    .reduce<number[][]>(
      (all, values) => all.flatMap((tuple) => values.map((value) => [...tuple, value])),
      [[]],
    )
    .map((tuple) => Int32Array.from(tuple));

/** A small random system: the same for the same seed. */
export const randomSystem = (seed: number, drawing: Drawing): RandomSystem =>
  new Drawer(seed, drawing).drawn();
