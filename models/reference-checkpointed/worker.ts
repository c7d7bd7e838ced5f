import { assign, fromPromise, setup } from 'xstate';
import { failureGuards } from 'reconverge';
import type { Write } from '../reference-orchestration/storage.ts';

export interface Progress {
  readonly steps: number;
  readonly retriesMax: number;
  /** So many steps are done between two checkpoints. */
  readonly every: number;
  readonly checkpoint: number;
  /** The step (from 0) that is done or undone next. */
  readonly position: number;
  readonly tries: number;
  /** What the next write is fenced by. */
  readonly epoch: number;
}

export const worker = setup({
  types: {} as {
    context: Progress;
    input: Pick<Progress, 'steps' | 'retriesMax' | 'every'>;
    tags: 'retry' | 'rollback' | 'compensate';
  },
  actors: {
    fence: fromPromise<number>(() => Promise.reject(new Error('a service'))),
    perform: fromPromise<'applied' | 'stale', Write>(() => Promise.reject(new Error('a service'))),
    undo: fromPromise<void, { step: number }>(() => Promise.reject(new Error('a service'))),
    save: fromPromise(async () => {}),
  },
  guards: {
    ...failureGuards,
    isDue: ({ context: { position, checkpoint, every, steps } }) =>
      position + 1 === steps || position + 1 === checkpoint + every,
    isOver: ({ context }) => context.position === context.steps,
    isExhausted: ({ context }) => context.tries >= context.retriesMax,
    isAtCheckpoint: ({ context }) => context.position === context.checkpoint,
    isAtStart: ({ context }) => context.position === 0,
    isVolatile: () => false,
  },
  actions: {
    advance: assign({ position: ({ context }) => context.position + 1, tries: 0 }),
    mark: assign({ checkpoint: ({ context }) => context.position }),
    countTry: assign({ tries: ({ context }) => context.tries + 1 }),
    // No effect can have reached further: the next checkpoint would have come before.
    turnBack: assign({
      position: ({ context: { checkpoint, every, steps } }) =>
        Math.min(checkpoint + every, steps) - 1,
      tries: 0,
    }),
    stepBack: assign({ position: ({ context }) => context.position - 1 }),
    forgetEpoch: assign({ epoch: 0 }),
    forgetAll: assign({ checkpoint: 0, position: 0 }),
  },
  delays: { backoff: 1000 },
}).createMachine({
  id: 'worker',
  context: ({ input }) => ({ ...input, checkpoint: 0, position: 0, tries: 0, epoch: 0 }),
  initial: 'forward',
  states: {
    forward: {
      initial: 'fencing',
      on: {
        'xstate.error.actor.*': [
          { guard: 'transient', target: 'retrying' },
          { guard: 'partial', target: 'compensating' },
          { guard: 'permanent', target: 'rollingBack' },
        ],
      },
      states: {
        fencing: {
          invoke: {
            src: 'fence',
            onDone: [
              { guard: 'isOver', target: '#worker.done' },
              {
                target: 'performing',
                actions: assign({ epoch: ({ event }) => event.output }),
              },
            ],
          },
        },
        performing: {
          exit: 'forgetEpoch',
          invoke: {
            src: 'perform',
            input: ({ context: { position, epoch } }) => ({ step: position, epoch }),
            onDone: [
              { guard: ({ event }) => event.output === 'stale', target: 'fencing' },
              { guard: 'isDue', target: 'saving', actions: 'advance' },
              { target: 'fencing', actions: 'advance' },
            ],
          },
        },
        saving: { entry: 'mark', invoke: { src: 'save', onDone: 'fencing' } },
      },
    },
    retrying: {
      tags: 'retry',
      always: { guard: 'isExhausted', target: 'rollingBack' },
      after: { backoff: { target: 'forward', actions: 'countTry' } },
    },
    rollingBack: {
      tags: 'rollback',
      initial: 'fencing',
      states: {
        fencing: {
          invoke: {
            src: 'fence',
            onDone: [
              { guard: 'isVolatile', target: 'undoing', actions: 'turnBack' },
              { target: 'deciding' },
            ],
          },
        },
        deciding: { invoke: { src: 'save', onDone: { target: 'undoing', actions: 'turnBack' } } },
        undoing: {
          invoke: {
            src: 'undo',
            input: ({ context }) => ({ step: context.position }),
            onDone: [
              { guard: 'isAtCheckpoint', target: '#worker.halted' },
              { target: 'undoing', reenter: true, actions: 'stepBack' },
            ],
            onError: { target: 'undoing', reenter: true },
          },
        },
      },
    },
    compensating: {
      tags: 'compensate',
      initial: 'fencing',
      states: {
        fencing: {
          invoke: {
            src: 'fence',
            onDone: [
              { guard: 'isVolatile', target: 'undoing', actions: 'turnBack' },
              { target: 'deciding' },
            ],
          },
        },
        deciding: { invoke: { src: 'save', onDone: { target: 'undoing', actions: 'turnBack' } } },
        undoing: {
          invoke: {
            src: 'undo',
            input: ({ context }) => ({ step: context.position }),
            onDone: [
              { guard: 'isAtStart', target: '#worker.aborted', actions: 'forgetAll' },
              { target: 'undoing', reenter: true, actions: 'stepBack' },
            ],
            onError: { target: 'undoing', reenter: true },
          },
        },
      },
    },
    done: { type: 'final' },
    halted: { type: 'final' },
    aborted: { type: 'final' },
  },
});
