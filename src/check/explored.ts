import type { Exploration } from '../explore/exploration.ts';
import { Questions } from '../explore/questions.ts';
import { Search } from '../explore/search.ts';
import { compile, type Compiled } from '../machine/compile.ts';
import type { System } from '../model/system.ts';
import type { Plan } from './plan.ts';

const UNBOUNDED = Number.MAX_SAFE_INTEGER;

/**
 * The whole span of a system, with its edges, whatever its properties; or, marked incomplete, as
 * much of it as there may be states.
 * @throws UnboundedComponent when there is no end to it
 */
export function spanOf(
  system: System,
  predicates: Plan['predicates'],
  statesMax = UNBOUNDED,
): readonly [Compiled, Exploration] {
  const compiled = compile(system, predicates);
  const found = new Search(new Questions(compiled), {
    bounds: {
      statesMax,
      depthMax: UNBOUNDED,
      timeoutMs: UNBOUNDED,
      memoryBytes: UNBOUNDED,
    },
    edges: true,
    watchFalse: [],
    watchTrue: [],
    stopAt: [],
    stopAtClaim: false,
    symmetry: false,
    reduce: false,
    clock: () => performance.now(),
    residentBytes: () => 0,
    interrupted: () => false,
    onProgress: () => {},
  }).run(() => false);
  return [compiled, found];
}

/** The same with the plan that its predicates are from: what is asked about states and edges. */
export function explored(system: System, plan: Plan): [Compiled, Plan, Exploration] {
  const [compiled, found] = spanOf(system, plan.predicates);
  return [compiled, plan, found];
}
