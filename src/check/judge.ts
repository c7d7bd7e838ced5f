import { OutOfReach, UNPLACED } from '../explore/exploration.ts';
import { canReach, stepsToGoal } from '../explore/paths.ts';
import type { Analysis } from './analysis.ts';
import { judgeFromAfar } from './judge-from-afar.ts';
import { judgeConverges, judgeEventually, judgeStays } from './judge-fair.ts';
import type { Logic } from './automaton.ts';
import { judgeTemporal } from './judge-temporal.ts';
import { judgeRefines } from './judge-refines.ts';
import { HOLDS, violated, type Judgement } from './judgement.ts';
import { judgeChoices } from './laws/choices.ts';
import { judgeResumes } from './laws/resumption.ts';
import { judgeClosed, judgeEveryStep } from './laws/steps.ts';
import { pathIfPlaced, pathTo, prolonged } from './path.ts';
import type { PlannedProperty } from './plan.ts';

function judgeAlways(
  analysis: Analysis,
  { predicate, antecedent, name }: PlannedProperty,
): Judgement {
  const state = analysis.found.firstFalse(predicate);
  if (state === -1) {
    if (antecedent === -1 || analysis.found.firstTrue(antecedent) !== -1) return HOLDS;
    return { ...HOLDS, vacuous: true, because: 'there is no state that it is about' };
  }
  const why = state === UNPLACED ? '' : analysis.why(predicate, state);
  const because = `'${name}' is false in the last state${why}`;
  return violated('state', because, pathIfPlaced(analysis, state));
}

function judgeSometimes(analysis: Analysis, predicate: number): Judgement {
  const state = analysis.found.firstTrue(predicate);
  if (state === UNPLACED) return { ...HOLDS, because: 'reached, by a path too long to look for' };
  if (state !== -1)
    return { ...HOLDS, because: 'reached by the trace', path: pathTo(analysis, state) };
  return violated('unreached', 'no reachable state satisfies it', null);
}

function judgeDeadlock(analysis: Analysis): Judgement {
  if (analysis.found.isDeadlockFree(analysis.plan.allDone)) return HOLDS;
  const { offsets } = analysis.graph;
  for (let state = 0; state < analysis.states; state += 1) {
    if (offsets[state] !== offsets[state + 1] || analysis.holds(analysis.plan.allDone, state))
      continue;
    return violated('deadlock', 'the last state has no step at all', pathTo(analysis, state));
  }
  return HOLDS;
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
    pathIfPlaced(analysis, state),
  );
}

function judgeRecovery(analysis: Analysis): Judgement {
  const broken = analysis.found.brokenClaim;
  if (broken === null) return HOLDS;
  if (broken.state === UNPLACED) return violated('step', 'a claim of R is broken', null);
  const { start, steps } = pathTo(analysis, broken.state);
  const path = {
    start,
    steps: [...steps, { action: broken.action, to: broken.target }],
    loop: null,
  };
  return violated('step', analysis.compiled.claimText(broken.claim), path);
}

const COMPETING = 'a pending reply that competes with a timeout is delivered in the end';

function decideOr(analysis: Analysis, planned: PlannedProperty): Judgement {
  try {
    return decide(analysis, planned);
  } catch (thrown) {
    if (!(thrown instanceof OutOfReach)) throw thrown;
    return judgeFromAfar(analysis, planned);
  }
}

/** Decides one property on a completely explored span. */
export function judge(analysis: Analysis, planned: PlannedProperty): Judgement {
  const judgement = decideOr(analysis, planned);
  const { property } = planned;
  const isFair = 'fairness' in property && property.fairness === 'default';
  if (!isFair || !analysis.assumesStrongFairness) return judgement;
  return { ...judgement, values: { ...judgement.values, assumes: COMPETING } };
}

function decide(analysis: Analysis, planned: PlannedProperty): Judgement {
  const { name, property, predicate, formula } = planned;
  const { settled, consistent } = analysis.plan;
  switch (property.kind) {
    case 'always':
      return judgeAlways(analysis, planned);
    case 'sometimes':
      return judgeSometimes(analysis, predicate);
    case 'eventually':
      return judgeEventually(analysis, predicate, property.fairness);
    case 'eventuallyAlways':
      return judgeStays(analysis, predicate, property.fairness);
    case 'recoverable':
      return judgeRecoverable(analysis, predicate === -1 ? consistent : predicate);
    case 'converges':
      return judgeConverges(analysis, property.fairness);
    case 'withinSteps':
      return judgeWithin(analysis, predicate === -1 ? settled : predicate, property.steps);
    case 'leadsTo':
    case 'until':
    case 'ltl':
      return judgeTemporal(analysis, formula as Logic, property.fairness);
    case 'deadlockFree':
      return judgeDeadlock(analysis);
    case 'closed':
      return judgeClosed(analysis, predicate === -1 ? consistent : predicate, name);
    case 'everyStep':
      return judgeEveryStep(analysis, name, property);
    case 'totalRecovery':
    case 'deterministicRecovery':
      return judgeChoices(analysis, property.kind);
    case 'refines':
      return judgeRefines(analysis, name, property);
    case 'resumes':
      return judgeResumes(analysis, predicate, name, property);
    case 'total':
      return judgeTotal(analysis);
    case 'recovery':
      return judgeRecovery(analysis);
  }
}

const NEEDS_ALL: ReadonlySet<string> = new Set([
  'eventually',
  'eventuallyAlways',
  'recoverable',
  'converges',
  'withinSteps',
  'leadsTo',
  'until',
  'ltl',
  'deadlockFree',
  'closed',
  'everyStep',
  'totalRecovery',
  'deterministicRecovery',
  'refines',
  'resumes',
]);

const NEEDS_FEWER: ReadonlySet<string> = new Set([
  'always',
  'sometimes',
  'eventually',
  'recoverable',
  'deadlockFree',
  'total',
  'recovery',
]);

/** Whether the property cannot be decided where steps are left for later. */
export function needsAllStates({ property }: PlannedProperty): boolean {
  return !NEEDS_FEWER.has(property.kind);
}

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
