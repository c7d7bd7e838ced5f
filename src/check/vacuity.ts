import { ONE_ORDER, OutOfReach } from '../explore/exploration.ts';
import { unenteredRecoveries } from '../machine/unentered.ts';
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

/** Whether every reachable state was looked at, none left out. */
const isWhole = ({ found }: Analysis): boolean =>
  found.incomplete === null && !found.stopped && !found.visited.includes(ONE_ORDER);

/** States of recoveries that no reachable step enters, where that is certain (spec 1.8). */
export function neverRecovered(analysis: Analysis): readonly string[] {
  return isWhole(analysis) ? unenteredRecoveries(analysis.compiled.world) : [];
}

/** Kinds that ask something of a predicate of their own. */
const ABOUT_STATES: ReadonlySet<string> = new Set([
  'always',
  'eventually',
  'eventuallyAlways',
  'recoverable',
  'withinSteps',
  'closed',
]);

/**
 * Whether the predicate reads nothing but actors that are never anything else than at first. That
 * it reads the same of an actor that does change is no sign: an invariant is made for that.
 */
function isOfTheIdle({ compiled, found }: Analysis, predicate: number): boolean {
  return compiled.decide(predicate, found.row(0)).reads.every((read) => {
    const actor = compiled.world.actors[compiled.observation(read).component];
    return actor !== undefined && actor.locals.values.length === 1;
  });
}

function isTrueAtFirst({ found }: Analysis, predicate: number): boolean {
  const initial = Array.from({ length: found.initial }, (_, state) => state);
  return initial.every((state) => found.holds(predicate, state));
}

/** Why no step matters to a property that holds; null: some may, or it is not known. */
export function withoutSteps(
  analysis: Analysis,
  { property: { kind }, predicate }: PlannedProperty,
): string | null {
  if (predicate === -1 || !ABOUT_STATES.has(kind) || !isWhole(analysis)) return null;
  try {
    if (isOfTheIdle(analysis, predicate)) return 'change nothing that it reads';
    const isDone = kind === 'eventually' && isTrueAtFirst(analysis, predicate);
    return isDone ? 'true at the start' : null;
  } catch (thrown) {
    if (!(thrown instanceof OutOfReach)) throw thrown;
    return null;
  }
}
