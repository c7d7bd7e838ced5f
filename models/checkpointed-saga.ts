import { assign, setup } from 'xstate';
import {
  actors,
  always,
  choice,
  defineModel,
  eventually,
  fault,
  integer,
  replicas,
  sometimes,
} from 'reconverge';

/**
 * Checkpointed sagas: several workflows of the same few steps share one worker, whose memory is
 * lost in a crash, and one database, which is not. After the saga of Garcia-Molina and Salem
 * (SIGMOD 1987), with at-least-once effects, a checkpoint behind every step, and undo in reverse
 * order.
 *
 * Durable are the decision to go forward or back, how often each step's effect has happened
 * (counted to two), which effect is half done, and the last checkpoint; lost is the position in the
 * workflow. A restarted workflow starts at the step behind its checkpoint: the furthest an effect
 * can have reached.
 *
 * A green result proves, for these sizes and this many crashes of the worker (each takes every
 * workflow that runs on it, at any point, during undo too): a committed workflow has every effect
 * at least once, an aborted one has none, neither has half an effect, and every workflow ends; no
 * effect is done again once it has its checkpoint. It leaves out effects that must not happen twice
 * (they are at-least-once here; see order-fulfilment for keys), steps that run in parallel, and a
 * database that loses what it acknowledged.
 *
 * Broken variant: `checkpoint-first` (the checkpoint is written before the effect, so a crash in
 * between skips the effect).
 */

type Direction = 'forward' | 'back';

interface Durable {
  readonly direction: Direction;
  /** How often each step's effect has happened, counted up to 2. */
  readonly effects: readonly number[];
  /** The step (from 1) whose effect is half done, or 0. */
  readonly half: number;
  /** The last step (from 1) with a checkpoint, or 0. */
  readonly checkpoint: number;
}

/** `step` is the volatile position: the step (from 1) to be done or undone next, 0 at the end. */
type Context = Durable & { readonly step: number };

const durablePart = ({ direction, effects, half, checkpoint }: Durable): Durable => ({
  direction,
  effects,
  half,
  checkpoint,
});

const withEffect = (effects: readonly number[], step: number, times: number): readonly number[] =>
  effects.with(step - 1, Math.min(2, times));

const workflow = setup({
  types: {} as {
    context: Context;
    input: Durable;
    events: {
      type: 'EFFECT' | 'TRANSIENT' | 'PERMANENT' | 'PARTIAL' | 'CHECKPOINT' | 'ADVANCE' | 'UNDO';
    };
    tags: 'retry' | 'rollback' | 'compensate';
  },
  guards: {
    checkpointFirst: () => false,
    goesBack: ({ context }) => context.direction === 'back',
    isHalfDone: ({ context }) => context.half > 0,
    isAtHalfDone: ({ context }) => context.half > 0 && context.half === context.step,
    isCheckpointed: ({ context }) => context.checkpoint === context.effects.length,
    isLastStep: ({ context }) => context.step === context.effects.length,
    isAllUndone: ({ context }) => context.step === 0,
  },
  actions: {
    applyEffect: assign({
      effects: ({ context: { effects, step } }) =>
        withEffect(effects, step, effects[step - 1]! + 1),
    }),
    saveCheckpoint: assign({ checkpoint: ({ context }) => context.step }),
    advance: assign({ step: ({ context }) => context.step + 1 }),
    finish: assign({ step: 0 }),
    turnBack: assign({ direction: 'back' }),
    turnBackHalfDone: assign({ direction: 'back', half: ({ context }) => context.step }),
    clearHalf: assign({ half: 0 }),
    undoEffect: assign({
      effects: ({ context: { effects, step } }) => withEffect(effects, step, 0),
      step: ({ context }) => context.step - 1,
    }),
  },
}).createMachine({
  id: 'workflow',
  context: ({ input }) => ({
    ...durablePart(input),
    step: Math.min(input.effects.length, input.checkpoint + 1),
  }),
  initial: 'starting',
  states: {
    starting: {
      always: [
        { guard: 'goesBack', target: 'undoing' },
        { guard: 'isCheckpointed', target: 'running.advancing' },
        { target: 'running' },
      ],
    },
    running: {
      initial: 'choosing',
      states: {
        choosing: {
          always: [{ guard: 'checkpointFirst', target: 'checkpointing' }, { target: 'acting' }],
        },
        acting: {
          initial: 'trying',
          on: {
            EFFECT: [
              { guard: 'checkpointFirst', target: 'advancing', actions: 'applyEffect' },
              { target: 'checkpointing', actions: 'applyEffect' },
            ],
            PERMANENT: { target: '#workflow.undoing', actions: 'turnBack' },
            PARTIAL: { target: '#workflow.undoing', actions: 'turnBackHalfDone' },
          },
          states: {
            trying: { on: { TRANSIENT: 'retrying' } },
            retrying: { tags: 'retry' },
          },
        },
        checkpointing: {
          on: {
            CHECKPOINT: [
              { guard: 'checkpointFirst', target: 'acting', actions: 'saveCheckpoint' },
              { target: 'advancing', actions: 'saveCheckpoint' },
            ],
          },
        },
        advancing: {
          on: {
            ADVANCE: [
              { guard: 'isLastStep', target: '#workflow.committed', actions: 'finish' },
              { target: 'choosing', actions: 'advance' },
            ],
          },
        },
      },
    },
    undoing: {
      initial: 'choosing',
      states: {
        choosing: {
          always: [{ guard: 'isHalfDone', target: 'compensating' }, { target: 'rollingBack' }],
        },
        compensating: {
          tags: 'compensate',
          on: {
            UNDO: [
              { guard: 'isAtHalfDone', target: 'rollingBack', actions: 'clearHalf' },
              { actions: 'undoEffect' },
            ],
          },
        },
        rollingBack: {
          tags: 'rollback',
          on: {
            UNDO: [
              { guard: 'isAllUndone', target: '#workflow.aborted' },
              { actions: 'undoEffect' },
            ],
          },
        },
      },
    },
    committed: { type: 'final' },
    aborted: { type: 'final' },
  },
});

