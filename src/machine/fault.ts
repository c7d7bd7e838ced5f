import { ReconvergeError } from '../model/error.ts';
import {
  FAULT_NATURE,
  type EffectFault,
  type FaultNature,
  type NodeFault,
} from '../model/failure.ts';
import type { AnyEnvironmentEvent, AnyFaultTolerance } from '../model/system.ts';
import type { FiredFault } from '../model/verdict.ts';

/**
 * A declared fault with a budget above 0. `pool` indexes the shared or own budget; null: no bound.
 */
export interface DeclaredFault {
  readonly fired: FiredFault;
  readonly pool: number | null;
}

export interface Pool {
  readonly name: string;
  readonly budget: number;
}

const UNBOUNDED = -1;
const LEFT_OUT = -2;

/**
 * Every fault that may happen, by name (`order.crash`, `charge.late`, `link.CUT`), and the budgets.
 */
export interface FaultPlan {
  readonly faults: ReadonlyMap<string, DeclaredFault>;
  readonly pools: readonly Pool[];
}

export function isFaultTrigger(
  event: AnyEnvironmentEvent,
): event is Extract<AnyEnvironmentEvent, { is: 'fault' }> {
  return typeof event === 'object' && 'is' in event && event.is === 'fault';
}

function checkBudget(name: string, budget: number): void {
  if (budget === Infinity || (Number.isInteger(budget) && budget >= 0)) return;
  throw new ReconvergeError('RCV205', `the budget of '${name}' is ${budget}`, {
    at: name,
    hint: 'a budget is a whole number from 0 on, or Infinity',
  });
}

/** A fault as it is declared, with a budget of its own. */
interface Declaration {
  readonly name: string;
  readonly budget: number;
  readonly nature: FaultNature;
}

/** All faults of a model in the order of declaration. @throws ReconvergeError RCV205 */
export function* declaredFaults(tolerance: AnyFaultTolerance): Generator<Declaration> {
  for (const [target, faults] of Object.entries(tolerance.faults ?? {})) {
    for (const [kind, given] of Object.entries(faults)) {
      const nature = FAULT_NATURE[kind as NodeFault | EffectFault] as FaultNature | undefined;
      if (nature === undefined) {
        throw new ReconvergeError('RCV205', `'${kind}' is no fault of the library`, {
          at: `faults.${target}`,
          hint: `faults: ${Object.keys(FAULT_NATURE).join(', ')}`,
        });
      }
      const budget = typeof given === 'object' ? given.times : (given as number);
      yield { name: `${target}.${kind}`, budget, nature };
    }
  }
  for (const [actor, events] of Object.entries(tolerance.environment ?? {})) {
    for (const [type, event] of Object.entries(events)) {
      if (!isFaultTrigger(event)) continue;
      const { kind, persistence, class: failureClass, budget } = event;
      yield {
        name: `${actor}.${type}`,
        budget,
        nature: { kind, persistence, class: failureClass },
      };
    }
  }
}

/** @throws ReconvergeError RCV205 for a budget or a pool that makes no sense */
export function faultPlan(tolerance: AnyFaultTolerance): FaultPlan {
  const pools: Pool[] = [];
  const shared = new Map<string, number>();
  for (const [name, { budget, faults }] of Object.entries(tolerance.pools ?? {})) {
    checkBudget(name, budget);
    const special = budget === Infinity ? UNBOUNDED : budget === 0 ? LEFT_OUT : null;
    const pool = special ?? pools.push({ name, budget }) - 1;
    for (const faultName of faults) shared.set(faultName, pool);
  }
  const faults = new Map<string, DeclaredFault>();
  for (const { name, budget: own, nature } of declaredFaults(tolerance)) {
    checkBudget(name, own);
    const pooled = shared.get(name);
    shared.delete(name);
    if (pooled === LEFT_OUT || own === 0) continue;
    const { kind, persistence, class: failureClass } = nature;
    const fired: FiredFault = { name, kind, persistence, class: failureClass };
    const unbounded = pooled === undefined ? own === Infinity : pooled === UNBOUNDED;
    const pool = unbounded ? null : (pooled ?? pools.push({ name, budget: own }) - 1);
    faults.set(name, { fired, pool });
  }
  const [unknown] = shared.keys();
  if (unknown !== undefined) {
    throw new ReconvergeError('RCV205', `a pool names '${unknown}', which is no declared fault`, {
      at: 'pools',
      hint: 'names of faults: actor.crash, effect.loseReply, actor.EVENT',
    });
  }
  return { faults, pools };
}
