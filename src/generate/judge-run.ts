import type { PlannedProperty } from '../check/plan.ts';
import type { Logic } from '../check/automaton.ts';
import { judgeFormula } from './judge-formula.ts';
import { isTrapped, statesOf } from './fair-run.ts';
import { judgeLaw } from './judge-laws.ts';
import type { RunVerdict, Sample } from './sample.ts';
import type { State, Step } from './stepping.ts';

const PASSED: RunVerdict = { is: 'passed' };
const UNDECIDED: RunVerdict = { is: 'undecided' };

/** Safety is judged on the walk alone: its continuation would only make the example longer. */
function judgeStates(sample: Sample, predicate: number, because: string): RunVerdict {
  const { start, steps } = sample.walk;
  const at = statesOf(sample.walk).findIndex((state) => !sample.holds(predicate, state));
  if (at === -1) return PASSED;
  return sample.violated('state', because, { start, steps: steps.slice(0, at), loop: null });
}

function judgeRecovery(sample: Sample): RunVerdict {
  const { start, steps } = sample.walk;
  const at = steps.findIndex(({ brokenClaim }) => brokenClaim !== -1);
  if (at === -1) return PASSED;
  const because = sample.stepping.compiled.claimText((steps[at] as Step).brokenClaim);
  return sample.violated('step', because, { start, steps: steps.slice(0, at + 1), loop: null });
}

function judgeSometimes(sample: Sample, predicate: number): RunVerdict {
  const at = sample.states.findIndex((state) => sample.holds(predicate, state));
  return at === -1 ? UNDECIDED : { is: 'reached', shown: sample.shown(at) };
}

function judgeDeadlock(sample: Sample): RunVerdict {
  const { stepping, plan } = sample;
  const at = sample.states.findIndex(
    (state) => stepping.isStuck(state) && !sample.holds(plan.allDone, state),
  );
  if (at === -1) return PASSED;
  return sample.violated('deadlock', 'the last state has no step at all', sample.shown(at));
}

function judgeConverges(sample: Sample): RunVerdict {
  const { plan, run, states, stepping } = sample;
  const isSettled = (state: State): boolean => sample.holds(plan.settled, state);
  const isGood = (state: State): boolean =>
    isSettled(state) && sample.holds(plan.checkpointedDone, state);
  const end = states.findIndex((state) => sample.isDeadEnd(state) && !isGood(state));
  if (end !== -1) {
    const because = isSettled(states[end] as State)
      ? 'no fault-free step leads on from the last state, and a checkpointed actor is not done'
      : 'no fault-free step leads on from the last state, and it is not consistent and recovered';
    return sample.violated('deadlock', because, sample.shown(end));
  }
  if (!sample.avoidsForEver(plan.settled)) {
    return run.ending !== 'cut' || sample.comesTo(plan.settled) ? PASSED : UNDECIDED;
  }
  const isTrap = isTrapped(stepping, states.at(-1) as State, isSettled) === true;
  const because = isTrap
    ? 'once in the loop, no fault-free step ever leads back to a consistent state'
    : 'the loop is fair, and no state of it is consistent and recovered';
  const shown = sample.shown(run.steps.length, run.loop);
  return sample.violated(isTrap ? 'trap' : 'lasso', because, shown);
}

function judgeEventually(sample: Sample, predicate: number): RunVerdict {
  const { run, states } = sample;
  const at = states.findIndex((state) => sample.holds(predicate, state) || sample.isDeadEnd(state));
  if (at === -1) {
    if (run.loop === null) return UNDECIDED;
    const shown = sample.shown(run.steps.length, run.loop);
    return sample.violated('lasso', 'the loop is fair, and it never holds', shown);
  }
  if (sample.holds(predicate, states[at] as State)) return PASSED;
  const because = 'no fault-free step leads on, and it never held';
  return sample.violated('deadlock', because, sample.shown(at));
}

function judgeRecoverable(sample: Sample, predicate: number): RunVerdict {
  const { run, states, stepping } = sample;
  const holds = (state: State): boolean => sample.holds(predicate, state);
  const because = 'from the last state no fault-free path leads back';
  const end = states.findIndex((state) => sample.isDeadEnd(state) && !holds(state));
  if (end !== -1) return sample.violated('trap', because, sample.shown(end));
  const entry = run.loop ?? 0;
  if (sample.avoidsForEver(predicate) && isTrapped(stepping, states[entry] as State, holds)) {
    return sample.violated('trap', because, sample.shown(entry));
  }
  return sample.comesTo(predicate) ? PASSED : UNDECIDED;
}

