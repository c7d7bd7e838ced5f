import { assign, setup } from 'xstate';
import {
  actor,
  actors,
  always,
  anyOf,
  defineModel,
  eventuallyAlways,
  integer,
  leadsTo,
  replicas,
} from 'reconverge';

/**
 * Dijkstra's K-state token ring: "Self-stabilizing systems in spite of distributed control" (Comm.
 * ACM 17(11), 1974; EWD 426). Every process sees its left neighbour's value. The bottom one holds a
 * token while the values are equal and passes it on by counting up modulo K; every other one holds
 * a token while they differ and passes it on by copying. One process moves at a time.
 *
 * Every valuation is an initial state, so the span is everything: whatever a transient fault left
 * behind is already there, and no fault has to be declared. A green result proves that no valuation
 * is without a token, that from every one every fair run comes to exactly one, and then stays with
 * one for ever, and that on every fair run the last process gets a token again and again. It leaves
 * out processes that move at the same instant, values that change again during stabilisation, and
 * neighbours that read each other half way.
 *
 * The broken variants are sizes: from four processes on it converges iff values ≥ processes − 1.
 */

const bottom = setup({
  types: {} as {
    context: { x: number; values: number };
    input: { x: number; values: number };
    events: { type: 'MOVE'; left: number };
  },
  guards: { holdsToken: ({ context, event }) => event.left === context.x },
  actions: { countUp: assign({ x: ({ context }) => (context.x + 1) % context.values }) },
}).createMachine({
  id: 'bottom',
  context: ({ input }) => ({ x: input.x, values: input.values }),
  on: { MOVE: { guard: 'holdsToken', actions: 'countUp' } },
});

const other = setup({
  types: {} as {
    context: { x: number };
    input: { x: number };
    events: { type: 'MOVE'; left: number };
  },
  guards: { holdsToken: ({ context, event }) => event.left !== context.x },
  actions: { copy: assign({ x: ({ event }) => event.left }) },
}).createMachine({
  id: 'other',
  context: ({ input }) => ({ x: input.x }),
  on: { MOVE: { guard: 'holdsToken', actions: 'copy' } },
});

/** The ring as its values, bottom first; position −1 is the bottom's left neighbour. */
interface Ring {
  readonly bottom: { readonly context: { readonly x: number } };
  readonly other: readonly { readonly context: { readonly x: number } }[];
}

function valueAt(ring: Ring, position: number): number {
  const { context } = position === 0 ? ring.bottom : ring.other.at(position - 1)!;
  return context.x;
}

/** Counts no further than `limit`, and so reads no more values than the answer needs. */
function tokens(ring: Ring, limit: number): number {
  const last = ring.other.length;
  let left = valueAt(ring, last);
  let count = left === valueAt(ring, 0) ? 1 : 0;
  for (let position = 0; position <= last && count < limit; position++) {
    const own = valueAt(ring, position);
    if (position > 0 && own !== left) count++;
    left = own;
  }
  return count;
}

export default defineModel({
  name: 'token-ring',
  description: 'A self-stabilising ring: from any valuation, exactly one token in the end.',
  parameters: {
    processes: integer({ default: 5, min: 2, max: 9 }),
    values: integer({ default: 5, min: 2, max: 9 }),
  },
  build: ({ processes, values }) => {
    const all = Array.from({ length: values }, (_, x) => x);
    return actors({
      bottom: actor(bottom, { input: anyOf(all.map((x) => ({ x, values }))) }),
      other: replicas(processes - 1, other, { input: () => anyOf(all.map((x) => ({ x }))) }),
    }).faultTolerant({
      environment: {
        bottom: { MOVE: (s) => ({ left: valueAt(s, processes - 1) }) },
        other: { MOVE: (s, index) => ({ left: valueAt(s, index) }) },
      },
      consistent: (s) => tokens(s, 2) === 1,
      properties: {
        token: always((s) => tokens(s, 1) > 0),
        stays: eventuallyAlways((s) => tokens(s, 2) === 1),
        circulates: leadsTo(
          () => true,
          (s) => valueAt(s, processes - 1) !== valueAt(s, processes - 2),
        ),
      },
    });
  },
});
