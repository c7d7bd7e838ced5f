import { assign } from 'xstate';
import { storage } from './storage.ts';
import { worker, type Progress } from './worker.ts';

export const MUTANTS = [
  ...(['none', 'm1', 'm2', 'm3', 'm4', 'm5', 'm6', 'm7'] as const),
  ...(['m8', 'm9', 'm10', 'm11', 'm12', 'm13', 'm14'] as const),
] as const;
export type Mutant = (typeof MUTANTS)[number];

const isAtCheckpoint = ({ context }: { context: Progress }): boolean =>
  context.position === context.checkpoint && context.position < context.steps;

export function workerOf(mutant: Mutant) {
  switch (mutant) {
    case 'm1':
      return worker.provide({ guards: { isExhausted: () => false } });
    case 'm2':
      return worker.provide({ guards: { mayRetry: () => true, isExhausted: () => false } });
    case 'm3':
      return worker.provide({ guards: { mayCompensate: () => true } });
    case 'm4':
      return worker.provide({
        guards: { maySkip: ({ context }) => context.position < context.steps },
      });
    case 'm5':
      return worker.provide({ guards: { fallsBack: () => true } });
    case 'm6':
      return worker.provide({ guards: { dawdles: ({ context }) => context.tries < 3 } });
    case 'm7':
      return worker.provide({ guards: { isForgetful: () => true } });
    case 'm8':
      return worker.provide({ guards: { maySaveAhead: isAtCheckpoint } });
    case 'm12':
      return worker.provide({
        actions: {
          restart: assign({
            checkpoint: 0,
            position: 0,
            epoch: ({ context }) => context.epoch + 1,
          }),
        },
      });
    case 'm13':
      return worker.provide({
        guards: { maySaveAhead: isAtCheckpoint },
        actions: {
          saveAhead: assign({
            checkpoint: ({ context }) => context.position + 1,
            position: ({ context }) => context.position + 1,
          }),
        },
      });
    default:
      return worker;
  }
}

export function storageOf(mutant: Mutant) {
  switch (mutant) {
    case 'm9':
      return storage.provide({
        guards: {
          isRepeated: ({ context, event }) =>
            'step' in event && ['once', 'twice'].includes(context.effects[event.step]!),
        },
      });
    case 'm11':
      return storage.provide({ guards: { revertsHalf: () => true } });
    case 'm14':
      return storage.provide({ guards: { isStale: () => false } });
    default:
      return storage;
  }
}
