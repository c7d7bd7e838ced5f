import { fairComponents } from '../explore/fair.ts';
import { canReach, fairCycle, shortestPath, stepsToGoal } from '../explore/paths.ts';
import type { Subgraph } from '../explore/scc.ts';
import type { FailureForm, Json, Result } from '../model/verdict.ts';
import type { Analysis } from './analysis.ts';
import { pathTo, prolonged, type NumberedPath } from './path.ts';
import type { PlannedProperty } from './plan.ts';

/** What a property's algorithm found, in numbers. */
export interface Judgement {
  readonly result: Result;
  readonly failure: FailureForm | null;
  readonly because: string | null;
  readonly path: NumberedPath | null;
  readonly values: { readonly [name: string]: Json };
}

const HOLDS: Judgement = { result: 'holds', failure: null, because: null, path: null, values: {} };

function violated(
  failure: FailureForm,
  because: string,
  path: NumberedPath | null,
  values: Judgement['values'] = {},
): Judgement {
  return { result: 'violated', failure, because, path, values };
}

/** Where a fair path can stay outside the goal for ever, or must stop there. */
function stuck(
  analysis: Analysis,
  part: Subgraph,
  fairness: 'default' | 'none',
  isBadEnd: (state: number) => boolean,
): { readonly end: number; readonly cycles: ReturnType<typeof fairComponents> } {
  let end = -1;
  for (let state = 0; state < analysis.states && end === -1; state += 1) {
    if (isBadEnd(state)) end = state;
  }
  return { end, cycles: fairComponents(part, analysis.fairness(fairness)) };
}

const earliest = (states: Int32Array): number => states.reduce((a, b) => Math.min(a, b));

function judgeAlways(analysis: Analysis, predicate: number, name: string): Judgement {
  const state = analysis.found.firstFalse(predicate);
  if (state === -1) return HOLDS;
  return violated('state', `'${name}' is false in the last state`, pathTo(analysis, state));
}

function judgeSometimes(analysis: Analysis, predicate: number): Judgement {
  const state = analysis.found.firstTrue(predicate);
  if (state !== -1)
    return { ...HOLDS, because: 'reached by the trace', path: pathTo(analysis, state) };
  return violated('unreached', 'no reachable state satisfies it', null);
}

function judgeDeadlock(analysis: Analysis): Judgement {
  const { offsets } = analysis.graph;
  for (let state = 0; state < analysis.states; state += 1) {
    if (offsets[state] !== offsets[state + 1] || analysis.holds(analysis.plan.allDone, state))
      continue;
    return violated('deadlock', 'the last state has no step at all', pathTo(analysis, state));
  }
  return HOLDS;
}

function judgeConverges(analysis: Analysis, fairness: 'default' | 'none'): Judgement {
  const { plan, found } = analysis;
  const values = { C: found.count(plan.consistent) };
  if (found.isInevitable(plan.settled, [plan.checkpointedDone])) return { ...HOLDS, values };
  const { graph, progress } = analysis;
  const goal = analysis.where(plan.settled);
  const outside = analysis.where(plan.settled, false);
  const part = { graph, inside: outside, counted: progress };
  const isBadEnd = (state: number): boolean =>
    (outside[state] === 1 || !analysis.holds(plan.checkpointedDone, state)) &&
    analysis.isEnd(progress, state);
  const { end, cycles } = stuck(analysis, part, fairness, isBadEnd);
  const first = cycles.toSorted((a, b) => earliest(a.states) - earliest(b.states))[0];
  const entry = first === undefined ? Infinity : earliest(first.states);
  if (end === -1 && first === undefined) return { ...HOLDS, values };
  if (end !== -1 && end < entry) {
    const because =
      outside[end] === 1
        ? 'no fault-free step leads on from the last state, and it is not consistent and recovered'
        : 'no fault-free step leads on from the last state, and a checkpointed actor is not done';
    return violated('deadlock', because, pathTo(analysis, end), values);
  }
  const reach = canReach(graph, progress, goal);
  const trap = reach.findIndex((way, state) => way === 0 && !analysis.isEnd(progress, state));
  if (reach[entry] === 0 && trap < entry) {
    const because = 'from the last state no fault-free path leads back to a consistent state';
    return violated('trap', because, pathTo(analysis, trap), values);
  }
  const cycle = fairCycle(part, first as NonNullable<typeof first>, entry);
  const path = prolonged(analysis, pathTo(analysis, entry), cycle, true);
  if (reach[entry] === 0) {
    const because = 'once in the loop, no fault-free step ever leads back to a consistent state';
    return violated('trap', because, path, values);
  }
  const because = 'the loop is fair, and no state of it is consistent and recovered';
  return violated('lasso', because, path, values);
}

