import type { Case } from './case.ts';
import { oneMachine, twoPhaseCommit } from './commit-cases.ts';
import { chain, pipeline } from './replica-cases.ts';
import { tokenRing } from './ring-cases.ts';
import { saga, sagaBroken, sagaOrbits, sagaTerminates } from './saga-cases.ts';

/** Everything, in the order in which it is run: growing along the curve. */
export const ALL: readonly Case[] = [
  twoPhaseCommit(8, 'all'),
  twoPhaseCommit(9, 'fast'),
  saga([3, 3, 1], 'all', 'Checkpointed saga'),
  saga([4, 3, 1], 'all', 'Checkpointed saga'),
  saga([4, 3, 2], 'fast', 'Checkpointed saga'),
  sagaBroken([4, 3, 1], 12),
  sagaTerminates([4, 3, 1]),
  sagaOrbits([3, 3, 1]),
  sagaOrbits([4, 3, 1]),
  sagaOrbits([4, 3, 2]),
  tokenRing(7, 'token'),
  tokenRing(7, 'converges'),
  tokenRing(7, 'stays'),
  chain([5, 3, 2]),
  chain([5, 4, 1]),
  chain([5, 3, 4]),
  pipeline([3, 3, 2]),
  pipeline([2, 4, 2]),
  pipeline([4, 3, 2]),
  oneMachine(6),
  saga([2, 2, 1], 'spin', 'Scaling'),
  saga([2, 3, 1], 'spin', 'Scaling'),
  saga([5, 3, 1], 'spin', 'Scaling'),
  saga([3, 4, 1], 'none', 'Scaling'),
  saga([4, 4, 1], 'none', 'Scaling'),
  saga([3, 5, 1], 'none', 'Scaling'),
  saga([4, 5, 1], 'none', 'Scaling'),
];

/** One of each kind, small: to see in a minute whether everything still runs. */
export const QUICK: readonly Case[] = [
  twoPhaseCommit(6, 'all'),
  saga([2, 2, 1], 'all', 'Checkpointed saga'),
  saga([2, 3, 1], 'all', 'Checkpointed saga'),
  sagaBroken([3, 3, 1], 9),
  sagaTerminates([2, 2, 1]),
  sagaOrbits([3, 3, 1]),
  tokenRing(5, 'token'),
  tokenRing(5, 'converges'),
  tokenRing(5, 'stays'),
  chain([3, 2, 2]),
  pipeline([2, 3, 2]),
  oneMachine(4),
];
