import { OutOfReach } from '../explore/exploration.ts';
import type { Analysis } from './analysis.ts';
import { HOLDS, violated, type Judgement } from './judgement.ts';
import { pathIfPlaced } from './path.ts';
import type { PlannedProperty } from './plan.ts';

/** The property is false where no step leads on from a state in which not all of `goals` hold. */
function judgeEnds(analysis: Analysis, goals: readonly number[], because: string): Judgement {
  const end = analysis.found.badEnd(goals);
  if (end === -1) return unknown();
  return violated('deadlock', because, pathIfPlaced(analysis, end));
}

const unknown = (): Judgement => {
  return { ...HOLDS, result: 'unknown', because: 'the span is too large to follow every step' };
};

/**
 * What can be said of a property on a completely explored span that is too large to look at its
 * steps one by one, and where it could not be proved: a path that ends badly is seen, one that goes
 * round is not.
 */
export function judgeFromAfar(analysis: Analysis, planned: PlannedProperty): Judgement {
  try {
    return judgeByEnds(analysis, planned);
  } catch (thrown) {
    if (!(thrown instanceof OutOfReach)) throw thrown;
    return unknown();
  }
}

function judgeByEnds(analysis: Analysis, planned: PlannedProperty): Judgement {
  const { property, predicate } = planned;
  const { settled, consistent, checkpointedDone } = analysis.plan;
  const stops = 'no fault-free step leads on from the last state';
  switch (property.kind) {
    case 'converges':
      return judgeEnds(analysis, [settled, checkpointedDone], `${stops}, and it is no good end`);
    case 'recoverable':
      return judgeEnds(analysis, [predicate === -1 ? consistent : predicate], stops);
    default:
      return unknown();
  }
}
