import { assign, sendTo, setup } from 'xstate';
import { peer } from 'reconverge';

/** `twice` and `half` are what must not last. */
export type Effect = 'none' | 'half' | 'once' | 'twice';
export type Write = { readonly step: number; readonly epoch: number };
export type Request<Type = 'PERFORM' | 'PERFORM_HALF' | 'REVERT'> = Write & { type: Type };

export const storage = setup({
  types: {} as {
    context: { effects: readonly Effect[]; epoch: number };
    input: { steps: number };
    events: Request | { type: 'FENCE'; epoch: number };
  },
  guards: {
    isBeyond: ({ context, event }) => 'step' in event && event.step === context.effects.length,
    isStale: ({ context, event }) => event.epoch !== context.epoch,
    isRepeated: () => false,
    revertsHalf: () => false,
  },
  actions: {
    write: assign({
      effects: ({ context: { effects }, event }, effect: Effect) =>
        'step' in event ? effects.with(event.step, effect) : effects,
    }),
    fence: assign({ epoch: ({ event }) => event.epoch }),
  },
}).createMachine({
  id: 'storage',
  context: ({ input }) => ({ effects: Array(input.steps).fill('none'), epoch: 0 }),
  on: {
    PERFORM: [
      { guard: 'isBeyond' },
      { guard: 'isStale' },
      { guard: 'isRepeated', actions: { type: 'write', params: 'twice' } },
      { actions: { type: 'write', params: 'once' } },
    ],
    PERFORM_HALF: { actions: { type: 'write', params: 'half' } },
    REVERT: [
      { guard: 'revertsHalf', actions: { type: 'write', params: 'half' } },
      { actions: { type: 'write', params: 'none' } },
    ],
    FENCE: { actions: 'fence' },
  },
});

/** A worker that was given up although it ran, with what it was about to write. */
export const zombie = setup({
  types: {} as {
    context: { write: Write | null };
    events: { type: 'LINGER'; write: Write } | { type: 'LAND' };
  },
  actions: {
    keep: assign({ write: ({ event }) => (event.type === 'LINGER' ? event.write : null) }),
    perform: sendTo(peer<Request<'PERFORM'>>('storage'), ({ context }) => ({
      type: 'PERFORM',
      ...context.write!,
    })),
    vanish: assign({ write: null }),
  },
}).createMachine({
  id: 'zombie',
  context: { write: null },
  initial: 'absent',
  states: {
    absent: { on: { LINGER: { target: 'adrift', actions: 'keep' } } },
    adrift: { on: { LAND: { target: 'absent', actions: ['perform', 'vanish'] } } },
  },
});
