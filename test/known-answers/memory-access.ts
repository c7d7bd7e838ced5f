import { assign, setup } from 'xstate';
import { actor } from '../../src/model/part.ts';
import { always } from '../../src/model/property.ts';
import { actors, fault, type System } from '../../src/model/system.ts';

/** A program that detects or corrects, or does both, or neither. */
export interface Parts {
  readonly detects: boolean;
  readonly corrects: boolean;
}

/**
 * The memory-access example of Arora and Kulkarni, "Detectors and correctors" (ICDCS 1998): a value
 * is read that may have been paged out. With a detector nothing wrong is read, with a corrector it
 * comes back (and is read again, where it was read wrongly), with both neither shows.
 */
export function memoryAccess({ detects, corrects }: Parts, pageouts: number): System {
  const machine = setup({
    types: {} as {
      context: { isPresent: boolean; read: 'nothing' | 'right' | 'wrong' };
      events: { type: 'READ' | 'RESTORE' | 'READ_AGAIN' | 'PAGEOUT' };
    },
    guards: {
      mayRead: ({ context }) => context.read === 'nothing' && (context.isPresent || !detects),
      mayRestore: ({ context }) => corrects && !context.isPresent,
      mayReadAgain: ({ context }) =>
        corrects && !detects && context.read === 'wrong' && context.isPresent,
      isPresent: ({ context }) => context.isPresent,
    },
  }).createMachine({
    context: { isPresent: true, read: 'nothing' },
    on: {
      READ: {
        guard: 'mayRead',
        actions: assign({ read: ({ context }) => (context.isPresent ? 'right' : 'wrong') }),
      },
      RESTORE: { guard: 'mayRestore', actions: assign({ isPresent: true }) },
      READ_AGAIN: { guard: 'mayReadAgain', actions: assign({ read: 'right' }) },
      PAGEOUT: { guard: 'isPresent', actions: assign({ isPresent: false }) },
    },
  });
  const pageout = { kind: 'data', persistence: 'transient', class: 'response' } as const;
  return actors({ memory: actor(machine) }).faultTolerant({
    environment: {
      memory: {
        READ: true,
        RESTORE: true,
        READ_AGAIN: true,
        PAGEOUT: fault({ ...pageout, budget: pageouts }),
      },
    },
    consistent: (s) => s.memory.context.read === 'right',
    properties: { 'nothing wrong is read': always((s) => s.memory.context.read !== 'wrong') },
  });
}
