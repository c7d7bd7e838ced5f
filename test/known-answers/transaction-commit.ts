import { setup } from 'xstate';
import { replicas } from '../../src/model/part.ts';
import { always } from '../../src/model/property.ts';
import { actors, type System } from '../../src/model/system.ts';

const resource = setup({
  types: {} as { events: { type: 'PREPARE' | 'COMMIT' | 'ABORT' } },
}).createMachine({
  initial: 'working',
  states: {
    working: { on: { PREPARE: 'prepared', ABORT: 'aborted' } },
    prepared: { on: { COMMIT: 'committed', ABORT: 'aborted' } },
    committed: {},
    aborted: {},
  },
});

/** Commits while others may still abort, or aborts although another has committed. */
export type Haste = 'none' | 'commits alone' | 'aborts anyway';

/**
 * Transaction commit without messages, after Gray and Lamport and their TCommit.tla: who is
 * prepared commits once all are prepared or have committed; who is not yet committed aborts while
 * nobody is.
 */
export function transactionCommit(count: number, haste: Haste = 'none'): System {
  return actors({ rm: replicas(count, resource) }).faultTolerant({
    environment: {
      rm: {
        PREPARE: true,
        COMMIT: (s) =>
          haste === 'commits alone' ||
          s.rm.every((one) => one.matches('prepared') || one.matches('committed')),
        ABORT: (s) => haste === 'aborts anyway' || !s.rm.some((one) => one.matches('committed')),
      },
    },
    properties: {
      consistent: always(
        (s) =>
          !(
            s.rm.some((one) => one.matches('committed')) &&
            s.rm.some((one) => one.matches('aborted'))
          ),
      ),
    },
  });
}
