import { assign, sendTo, setup } from 'xstate';
import { peer } from 'reconverge';
import type { Request, Write } from './storage.ts';

export interface Progress {
  readonly steps: number;
  readonly retriesMax: number;
  /** Steps that are checkpointed. */
  readonly checkpoint: number;
  readonly epoch: number;
  /** The step (from 0) to be done next; as it was when undoing began. */
  readonly position: number;
  readonly tries: number;
}

const write = ({ position, epoch }: Progress): Write => ({ step: position, epoch });

export const worker = setup({
  types: {} as {
    context: Progress;
    input: { steps: number; retriesMax: number };
    events:
      | { type: 'PERFORM' | 'SKIP' | 'CHECKPOINT' | 'FINISH' }
      | { type: 'RETRY' | 'ESCALATE' | 'ROLL_BACK' | 'COMPENSATE' | 'END' | 'RESTART' }
      | { type: 'UNDO'; step: number }
      | { type: 'LOSE_REQUEST' | 'LOSE_REPLY' | 'REFUSE' | 'HALVE' | 'CRASH' | 'SUSPECT' };
    tags: 'retry' | 'rollback' | 'compensate' | 'down';
  },
  guards: {
    hasMore: ({ context }) => context.position < context.steps,
    isBehind: ({ context }) => context.checkpoint < context.position,
    isOver: ({ context: { position, checkpoint, steps } }) =>
      position === steps && checkpoint === steps,
    mayRetry: ({ context }) => context.tries < context.retriesMax,
    isExhausted: ({ context }) => context.tries >= context.retriesMax,
    maySkip: () => false,
    maySaveAhead: () => false,
    mayCompensate: () => false,
    dawdles: () => false,
    fallsBack: () => false,
    isForgetful: () => false,
  },
  actions: {
    perform: sendTo(peer<Request<'PERFORM'>>('storage'), ({ context }) => ({
      type: 'PERFORM',
      ...write(context),
    })),
    performHalf: sendTo(peer<Request<'PERFORM_HALF'>>('storage'), ({ context }) => ({
      type: 'PERFORM_HALF',
      ...write(context),
    })),
    revert: sendTo(peer<Request<'REVERT'>>('storage'), ({ context: { epoch }, event }) => ({
      type: 'REVERT',
      step: event.type === 'UNDO' ? event.step : -1,
      epoch,
    })),
    fence: sendTo(peer('storage'), ({ context: { epoch } }) => ({ type: 'FENCE', epoch })),
    linger: sendTo(peer('zombie'), ({ context }) => ({ type: 'LINGER', write: write(context) })),
    advance: assign({ position: ({ context }) => context.position + 1, tries: 0 }),
    save: assign({ checkpoint: ({ context }) => context.position }),
    saveAhead: assign({ checkpoint: ({ context }) => context.position + 1 }),
    countTry: assign({ tries: ({ context }) => context.tries + 1 }),
    goToCheckpoint: assign({ position: ({ context }) => context.checkpoint }),
    forgetTries: assign({ tries: 0 }),
    forgetAll: assign({ checkpoint: 0, position: 0, tries: 0 }),
    lose: assign({ position: 0, tries: 0 }),
    restart: assign({
      position: ({ context }) => context.checkpoint,
      epoch: ({ context }) => context.epoch + 1,
    }),
  },
}).createMachine({
  id: 'worker',
  context: ({ input }) => ({ ...input, checkpoint: 0, epoch: 0, position: 0, tries: 0 }),
  initial: 'forward',
  states: {
    forward: {
      initial: 'working',
      on: { CRASH: { target: 'down', actions: 'lose' } },
      states: {
        working: {
          on: {
            PERFORM: { guard: 'hasMore', actions: ['perform', 'advance'] },
            SKIP: { guard: 'maySkip', actions: 'advance' },
            CHECKPOINT: [
              { guard: 'isBehind', actions: 'save' },
              { guard: 'maySaveAhead', actions: 'saveAhead' },
            ],
            FINISH: { guard: 'isOver', target: '#worker.done' },
            LOSE_REQUEST: { guard: 'hasMore', target: 'retrying' },
            LOSE_REPLY: { guard: 'hasMore', target: 'retrying', actions: 'perform' },
            REFUSE: { guard: 'hasMore', target: 'failed' },
            HALVE: { guard: 'hasMore', target: 'halved', actions: 'performHalf' },
            SUSPECT: { target: '#worker.down', actions: ['linger', 'lose'] },
          },
        },
        retrying: {
          tags: 'retry',
          on: {
            RETRY: { guard: 'mayRetry', target: 'working', actions: 'countTry' },
            ESCALATE: { guard: 'isExhausted', target: 'failed' },
          },
        },
        failed: {
          tags: 'rollback',
          on: {
            ROLL_BACK: '#worker.rollingBack',
            COMPENSATE: { guard: 'mayCompensate', target: '#worker.compensating' },
          },
        },
        halved: { tags: 'compensate', on: { COMPENSATE: '#worker.compensating' } },
      },
    },
    rollingBack: {
      tags: 'rollback',
      on: {
        CRASH: [
          { guard: 'isForgetful', target: 'down', actions: 'lose' },
          { target: 'down.rollingBack', actions: 'lose' },
        ],
        UNDO: [{ guard: 'dawdles', actions: 'countTry' }, { actions: 'revert' }],
        END: [
          { guard: 'dawdles', actions: 'countTry' },
          { guard: 'fallsBack', target: 'forward.failed', actions: 'goToCheckpoint' },
          { target: 'halted', actions: ['goToCheckpoint', 'forgetTries'] },
        ],
      },
    },
    compensating: {
      tags: 'compensate',
      on: {
        CRASH: [
          { guard: 'isForgetful', target: 'down', actions: 'lose' },
          { target: 'down.compensating', actions: 'lose' },
        ],
        UNDO: [{ guard: 'dawdles', actions: 'countTry' }, { actions: 'revert' }],
        END: [
          { guard: 'dawdles', actions: 'countTry' },
          { target: 'aborted', actions: 'forgetAll' },
        ],
      },
    },
    down: {
      tags: 'down',
      initial: 'forward',
      states: {
        forward: { on: { RESTART: { target: '#worker.forward', actions: ['restart', 'fence'] } } },
        rollingBack: {
          on: { RESTART: { target: '#worker.rollingBack', actions: ['restart', 'fence'] } },
        },
        compensating: {
          on: { RESTART: { target: '#worker.compensating', actions: ['restart', 'fence'] } },
        },
      },
    },
    done: { type: 'final' },
    halted: { type: 'final' },
    aborted: { type: 'final' },
  },
});
