import { assign, setup } from 'xstate';
import {
  actor,
  actors,
  always,
  deadlockFree,
  eventually,
  fault,
  recoverable,
  sometimes,
  withinSteps,
  type System,
} from 'reconverge';

const breaks = { kind: 'node', persistence: 'transient', class: 'omission' } as const;

const limping = setup({
  types: {} as { events: { type: 'BREAK' | 'LEFT' | 'RIGHT' | 'REPAIR' } },
}).createMachine({
  initial: 'well',
  states: {
    well: { on: { BREAK: 'left' } },
    left: { on: { LEFT: 'right' } },
    right: { on: { RIGHT: 'left' } },
  },
});

/** Once broken it limps from one leg to the other, and no way leads back. */
export const trapped: System = actors({ walker: actor(limping) }).faultTolerant({
  environment: { walker: { BREAK: fault(breaks), LEFT: true, RIGHT: true } },
  consistent: (s) => s.walker.matches('well'),
  properties: {
    'comes back': recoverable(),
    'comes back soon': withinSteps(3),
    'never deadlocked': deadlockFree(),
  },
});

const swinging = setup({
  types: {} as { events: { type: 'BREAK' | 'TURN' | 'REPAIR' } },
}).createMachine({
  initial: 'well',
  states: {
    well: { on: { BREAK: 'near' } },
    near: { on: { TURN: 'far', REPAIR: 'well' } },
    far: { on: { REPAIR: 'near' } },
  },
});

/** It could be repaired when near; a fair schedule may repair it only when it is far. */
export const postponed: System = actors({ walker: actor(swinging) }).faultTolerant({
  environment: { walker: { BREAK: fault(breaks), TURN: true, REPAIR: true } },
  consistent: (s) => s.walker.matches('well'),
  properties: { 'comes back': recoverable() },
});

const falling = setup({
  types: {} as { events: { type: 'WORK' | 'FALL' | 'RISE' } },
}).createMachine({
  initial: 'working',
  states: {
    working: { on: { WORK: 'done', FALL: 'fallen' } },
    fallen: { on: { RISE: 'working' } },
    done: { type: 'final' },
  },
});

/** It falls once and nobody helps it up. */
export const fallen: System = actors({ worker: actor(falling) }).faultTolerant({
  environment: { worker: { WORK: true, FALL: fault(breaks) } },
  consistent: (s) => !s.worker.matches('fallen'),
  properties: {
    ends: eventually((s) => s.worker.status === 'done'),
    'can fall': sometimes((s) => s.worker.matches('fallen')),
    'never deadlocked': deadlockFree(),
  },
});

/** They fall as often as the pool allows, and rise again; `idle.RISE` can never fire. */
export const rising: System = actors({
  first: actor(falling),
  second: actor(falling),
  idle: actor(falling),
}).faultTolerant({
  environment: {
    first: { WORK: true, FALL: fault(breaks), RISE: true },
    second: { WORK: true, FALL: fault({ ...breaks, budget: Infinity }), RISE: true },
    idle: { WORK: true, RISE: fault(breaks) },
  },
  pools: { falls: { budget: 2, faults: ['first.FALL', 'second.FALL'] } },
  consistent: (s) => s.first.status === 'done' && s.second.status === 'done',
  properties: { ends: eventually((s) => s.first.status === 'done'), back: recoverable() },
});

const counting = setup({
  types: {} as { context: { n: number }; events: { type: 'COUNT' } },
}).createMachine({
  context: { n: 0 },
  on: { COUNT: { actions: assign({ n: ({ context }) => context.n + 1 }) } },
});

/** Without end and without repetition. */
export const endless: System = actors({ counter: actor(counting) }).faultTolerant({
  environment: { counter: { COUNT: true } },
  consistent: (s) => s.counter.context.n < 0,
  properties: {
    small: always((s) => s.counter.context.n < 7),
    'ends up': eventually((s) => s.counter.context.n < 0),
  },
});
