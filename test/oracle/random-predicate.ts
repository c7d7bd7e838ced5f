import type { AnyView } from '../../src/model/system.ts';
import type { Formula, Property } from '../../src/model/property.ts';
import type { Dice } from './dice.ts';
import * as properties from '../../src/model/property.ts';
import { MODULUS, TAGS } from './random-machine.ts';

export type RandomPredicate = (view: AnyView) => boolean;

/** One actor to look at: its part, and its position if that part is of replicas. */
export interface Spot {
  readonly part: string;
  readonly index: number | null;
  /** State names worth asking for; empty if the machine has only its root. */
  readonly states: readonly string[];
}

interface Sight {
  readonly status: string;
  readonly context: { readonly x?: number; readonly tries?: number };
  readonly saved: { matches(value: string): boolean } | null;
  matches(value: string): boolean;
  hasTag(tag: string): boolean;
}

export function sightAt(view: AnyView, { part, index }: Spot): Sight {
  const seen = view[part];
  return index === null ? (seen as Sight) : (seen as readonly Sight[])[index]!;
}

/** The number in the actor's context, or -1 while there is none to be read. */
export function numberAt(view: AnyView, spot: Spot): number {
  const sight = sightAt(view, spot);
  if (sight.status === 'down' || sight.status === 'halted') return -1;
  return sight.context.x ?? sight.context.tries ?? -1;
}

function atom(dice: Dice, spot: Spot): RandomPredicate {
  const asked = dice.roll(7);
  const wanted = dice.roll(MODULUS);
  const status = dice.pick(['active', 'done', 'down', 'paused', 'halted']);
  const tag = dice.pick(TAGS);
  const state = spot.states.length > 0 ? dice.pick(spot.states) : null;
  if (asked === 0) return (view) => sightAt(view, spot).status === status;
  if (asked === 1) return (view) => sightAt(view, spot).hasTag(tag);
  if (asked === 2 && state) return (view) => sightAt(view, spot).saved?.matches(state) === true;
  if (asked <= 4 && state) return (view) => sightAt(view, spot).matches(state);
  if (asked === 5) return (view) => numberAt(view, spot) > wanted;
  return (view) => numberAt(view, spot) === wanted;
}

/**
 * A question about one or two actors; implications and disjunctions are often true, others rarely.
 */
export function randomPredicate(dice: Dice, spots: readonly Spot[]): RandomPredicate {
  const left = atom(dice, dice.pick(spots));
  const right = atom(dice, dice.pick(spots));
  const third = atom(dice, dice.pick(spots));
  const shapes: readonly RandomPredicate[] = [
    (view) => left(view) || right(view),
    (view) => !(left(view) && right(view)),
    (view) => !left(view) || right(view),
    (view) => !left(view) || right(view) || third(view),
    (view) => !left(view),
    left,
  ];
  return dice.pick(shapes);
}

/** A random formula with so many operators one in another, at most. */
function randomFormula(dice: Dice, spots: readonly Spot[], depth: number): Formula<AnyView> {
  const part = (): Formula<AnyView> => randomFormula(dice, spots, depth - 1);
  if (depth === 0 || dice.chance(1, 4)) return randomPredicate(dice, spots);
  const shapes: readonly (() => Formula<AnyView>)[] = [
    () => ({ not: part() }),
    () => ({ and: [part(), part()] }),
    () => ({ or: [part(), part()] }),
    () => ({ implies: [part(), part()] }),
    () => ({ next: part() }),
    () => ({ always: part() }),
    () => ({ eventually: part() }),
    () => ({ until: [part(), part()] }),
    () => ({ release: [part(), part()] }),
  ];
  return dice.pick(shapes)();
}

/** One property of every kind, about random questions. */
export function randomProperties(
  dice: Dice,
  spots: readonly Spot[],
): { [name: string]: Property<AnyView> } {
  const ask = (): RandomPredicate => randomPredicate(dice, spots);
  const both = (): RandomPredicate => {
    const [left, right] = [ask(), ask()];
    return (view) => left(view) && right(view);
  };
  const maybe = (): RandomPredicate | null => (dice.chance(1, 2) ? null : ask());
  return {
    'is always': properties.always(ask()),
    'is sometimes': properties.sometimes(both()),
    'comes eventually': properties.eventually(ask()),
    'comes on every path': properties.eventually(ask(), { fairness: 'none' }),
    'can come': properties.recoverable(maybe()),
    'comes back': properties.converges({ fairness: 'none' }),
    'comes soon': properties.withinSteps(dice.roll(7), maybe()),
    'never sticks': properties.deadlockFree(),
    'comes if all are served': properties.eventually(ask(), {
      fairness: { weak: ['*'], strong: [dice.pick(spots).part] },
    }),
    'is answered if one is served': properties.leadsTo(ask(), ask(), {
      fairness: { weak: [dice.pick(spots).part] },
    }),
    'is answered': properties.leadsTo(ask(), both()),
    'is answered on every path': properties.leadsTo(ask(), ask(), { fairness: 'none' }),
    'lasts until': properties.until(ask(), ask()),
    'as a formula': properties.ltl(randomFormula(dice, spots, 2)),
    'as a formula on every path': properties.ltl(randomFormula(dice, spots, 2), {
      fairness: 'none',
    }),
    'comes to stay': properties.eventuallyAlways(ask()),
    'comes to stay on every path': properties.eventuallyAlways(ask(), { fairness: 'none' }),
  };
}
