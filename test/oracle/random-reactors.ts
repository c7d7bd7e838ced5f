import type { AnyFaultTolerance, Channel, System } from '../../src/model/system.ts';
import type { Parts } from '../../src/model/part.ts';
import type { Dice } from './dice.ts';
import type { Environment, NodeBudgets } from './random-faults.ts';
import type { Receiver } from './random-machine.ts';
import type { Spot } from './random-predicate.ts';
import { actor, anyOf, replicas } from '../../src/model/part.ts';
import { environment, nodeFaults } from './random-faults.ts';
import { MODULUS, randomReactor } from './random-machine.ts';
import { randomPredicate, randomProperties } from './random-predicate.ts';

const recovery = { transient: 'retry', permanent: 'rollback', partial: 'compensate' };
const CHANNELS: readonly Channel[] = [
  ...(['rendezvous', 'rendezvous', 'rendezvous', 'rendezvous'] as const),
  ...(['set', 'bag', 'fifo'] as const),
  { kind: 'set', volatile: true },
  { kind: 'bag', volatile: true },
];

/** What must be known of a part before its machine is made. */
interface Plan {
  readonly name: string;
  /** Two equal actors instead of one. */
  readonly twins: boolean;
  readonly channel: Channel;
}

function kindOf({ channel }: Plan): string {
  return typeof channel === 'string' ? channel : channel.kind;
}

/** By rendezvous one sends only to later parts, so that no step goes round in circles. */
function receiversOf(plans: readonly Plan[], from: number): Receiver[] {
  return plans.flatMap((plan, to) => {
    const kind = kindOf(plan);
    if (to === from || (kind === 'rendezvous' && to < from)) return [];
    const names = plan.twins ? [`${plan.name}[0]`, `${plan.name}[1]`] : [plan.name];
    return names.map((name) => ({ name, bounded: kind === 'bag' || kind === 'fifo' }));
  });
}

function randomPart(dice: Dice, { twins }: Plan, receivers: readonly Receiver[]): Parts[string] {
  const machine = randomReactor(dice, receivers);
  const durable = dice.chance(1, 2) ? { durable: ({ x }: { x: number }) => ({ x }) } : {};
  const start = { x: dice.roll(MODULUS) };
  const input = dice.chance(1, 6) ? anyOf([start, { x: 0 }]) : start;
  if (!twins) return actor(machine, { ...durable, input });
  return replicas(2, machine, { ...durable, input: (index) => ({ x: index }) });
}

/** Two or three reactors that are prodded from outside and talk to each other. */
export function reactors(dice: Dice): System {
  const names = ['a', 'b', 'c'].slice(0, 2 + dice.roll(2));
  const twins = dice.chance(1, 4) ? names.length - 1 : -1;
  const plans = names.map((name, at): Plan => ({
    name,
    twins: at === twins,
    channel: dice.pick(CHANNELS),
  }));
  const endless = plans.every((plan) => ['rendezvous', 'set'].includes(kindOf(plan)));
  const spots = plans.flatMap((plan): Spot[] => {
    const spot = { part: plan.name, states: ['a', 'b'] };
    return plan.twins ? [0, 1].map((index) => ({ ...spot, index })) : [{ ...spot, index: null }];
  });
  const each = <T>(make: (plan: Plan, at: number) => T): { [name: string]: T } =>
    Object.fromEntries(plans.map((plan, at) => [plan.name, make(plan, at)]));
  const parts = each((plan, at) => randomPart(dice, plan, receiversOf(plans, at)));
  const outside: { [part: string]: Environment } = each(() => environment(dice, spots));
  const faults: { [name: string]: NodeBudgets } = each(() =>
    dice.chance(1, 2) ? nodeFaults(dice, endless) : {},
  );
  const hosted = dice.chance(1, 5);
  if (hosted) faults['host'] = { crash: 1 };
  const pooled = Object.entries(faults).flatMap(([name, budgets]) =>
    Object.keys(budgets).map((kind) => `${name}.${kind}`),
  );
  const tolerance: AnyFaultTolerance = {
    faults,
    environment: outside,
    channels: each(({ channel }) => channel),
    properties: randomProperties(dice, spots),
    ...(dice.chance(1, 3) && { recovery }),
    ...(hosted && { hosts: { host: names.slice(0, 2) } }),
    ...(dice.chance(1, 4) && { pools: { shared: { budget: 1 + dice.roll(2), faults: pooled } } }),
    ...(dice.chance(3, 4) && { consistent: randomPredicate(dice, spots) }),
  };
  return { parts, tolerance };
}