interface Finished {
  readonly context: { readonly half: number; readonly effects: readonly number[] };
  matches(state: 'committed' | 'aborted'): boolean;
}

/** All or nothing, once a workflow has ended. */
function isAtomic(w: Finished): boolean {
  if (w.matches('committed')) return w.context.half === 0 && w.context.effects.every((n) => n > 0);
  if (w.matches('aborted')) return w.context.half === 0 && w.context.effects.every((n) => n === 0);
  return true;
}

interface Acting {
  readonly context: Context;
  matches(state: { running: 'acting' }): boolean;
}

/** Whether an effect that has happened and has its checkpoint is tried again. */
function isRedoing(w: Acting): boolean {
  if (!w.matches({ running: 'acting' })) return false;
  const { step, checkpoint, effects } = w.context;
  return step <= checkpoint && effects[step - 1]! > 0;
}

export default defineModel({
  name: 'checkpointed-saga',
  description:
    'Workflows of a few steps on one worker that crashes, with a checkpoint behind each step.',
  parameters: {
    steps: integer({ default: 3, min: 1, max: 10 }),
    workflows: integer({ default: 2, min: 1, max: 10 }),
    crashes: integer({ default: 1, min: 0, max: 9 }),
    bug: choice(['none', 'checkpoint-first']),
  },
  build: ({ steps, workflows, crashes, bug }) => {
    const machine = workflow.provide({
      guards: bug === 'checkpoint-first' ? { checkpointFirst: () => true } : {},
    });
    const fresh: Durable = {
      direction: 'forward',
      effects: Array.from({ length: steps }, () => 0),
      half: 0,
      checkpoint: 0,
    };
    return actors({
      workflow: replicas(workflows, machine, {
        input: () => fresh,
        durable: durablePart,
      }),
    }).faultTolerant({
      hosts: { worker: ['workflow'] },
      faults: { worker: { crash: crashes } },
      environment: {
        workflow: {
          EFFECT: true,
          CHECKPOINT: true,
          ADVANCE: true,
          UNDO: true,
          TRANSIENT: fault({
            kind: 'network',
            persistence: 'transient',
            class: 'omission',
            budget: Infinity,
          }),
          PERMANENT: fault({
            kind: 'data',
            persistence: 'permanent',
            class: 'response',
            budget: Infinity,
          }),
          PARTIAL: fault({
            kind: 'data',
            persistence: 'partial',
            class: 'response',
            budget: Infinity,
          }),
        },
      },
      recovery: { transient: 'retry', permanent: 'rollback', partial: 'compensate' },
      properties: {
        atomic: always((s) => s.workflow.every(isAtomic)),
        terminates: eventually((s) => s.workflow.every((w) => w.status === 'done')),
        'can commit': sometimes((s) => s.workflow.every((w) => w.matches('committed'))),
        'nothing redone': always((s) => !s.workflow.some(isRedoing)),
      },
    });
  },
});
