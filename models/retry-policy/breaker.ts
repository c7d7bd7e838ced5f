import { assign, setup } from 'xstate';
import type { ToBreaker } from './caller.ts';

/** A circuit breaker and the retry budget, shared by all callers. */
export const breaker = setup({
  types: {} as {
    context: { threshold: number; failures: number; probe: number | null; budget: number };
    input: { threshold: number; budget: number };
    events: ToBreaker;
  },
  guards: {
    isTooMuch: ({ context }) => context.failures + 1 >= context.threshold,
    isProbe: ({ context, event }) => event.from === context.probe,
    halfOpens: () => true,
    probeMayDie: () => true,
  },
  actions: {
    spend: assign({
      budget: ({ context, event }) => context.budget - (event.isRetry ? 1 : 0),
    }),
    notProbe: assign({ probe: null, failures: 0 }),
    probe: assign({ probe: ({ event }) => event.from }),
    countFailure: assign({ failures: ({ context }) => context.failures + 1 }),
    forgive: assign({ failures: 0 }),
  },
  delays: { cooling: 5000, probing: 5000 },
}).createMachine({
  id: 'breaker',
  context: ({ input }) => ({ ...input, failures: 0, probe: null }),
  initial: 'closed',
  // What was called before the breaker opened may still succeed or fail: that is no news.
  on: { CALLED: { actions: 'spend' }, SUCCEEDED: {}, FAILED: {} },
  states: {
    closed: {
      on: {
        SUCCEEDED: { actions: 'forgive' },
        FAILED: [{ guard: 'isTooMuch', target: 'open' }, { actions: 'countFailure' }],
      },
    },
    open: {
      entry: 'notProbe',
      after: { cooling: { guard: 'halfOpens', target: 'halfOpen' } },
    },
    halfOpen: {
      on: { CALLED: { target: 'probing', actions: ['spend', 'probe'] } },
    },
    probing: {
      on: {
        SUCCEEDED: { guard: 'isProbe', target: 'closed', actions: 'notProbe' },
        FAILED: { guard: 'isProbe', target: 'open' },
      },
      after: { probing: { guard: 'probeMayDie', target: 'open' } },
    },
  },
});
