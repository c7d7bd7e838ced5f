import type { FaultNature } from '../model/failure.ts';
import type { AnyFaultTolerance, System } from '../model/system.ts';
import { declaredFaults, isFaultTrigger } from './fault.ts';

/** A budget that can be chosen: of one fault, or of a pool of faults that share it. */
export interface Axis {
  /** `order.crash`, or the name of the pool. */
  readonly name: string;
  /** As declared: a whole number from 0 on, or Infinity. */
  readonly budget: number;
  /** null for a pool of faults that differ. */
  readonly nature: FaultNature | null;
}

function common(natures: readonly FaultNature[]): FaultNature | null {
  const [first, ...others] = natures;
  if (first === undefined) return null;
  const same = others.every(
    ({ kind, persistence, class: failureClass }) =>
      kind === first.kind && persistence === first.persistence && failureClass === first.class,
  );
  return same ? first : null;
}

/** The budgets of a system that can be chosen each by itself, in the order of declaration. */
export function axesOf(tolerance: AnyFaultTolerance): readonly Axis[] {
  const faults = [...declaredFaults(tolerance)];
  const pools = Object.entries(tolerance.pools ?? {});
  const pooled = new Set(pools.flatMap(([, pool]) => pool.faults));
  const shared = pools.map(([name, pool]): Axis => {
    const members = faults.filter((fault) => pool.faults.includes(fault.name));
    return { name, budget: pool.budget, nature: common(members.map(({ nature }) => nature)) };
  });
  return [...faults.filter(({ name }) => !pooled.has(name)), ...shared];
}

function mapped<V, W>(
  record: { readonly [name: string]: V },
  map: (value: V, name: string) => W,
): { readonly [name: string]: W } {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [name, map(value, name)]),
  );
}

/** The same system with other budgets, by the names of its axes; 0 where none is given. */
export function withBudgets(
  { parts, tolerance }: System,
  budgets: { readonly [axis: string]: number },
): System {
  const { faults = {}, environment = {}, pools = {} } = tolerance;
  const poolOf = new Map(
    Object.entries(pools).flatMap(([pool, { faults: members }]) =>
      members.map((name) => [name, pool] as const),
    ),
  );
  /** A fault in a pool takes from there; where the pool is probed, so are its members. */
  const chosen = (name: string, own: number): number => {
    const pool = poolOf.get(name);
    if (pool === undefined) return budgets[name] ?? 0;
    const isProbed = pools[pool]?.budget === 0 && (budgets[pool] ?? 0) > 0;
    return isProbed ? Math.max(1, own) : own;
  };
  return {
    parts,
    tolerance: {
      ...tolerance,
      faults: mapped(faults, (kinds, target) =>
        mapped<unknown, unknown>(kinds, (given, kind) => {
          const name = `${target}.${kind}`;
          if (typeof given === 'number') return chosen(name, given);
          const more = given as { readonly times: number };
          return { ...more, times: chosen(name, more.times) };
        }),
      ),
      environment: mapped(environment, (events, actor) =>
        mapped(events, (event, type) =>
          isFaultTrigger(event)
            ? { ...event, budget: chosen(`${actor}.${type}`, event.budget) }
            : event,
        ),
      ),
      pools: mapped(pools, (pool, name) => ({ ...pool, budget: budgets[name] ?? 0 })),
    },
  };
}
