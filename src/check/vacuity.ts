import type { Analysis } from './analysis.ts';
import type { PlannedProperty } from './plan.ts';

/** Declared faults that no step of the span is, where that is certain. */
export function neverFired({ compiled, found }: Analysis): readonly string[] {
  const { plan } = compiled.world;
  const sharing = new Map<number, number>();
  for (const { pool } of plan.faults.values()) {
    if (pool !== null) sharing.set(pool, (sharing.get(pool) ?? 0) + 1);
  }
  return [...plan.faults].flatMap(([name, { pool }]) => {
    if (!found.mayTake((action) => compiled.action(action).fault?.name === name)) return [name];
    if (pool === null || sharing.get(pool) !== 1) return [];
    return found.isTouched(compiled.world.budgetComponent(pool)) === false ? [name] : [];
  });
}

/** Whether what would have to happen first for a property to ask for anything never does. */
export function isAntecedentMissing(
  { found }: Analysis,
  { property, formula }: PlannedProperty,
): boolean {
  if (property.kind !== 'leadsTo' || typeof formula !== 'object') return false;
  const { always } = formula as { readonly always?: { readonly implies?: readonly unknown[] } };
  const first = always?.implies?.[0];
  return typeof first === 'number' && found.count(first) === 0;
}
