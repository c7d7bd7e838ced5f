/**
 * How many states and transitions the models have, by counting arguments rather than by a run of
 * ours: a search that misses a state is fast, too.
 */
export interface Counts {
  readonly states: number;
  /** Without initial states. */
  readonly transitions: number;
}

/**
 * While the manager is open a participant has 4 local states, after an abort 6, after a commit 2;
 * each phase is a product, and a participant's steps in it are 4, 8 and 2.
 */
export function twoPhaseCommit(participants: number): Counts {
  const n = participants;
  return {
    states: 4 ** n + 6 ** n + 2 ** n,
    transitions: n * 4 ** n + 4 ** n + 1 + 8 * n * 6 ** (n - 1) + n * 2 ** n,
  };
}

/** Of one workflow, by steps: states before and after the crash, their steps, finished states. */
const ONE_WORKFLOW: Readonly<Record<number, readonly [number, number, number, number, number]>> = {
  2: [18, 51, 25, 71, 3],
  3: [28, 94, 39, 132, 4],
  4: [39, 152, 54, 213, 5],
  5: [51, 227, 70, 316, 6],
};

/** With two crashes there is no product; these are what several checkers agree on. */
const TWO_CRASHES: Readonly<Record<string, Counts>> = {
  '3,3': { states: 5_025_817, transitions: 22_394_342 },
  '4,3': { states: 28_468_215, transitions: 125_213_356 },
};

/**
 * For one crash: before and after it the workflows are independent, and it can happen wherever some
 * workflow is under way. @throws for sizes that nobody has counted
 */
export function checkpointedSaga(steps: number, workflows: number, crashes: number): Counts {
  const local = ONE_WORKFLOW[steps];
  const known = TWO_CRASHES[`${steps},${workflows}`];
  if (crashes === 2 && known !== undefined) return known;
  if (crashes !== 1 || local === undefined) {
    throw new Error(`nobody has counted ${steps}, ${workflows}, ${crashes}`);
  }
  const [before, after, stepsBefore, stepsAfter, finished] = local;
  const w = workflows;
  return {
    states: before ** w + after ** w,
    transitions:
      w * stepsBefore * before ** (w - 1) +
      (before ** w - finished ** w) +
      w * stepsAfter * after ** (w - 1),
  };
}

/** Orbits of states under permutation of the workflows, by steps, workflows and crashes. */
export const SAGA_ORBITS: Readonly<Record<string, number>> = {
  '3,3,1': 146_940,
  '4,3,1': 607_564,
  '4,3,2': 4_799_808,
};

/** Every valuation is a state; a process other than the bottom one holds a token in most. */
export function tokenRing(processes: number, values: number): Counts {
  const others = values ** (processes - 1);
  return {
    states: values ** processes,
    transitions: others * ((processes - 1) * (values - 1) + 1),
  };
}

/** What a ring has more when the initial valuation is chosen process by process. */
export function tokenRingChosen(processes: number, values: number): Counts {
  const { states, transitions } = tokenRing(processes, values);
  const partial = (values ** processes - 1) / (values - 1);
  return { states: states + partial, transitions: transitions + partial * values };
}

/** Two programs agree on these: ours, and the model in Promela. By replicas, updates, failures. */
export const CHAIN: Readonly<Record<string, Counts>> = {
  '2,2,1': { states: 97, transitions: 186 },
  '3,2,2': { states: 1_079, transitions: 3_197 },
  '4,3,2': { states: 148_565, transitions: 475_130 },
  '5,3,2': { states: 833_200, transitions: 2_843_579 },
  '5,4,1': { states: 1_938_093, transitions: 5_908_035 },
  '5,3,4': { states: 2_666_895, transitions: 13_403_848 },
};

/** As above, by batches, workers and crashes. */
export const PIPELINE: Readonly<Record<string, Counts>> = {
  '2,2,1': { states: 1_496, transitions: 4_008 },
  '2,3,2': { states: 76_296, transitions: 325_584 },
  '3,3,2': { states: 912_600, transitions: 3_970_512 },
  '2,4,2': { states: 2_143_152, transitions: 11_970_816 },
  '4,3,2': { states: 8_762_808, transitions: 38_425_680 },
};
