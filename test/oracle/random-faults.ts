/** Random faults and environments. */
import type { AnyEnvironmentEvent, AnyFaults, AnyView, Trigger } from '../../src/model/system.ts';
import type { Dice } from './dice.ts';
import type { Spot } from './random-predicate.ts';
import { anyOf } from '../../src/model/part.ts';
import { external, fault } from '../../src/model/system.ts';
import { MODULUS, OUTSIDE } from './random-machine.ts';
import { numberAt } from './random-predicate.ts';

export type Environment = { [type: string]: AnyEnvironmentEvent };
export type NodeBudgets = { crash?: number; pause?: number; halt?: number };

function trigger(dice: Dice, spots: readonly Spot[]): AnyEnvironmentEvent {
  const spot = dice.pick(spots);
  const wanted = dice.roll(MODULUS);
  const shapes: readonly Trigger<AnyView, object>[] = [
    true,
    (view) => numberAt(view, spot) !== wanted,
    (view, index) => ({ by: Math.max(0, numberAt(view, spot) + index) }),
    () => anyOf([{ by: 1 }, { by: 2 }]),
    (view) => (numberAt(view, spot) === wanted ? { by: wanted } : undefined),
  ];
  const when = dice.pick(shapes);
  const kind = dice.roll(6);
  if (kind === 0) return external(when);
  if (kind > 1) return when;
  return fault(
    { kind: 'data', persistence: 'partial', class: 'response', budget: dice.pick([1, 1, 1, 2, 0]) },
    when,
  );
}

/** For each event from outside perhaps a trigger, which may look at any of the spots. */
export function environment(dice: Dice, spots: readonly Spot[]): Environment {
  const declared = OUTSIDE.filter(() => dice.chance(2, 3));
  return Object.fromEntries(declared.map((type) => [type, trigger(dice, spots)]));
}

/** Infinite budgets are left out where messages are counted: they would overflow. */
export function nodeFaults(dice: Dice, endless: boolean): NodeBudgets {
  const budget = (): number => dice.pick([1, 1, 1, 1, 0]);
  return {
    ...(dice.chance(1, 2) && { crash: endless && dice.chance(1, 8) ? Infinity : budget() }),
    ...(dice.chance(1, 5) && { pause: budget() }),
    ...(dice.chance(1, 6) && { halt: budget() }),
  };
}

export function effectFaults(dice: Dice): AnyFaults {
  const maybe = (name: string) => dice.chance(1, 4) && { [name]: dice.chance(1, 9) ? 0 : 1 };
  return {
    ...maybe('loseRequest'),
    ...maybe('loseReply'),
    ...maybe('late'),
    ...maybe('refuse'),
    ...(dice.chance(1, 3) && { halfDone: { times: 1, send: () => ({ type: 'HALF' }) } }),
  };
}
