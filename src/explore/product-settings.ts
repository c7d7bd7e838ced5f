import type { Ample } from './ample.ts';
import type { CrewSettings } from './shared-expansion.ts';
import type { Orbit } from './symmetry.ts';
import type { Visited } from './visited.ts';

/** How a search over a product is to be done. */
export interface ProductSettings {
  /** How states are told apart; left out: as seems best. */
  readonly visited?: Visited;
  /** Digits that may change places; used where all that is asked for is blind to it. */
  readonly orbits?: readonly Orbit[];
  /** Steps that are enough, for what is watched and for ends; left out: all steps are taken. */
  readonly ample?: readonly Ample[];
  /**
   * The search ends as soon as each predicate was seen as it is watched for, and a broken claim if
   * it is to stop there.
   */
  readonly untilAllSeen?: boolean;
  /**
   * The search ends soon after a state from which no step without a fault leads on and in which not
   * all of these hold.
   */
  readonly untilEnd?: readonly number[];
  /** How several threads share the work; left out: as the options ask, if it can be shared. */
  readonly crew?: CrewSettings;
}
