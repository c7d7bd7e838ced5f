import { setup } from 'xstate';
import { actor } from '../../src/model/part.ts';
import type { System } from '../../src/model/system.ts';

const bystander = setup({ types: {} as { events: { type: 'TICK' } } }).createMachine({
  initial: 'tick',
  states: { tick: { on: { TICK: 'tock' } }, tock: { on: { TICK: 'tick' } } },
});

/**
 * The system, and beside it somebody who has nothing to do with it and may go on for ever: without
 * fairness the system may then stand still wherever it is, as behaviours in TLA+ may.
 */
export function atLeisure({ parts, tolerance }: System): System {
  return {
    parts: { ...parts, bystander: actor(bystander) },
    tolerance: {
      ...tolerance,
      environment: { ...tolerance.environment, bystander: { TICK: true } },
    },
  };
}
