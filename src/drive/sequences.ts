import type { Suite } from '../generate/suite/suite.ts';
import type { Sequence } from './play.ts';

/** The sequences of a suite, named by their numbers and the faults that strike in them. */
export function sequencesOf({ walks, stepping }: Suite): readonly Sequence[] {
  const digits = String(walks.length).length;
  return walks.map((walk, index) => {
    const faults = walk.steps.flatMap((step) => stepping.faultName(step) ?? []);
    const number = String(index + 1).padStart(digits, '0');
    return { name: `${number} ${faults.length === 0 ? 'no faults' : faults.join(', ')}`, walk };
  });
}
