import {
  andInitial,
  holds,
  onlyStates,
  setOf,
  VIOLATED,
  type Case,
  type Section,
  type Size,
} from './case.ts';
import {
  ours,
  rumur,
  spinBreadthFirst,
  spinLiveness,
  spinSafety,
  stateright,
  tlc,
} from './contenders.ts';
import * as counts from './counts.ts';
import { MEMORY_MIB } from './workshop.ts';

/** Above so many states we are told how much memory there is. */
const LARGE = 5e7;

const sagaSet = ([steps, workflows, crashes]: Size) => ({ steps, workflows, crashes });
const sagaSpin = ([steps, workflows, crashes]: Size) => ({
  STEPS: steps,
  WORKFLOWS: workflows,
  CRASHES: crashes,
});
const sagaBlanks = ([steps, workflows, crashes]: Size) => ({
  STEPS: String(steps),
  CRASHES: String(crashes),
  WORKFLOW: `1 .. ${workflows}`,
  CHECKPOINT_FIRST: 'false',
});
const sagaTlc = ([steps, workflows, crashes]: Size, isBroken = false) => [
  `CONSTANT Workflows = ${setOf('w', workflows)}`,
  `CONSTANT Steps = ${steps}`,
  `CONSTANT Crashes = ${crashes}`,
  `CONSTANT CheckpointFirst = ${isBroken ? 'TRUE' : 'FALSE'}`,
  'CHECK_DEADLOCK FALSE',
];
const safety = ['SPECIFICATION Spec', 'INVARIANT Atomic'];
const SAGA = 'checkpointed-saga';

export function saga(size: Size, tools: 'all' | 'fast' | 'spin' | 'none', section: Section): Case {
  const all = counts.checkpointedSaga(...size);
  const flags = all.states > LARGE ? ['--memory', String(MEMORY_MIB)] : [];
  const spin = spinSafety(SAGA, sagaSpin(size), andInitial(all));
  const fast = [spin, stateright('B', size, andInitial(all))];
  const slow = [
    rumur(SAGA, sagaBlanks(size), holds(all)),
    tlc('CheckpointedSaga', [...safety, ...sagaTlc(size)], andInitial(all)),
  ];
  const peers = { none: [], spin: [spin], fast, all: [...fast, ...slow] }[tools];
  return {
    name: `saga-${size.join('-')}`,
    section,
    title: `${size[0]} steps, ${size[1]} workflows, crashes: ${size[2]}`,
    states: all.states,
    isOnCurve: size[2] === 1,
    contenders: [
      ours({ model: SAGA, set: sagaSet(size), property: 'atomic', flags }, holds(all)),
      ...peers,
    ],
  };
}

/** The checkpoint before the effect: how long until the shortest way to lose one is found. */
export function sagaBroken(size: Size, steps: number): Case {
  const set = { ...sagaSet(size), bug: 'checkpoint-first' };
  const definitions = { ...sagaSpin(size), CHECKPOINT_FIRST: 1 };
  return {
    name: `saga-${size.join('-')}-bug`,
    section: 'Checkpointed saga',
    title: `${size[0]} steps, ${size[1]} workflows, seeded bug: shortest trace`,
    states: counts.checkpointedSaga(...size).states,
    isOnCurve: false,
    contenders: [
      ours({ model: SAGA, set, property: 'atomic' }, { ...VIOLATED, steps }),
      spinBreadthFirst(SAGA, definitions, VIOLATED),
      rumur(SAGA, { ...sagaBlanks(size), CHECKPOINT_FIRST: 'true' }, VIOLATED),
      tlc('CheckpointedSaga', [...safety, ...sagaTlc(size, true)], VIOLATED),
      stateright('B', [...size, 1], VIOLATED),
    ],
  };
}

export function sagaTerminates(size: Size): Case {
  const { states } = counts.checkpointedSaga(...size);
  const lines = ['SPECIFICATION FairSpec', 'PROPERTY Terminates', ...sagaTlc(size)];
  const definitions = { ...sagaSpin(size), TERMINATES: null };
  return {
    name: `saga-${size.join('-')}-terminates`,
    section: 'Checkpointed saga',
    title: `${size[0]} steps, ${size[1]} workflows, liveness: terminates`,
    states,
    isOnCurve: false,
    contenders: [
      ours({ model: SAGA, set: sagaSet(size), property: 'terminates' }, onlyStates(states)),
      spinLiveness(SAGA, definitions, onlyStates(states), 100_000),
      tlc('CheckpointedSaga', lines, onlyStates(states), 'liveness'),
    ],
  };
}

export function sagaOrbits(size: Size): Case {
  const states = counts.SAGA_ORBITS[size.join()]!;
  const expected = onlyStates(states);
  const asked = { model: SAGA, set: sagaSet(size), property: 'atomic', flags: ['--symmetry'] };
  const permuted = { ...sagaBlanks(size), WORKFLOW: `scalarset(${size[1]})` };
  const lines = [...safety, 'SYMMETRY Symmetry', ...sagaTlc(size)];
  return {
    name: `saga-${size.join('-')}-symmetry`,
    section: 'Checkpointed saga up to permutation of the workflows',
    title: `${size[0]} steps, ${size[1]} workflows, crashes: ${size[2]}`,
    states,
    isOnCurve: false,
    contenders: [
      ours({ ...asked, variant: 'exact, --symmetry', refusals: ['RCV505'] }, expected),
      rumur(SAGA, permuted, expected, true),
      stateright('B', size, expected, true),
      tlc('CheckpointedSaga', lines, expected, 'symmetry'),
    ],
  };
}