function judgeEventually(
  analysis: Analysis,
  predicate: number,
  fairness: 'default' | 'none',
): Judgement {
  if (analysis.found.isInevitable(predicate, [])) return HOLDS;
  const { graph, moves, progress } = analysis;
  const not = { graph, inside: analysis.where(predicate, false), counted: moves };
  const initial = Array.from({ length: analysis.found.initial }, (_, index) => index);
  const inside = reachable(not, initial);
  const part = { graph, inside, counted: progress };
  const isBadEnd = (state: number): boolean =>
    inside[state] === 1 && analysis.isEnd(progress, state);
  const { end, cycles } = stuck(analysis, part, fairness, isBadEnd);
  if (end === -1 && cycles.length === 0) return HOLDS;
  const candidates = new Map(cycles.flatMap((cycle) => [...cycle.states].map((s) => [s, cycle])));
  const found = shortestPath(not, initial, (state) => candidates.has(state) || isBadEnd(state));
  if (found === null) throw new Error('internal: a reachable violation has no path');
  const last = found.hops.at(-1)?.to ?? found.start;
  const prefix = prolonged(
    analysis,
    { start: found.start, steps: [], loop: null },
    found.hops,
    false,
  );
  const cycle = candidates.get(last);
  if (cycle === undefined) {
    return violated('deadlock', 'no fault-free step leads on, and it never held', prefix);
  }
  const path = prolonged(analysis, prefix, fairCycle(part, cycle, last), true);
  return violated('lasso', 'the loop is fair, and it never holds', path);
}

function reachable(part: Subgraph, sources: readonly number[]): Uint8Array {
  const seen = new Uint8Array(part.inside.length);
  const queue = sources.filter((state) => part.inside[state] === 1);
  for (const state of queue) seen[state] = 1;
  const { offsets, targets } = part.graph;
  for (let state = queue.pop(); state !== undefined; state = queue.pop()) {
    for (let edge = offsets[state] as number; edge < (offsets[state + 1] as number); edge += 1) {
      const to = targets[edge] as number;
      if (part.counted[edge] === 0 || part.inside[to] === 0 || seen[to] === 1) continue;
      seen[to] = 1;
      queue.push(to);
    }
  }
  return seen;
}

function judgeRecoverable(analysis: Analysis, predicate: number): Judgement {
  if (analysis.found.isInevitable(predicate, [])) return HOLDS;
  const reach = canReach(analysis.graph, analysis.progress, analysis.where(predicate));
  const lost = reach.indexOf(0);
  if (lost === -1) return HOLDS;
  const because = 'from the last state no fault-free path leads back';
  return violated('trap', because, pathTo(analysis, lost));
}

function judgeWithin(analysis: Analysis, predicate: number, bound: number): Judgement {
  const { graph, progress } = analysis;
  const goal = analysis.where(predicate);
  const steps = stepsToGoal(graph, progress, goal);
  const worst = steps.reduce((a, b) => Math.max(a, b), 0);
  const values = { beta: Number.isFinite(worst) ? worst : null };
  const late = steps.findIndex((needed) => needed > bound);
  if (late === -1) return { ...HOLDS, values };
  const hops = [];
  let at = late;
  while (hops.length <= bound && goal[at] === 0) {
    const next = slowest(analysis, steps, at);
    if (next === null) break;
    hops.push(next);
    at = next.to;
  }
  const path = prolonged(analysis, pathTo(analysis, late), hops, false);
  const because = `after the faults stop, ${Number.isFinite(worst) ? `${worst} steps` : 'endlessly many steps'} can pass; ${bound} are allowed`;
  return violated('bound', because, path, values);
}

