import { UNPLACED } from '../explore/exploration.ts';
import type { Hop } from '../explore/paths.ts';
import { precedes, stateKey } from '../model/integer-system.ts';
import type { Trace, TraceStep } from '../model/verdict.ts';
import type { Analysis } from './analysis.ts';

/** A behaviour in numbers: a state, then (action, state) pairs. */
export interface NumberedPath {
  readonly start: number;
  readonly steps: readonly { readonly action: number; readonly to: number }[];
  readonly loop: number | null;
}

/** The action of an edge between two states: the first by rules, with its strongest label. */
function actionBetween(analysis: Analysis, from: number, to: number): number {
  const { compiled, found } = analysis;
  const target = stateKey(found.row(to));
  let first = -1;
  found.forEachEdge(from, (action, _claim, next) => {
    if (stateKey(next) !== target) return;
    if (first === -1) first = action;
    const [one, other] = [compiled.action(first), compiled.action(action)];
    if (one.step === other.step && precedes(other.label, one.label)) first = action;
  });
  if (first === -1) throw new Error('internal: a step of a path does not exist');
  return first;
}

/** A shortest path from an initial state, by the parents of the breadth-first search. */
export function pathTo(analysis: Analysis, state: number): NumberedPath {
  const chain = analysis.found.pathTo(state);
  const steps = chain.slice(1).map((to, index) => ({
    action: actionBetween(analysis, chain[index] as number, to),
    to,
  }));
  return { start: chain[0] as number, steps, loop: null };
}

/** A shortest path to a state that was seen; null where the search for it ended at a bound. */
export const pathIfPlaced = (analysis: Analysis, state: number): NumberedPath | null =>
  state === UNPLACED ? null : pathTo(analysis, state);

/** The path prolonged by hops of the graph; `loop` says that they go round for ever. */
export function prolonged(
  analysis: Analysis,
  path: NumberedPath,
  hops: readonly Hop[],
  loop: boolean,
): NumberedPath {
  const { actions } = analysis.graph;
  const more = hops.map(({ edge, to }) => ({ action: actions[edge] as number, to }));
  return {
    start: path.start,
    steps: [...path.steps, ...more],
    loop: loop ? path.steps.length : path.loop,
  };
}

/** The path in words. */
export function traceOf(analysis: Analysis, path: NumberedPath): Trace {
  const { compiled, found } = analysis;
  const steps = path.steps.map(({ action, to }, index): TraceStep => {
    const { actor, event, label, fault } = compiled.action(action);
    const from = index === 0 ? path.start : path.steps[index - 1]!.to;
    const isTaken = fault === null || found.row(from)[actor] !== found.row(to)[actor];
    const guards = isTaken ? compiled.guards(action, found.row(from)) : [];
    return {
      actor: compiled.actorNames[actor] as string,
      event,
      label,
      fault,
      ...(guards.length > 0 && { guards }),
      state: compiled.stateView(found.row(to)),
    };
  });
  const initial = compiled.stateView(found.row(path.start));
  return { initial, steps, loop: path.loop };
}
