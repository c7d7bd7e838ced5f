import type { Exploration } from '../explore/exploration.ts';
import { spanSearch } from '../explore/span-search.ts';
import { compile, type Compiled } from '../machine/compile.ts';
import type { System } from '../model/system.ts';
import type { Plan } from './plan.ts';

/**
 * The whole span of a system, with its edges, whatever its properties; or, marked incomplete, as
 * much of it as there may be states.
 * @throws UnboundedComponent when there is no end to it
 */
export function spanOf(
  system: System,
  predicates: Plan['predicates'],
  statesMax = Number.MAX_SAFE_INTEGER,
): readonly [Compiled, Exploration] {
  const compiled = compile(system, predicates);
  const found = spanSearch(compiled, { statesMax }).run(() => false);
  return [compiled, found];
}

/** The same with the plan that its predicates are from: what is asked about states and edges. */
export function explored(system: System, plan: Plan): [Compiled, Plan, Exploration] {
  const [compiled, found] = spanOf(system, plan.predicates);
  return [compiled, plan, found];
}
