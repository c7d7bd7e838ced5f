import type { MatrixCell } from '../model/verdict.ts';
import type { ServerFault } from '../postgres/faults/server-fault.ts';
import type { StrikePoint } from './strike-points.ts';
import { type Moment, momentsOf } from './strike.ts';

/** A column of the matrix of faults and points (spec 6.4); each strike belongs to one. */
type Column =
  | Exclude<Moment, 'after the write, twice'>
  | 'during recovery'
  | 'during compensation'
  | 'twice during recovery';

const COLUMNS: readonly Column[] = [
  'before BEGIN',
  'after the write',
  'before COMMIT',
  'at a COMMIT without reply',
  'after COMMIT',
  'during recovery',
  'during compensation',
  'twice during recovery',
];

/** Of a save while the orchestrator undoes, and of a recovery, whichever the moment is. */
function columnOf({ call, moment, isUndoing }: StrikePoint): Column {
  if (moment === 'after the write, twice') return 'twice during recovery';
  if (call === 'recovery') return 'during recovery';
  return isUndoing ? 'during compensation' : moment;
}

function because(fault: ServerFault, column: Column): string {
  const isMoment = momentsOf(fault, 'save').some((moment) => moment === column);
  if (isMoment || COLUMNS.indexOf(column) >= COLUMNS.indexOf('during recovery')) {
    return 'the model has no such call';
  }
  return column === 'before COMMIT'
    ? 'PostgreSQL has no such limit during a COMMIT'
    : 'it does nothing to a session that is idle';
}

/** How many strikes of each fault at each point agreed, of how many; 0 of 0 says why. */
export function matrixOf(
  faults: readonly ServerFault[],
  strikes: readonly StrikePoint[],
  agreed: ReadonlySet<string>,
): readonly MatrixCell[] {
  return faults.flatMap((fault) =>
    COLUMNS.map((point): MatrixCell => {
      const here = strikes.filter(
        (strike) => strike.fault.name === fault.name && columnOf(strike) === point,
      );
      const covered = here.filter(({ name }) => agreed.has(name)).length;
      const total = here.length;
      return {
        fault: fault.name,
        point,
        covered,
        total,
        because: total === 0 ? because(fault, point) : null,
      };
    }),
  );
}
