import type { Letter } from './letters.ts';
import { adriftRule, answerRule, checkEffects, serveRule } from './rules-effect.ts';
import { environmentRules, inboxRule, letterRule, timerRule } from './rules-environment.ts';
import { nodeRules } from './rules-node.ts';
import type { Rule } from './steps.ts';
import type { World } from './world.ts';

/** The rules that deliver the letters to one actor, of which there may be more in time. */
interface Deliveries {
  readonly deliveriesTo: number;
}

const isRule = (entry: Rule | Deliveries): entry is Rule => 'expand' in entry;

function entriesOf(world: World): readonly (Rule | Deliveries)[] {
  checkEffects(world);
  const { instances } = world;
  const asking = instances.filter(
    ({ part }) => Object.keys(world.tolerance.effects ?? {}).length > 0 || part.checkpoint !== null,
  );
  return [
    ...environmentRules(world),
    ...instances
      .filter(({ inbox }) => inbox !== null)
      .map((instance) =>
        instance.inbox?.kind === 'set'
          ? { deliveriesTo: instance.index }
          : inboxRule(world, instance),
      ),
    ...instances.map((instance) => timerRule(world, instance)),
    ...asking.flatMap((instance) => [serveRule(world, instance), answerRule(world, instance)]),
    ...instances
      .filter(({ index }) => world.adriftComponent(index) >= 0)
      .map((instance) => adriftRule(world, instance)),
    ...nodeRules(world),
  ];
}

/**
 * The rules of a system. Each letter brings one, numbered after those that are there from the
 * start, in the order of the letters.
 */
export class RuleBook {
  private readonly world: World;
  private readonly entries: readonly (Rule | Deliveries)[];
  private readonly fixed: readonly Rule[];
  private readonly deliveries: Rule[] = [];
  private ordered: readonly number[] = [];

  constructor(world: World) {
    this.world = world;
    this.entries = entriesOf(world);
    this.fixed = this.entries.filter(isRule);
  }

  get count(): number {
    return this.fixed.length + this.world.letters.all.length;
  }

  at(number: number): Rule {
    const { all } = this.world.letters;
    while (this.deliveries.length < all.length) {
      this.deliveries.push(letterRule(this.world, all[this.deliveries.length] as Letter));
    }
    const rule = this.fixed[number] ?? this.deliveries[number - this.fixed.length];
    if (rule === undefined) throw new Error(`internal: no rule ${number}`);
    return rule;
  }

  /**
   * All numbers: the deliveries to an actor come where its inbox is, in canonical order of the
   * letters, whichever was sent first.
   */
  get order(): readonly number[] {
    if (this.ordered.length < this.count) this.ordered = this.inOrder();
    return this.ordered;
  }

  private inOrder(): readonly number[] {
    const start = this.fixed.length;
    let fixed = 0;
    return this.entries.flatMap((entry) =>
      isRule(entry)
        ? [fixed++]
        : this.world.letters.sentTo(entry.deliveriesTo).map(({ number }) => start + number),
    );
  }
}