function slowest(analysis: Analysis, steps: Float64Array, from: number) {
  const { offsets, targets } = analysis.graph;
  let best: { from: number; edge: number; to: number } | null = null;
  for (let edge = offsets[from] as number; edge < (offsets[from + 1] as number); edge += 1) {
    const to = targets[edge] as number;
    if (analysis.progress[edge] === 0) continue;
    if (best === null || (steps[to] as number) > (steps[best.to] as number))
      best = { from, edge, to };
  }
  return best;
}

function judgeTotal(analysis: Analysis): Judgement {
  const state = analysis.found.firstFalse(analysis.plan.noError);
  if (state === -1) return HOLDS;
  return violated(
    'state',
    'a failure is handled by no transition: the actor ended in error',
    pathTo(analysis, state),
  );
}

function judgeRecovery(analysis: Analysis): Judgement {
  const broken = analysis.found.brokenClaim;
  if (broken === null) return HOLDS;
  const { start, steps } = pathTo(analysis, broken.state);
  const path = {
    start,
    steps: [...steps, { action: broken.action, to: broken.target }],
    loop: null,
  };
  return violated('step', analysis.compiled.claimText(broken.claim), path);
}

const COMPETING = 'a pending reply that competes with a timeout is delivered in the end';

/** Decides one property on a completely explored span. */
export function judge(analysis: Analysis, planned: PlannedProperty): Judgement {
  const judgement = decide(analysis, planned);
  const { property } = planned;
  const isFair = 'fairness' in property && property.fairness === 'default';
  if (!isFair || !analysis.assumesStrongFairness) return judgement;
  return { ...judgement, values: { ...judgement.values, assumes: COMPETING } };
}

function decide(analysis: Analysis, { name, property, predicate }: PlannedProperty): Judgement {
  const { settled, consistent } = analysis.plan;
  switch (property.kind) {
    case 'always':
      return judgeAlways(analysis, predicate, name);
    case 'sometimes':
      return judgeSometimes(analysis, predicate);
    case 'eventually':
      return judgeEventually(analysis, predicate, property.fairness);
    case 'recoverable':
      return judgeRecoverable(analysis, predicate === -1 ? consistent : predicate);
    case 'converges':
      return judgeConverges(analysis, property.fairness);
    case 'withinSteps':
      return judgeWithin(analysis, predicate === -1 ? settled : predicate, property.steps);
    case 'deadlockFree':
      return judgeDeadlock(analysis);
    case 'total':
      return judgeTotal(analysis);
    case 'recovery':
      return judgeRecovery(analysis);
  }
}

const NEEDS_ALL: ReadonlySet<string> = new Set([
  'eventually',
  'recoverable',
  'converges',
  'withinSteps',
  'deadlockFree',
]);

/** Whether the property can be decided without the edges. */
export function needsEdges(kind: PlannedProperty['property']['kind']): boolean {
  return NEEDS_ALL.has(kind);
}

/**
 * Decides one property on a span that was cut: what was seen to be wrong is wrong, anything else is
 * unknown. A missing witness of `sometimes` may lie beyond the cut.
 */
export function judgePartial(analysis: Analysis, planned: PlannedProperty): Judgement {
  const unknown: Judgement = { ...HOLDS, result: 'unknown', because: 'a bound was reached first' };
  const { kind } = planned.property;
  if (needsEdges(kind)) return unknown;
  const judgement = judge(analysis, planned);
  const decided =
    kind === 'sometimes' ? judgement.result === 'holds' : judgement.result === 'violated';
  return decided ? judgement : unknown;
}