function judgeWithin(sample: Sample, predicate: number, bound: number): RunVerdict {
  const { run, states } = sample;
  const exceeded = (needed: string): string =>
    `after the faults stop, ${needed} steps can pass; ${bound} are allowed`;
  let waited = -1;
  for (const [at, state] of states.entries()) {
    const isAfterFault = at > 0 && (run.steps[at - 1] as Step).isFault;
    waited = sample.holds(predicate, state) ? -1 : isAfterFault ? 0 : waited + 1;
    if (waited === -1) continue;
    if (sample.isDeadEnd(state)) {
      return sample.violated('bound', exceeded('endlessly many'), sample.shown(at));
    }
    if (waited >= bound) {
      return sample.violated('bound', exceeded(`more than ${waited}`), sample.shown(at));
    }
  }
  if (sample.avoidsForEver(predicate)) {
    const shown = sample.shown(run.steps.length, run.loop);
    return sample.violated('bound', exceeded('endlessly many'), shown);
  }
  return run.ending === 'cut' && waited !== -1 ? UNDECIDED : PASSED;
}

function judgeStays(sample: Sample, predicate: number): RunVerdict {
  const { run, states } = sample;
  const end = states.findIndex((s) => sample.isDeadEnd(s) && !sample.holds(predicate, s));
  if (end !== -1) {
    const because = 'no fault-free step leads on, and it does not hold';
    return sample.violated('deadlock', because, sample.shown(end));
  }
  if (run.loop === null) return run.ending === 'cut' ? UNDECIDED : PASSED;
  const isLeft = states.slice(run.loop).some((state) => !sample.holds(predicate, state));
  if (!isLeft) return PASSED;
  const because = 'the loop is fair, and it does not hold all along';
  return sample.violated('lasso', because, sample.shown(run.steps.length, run.loop));
}

function judgeClosed(sample: Sample, predicate: number, because: string): RunVerdict {
  const { compiled } = sample.stepping;
  const { states, run } = sample;
  const at = run.steps.findIndex(
    ({ action, to }, before) =>
      compiled.action(action).label === 'P' &&
      sample.holds(predicate, states[before] as State) &&
      !sample.holds(predicate, to),
  );
  return at === -1 ? PASSED : sample.violated('step', because, sample.shown(at + 1));
}

/**
 * What one run says about one property. A violation is certain: the run is a behaviour, and what
 * comes after it, where that matters, was seen to end or to repeat itself fairly.
 */
export function judgeRun(sample: Sample, planned: PlannedProperty): RunVerdict {
  const { name, property, predicate, formula } = planned;
  const goal = predicate === -1 ? sample.plan.settled : predicate;
  const inside = predicate === -1 ? sample.plan.consistent : predicate;
  switch (property.kind) {
    case 'always':
      return judgeStates(sample, predicate, `'${name}' is false in the last state`);
    case 'total': {
      const because = 'a failure is handled by no transition: the actor ended in error';
      return judgeStates(sample, sample.plan.noError, because);
    }
    case 'recovery':
      return judgeRecovery(sample);
    case 'sometimes':
      return judgeSometimes(sample, predicate);
    case 'eventually':
      return judgeEventually(sample, predicate);
    case 'eventuallyAlways':
      return judgeStays(sample, predicate);
    case 'recoverable':
      return judgeRecoverable(sample, inside);
    case 'converges':
      return judgeConverges(sample);
    case 'withinSteps':
      return judgeWithin(sample, goal, property.steps);
    case 'leadsTo':
    case 'until':
    case 'ltl':
      return judgeFormula(sample, formula as Logic);
    case 'deadlockFree':
      return judgeDeadlock(sample);
    case 'closed':
      return judgeClosed(sample, inside, `'${name}' is false of the last step`);
    case 'everyStep':
    case 'totalRecovery':
    case 'deterministicRecovery':
    case 'resumes':
      return judgeLaw(sample, planned, property);
    case 'refines':
      // A run shows one behaviour; whether the abstract system has it is not looked at here.
      return UNDECIDED;
  }
}
