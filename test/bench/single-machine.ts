import { getAdjacencyMap } from '@xstate/graph';
import { assign, setup } from 'xstate';

/**
 * Two-phase commit once more, as one machine that is everybody at once: what one would have to
 * write for XState's own package for graphs. The argument is the number of participants; prints how
 * many states and transitions that package finds.
 */

type Stand = 'working' | 'prepared' | 'committed' | 'aborted';
interface Everybody {
  readonly stands: readonly Stand[];
  readonly voted: readonly boolean[];
  readonly heard: readonly boolean[];
}
type Event =
  | { type: 'PREPARE' | 'REFUSE' | 'HEAR' | 'OBEY'; who: number }
  | { type: 'COMMIT' | 'ABORT' };

const everybody = setup({
  types: {} as { context: Everybody; input: { participants: number }; events: Event },
  guards: {
    isWorking: ({ context, event }) => 'who' in event && context.stands[event.who] === 'working',
    hasVoted: ({ context, event }) => 'who' in event && context.voted[event.who] === true,
    isUnanimous: ({ context }) => context.heard.every(Boolean),
  },
  actions: {
    stand: assign({
      stands: ({ context: { stands }, event }, stand: Stand) =>
        'who' in event ? stands.with(event.who, stand) : stands,
    }),
    vote: assign({
      voted: ({ context: { voted }, event }) =>
        'who' in event ? voted.with(event.who, true) : voted,
    }),
    hear: assign({
      heard: ({ context: { heard }, event }) =>
        'who' in event ? heard.with(event.who, true) : heard,
    }),
  },
}).createMachine({
  context: ({ input: { participants } }) => {
    const nobody = Array.from({ length: participants }, () => false);
    return { stands: nobody.map((): Stand => 'working'), voted: nobody, heard: nobody };
  },
  initial: 'open',
  on: {
    PREPARE: {
      guard: 'isWorking',
      actions: [{ type: 'stand', params: 'prepared' as const }, 'vote'],
    },
    REFUSE: { guard: 'isWorking', actions: { type: 'stand', params: 'aborted' as const } },
  },
  states: {
    open: {
      on: {
        HEAR: { guard: 'hasVoted', actions: 'hear' },
        COMMIT: { guard: 'isUnanimous', target: 'committed' },
        ABORT: 'aborted',
      },
    },
    committed: { on: { OBEY: { actions: { type: 'stand', params: 'committed' as const } } } },
    aborted: { on: { OBEY: { actions: { type: 'stand', params: 'aborted' as const } } } },
  },
});

const participants = Number(process.argv[2]);
const each = Array.from({ length: participants }, (_, who) => who);
const events: readonly Event[] = [
  { type: 'COMMIT' },
  { type: 'ABORT' },
  ...(['PREPARE', 'REFUSE', 'HEAR', 'OBEY'] as const).flatMap((type) =>
    each.map((who) => ({ type, who })),
  ),
];
const map = getAdjacencyMap(everybody, {
  input: { participants },
  // Only what can happen: the package would try, and queue, every event in every state.
  events: (state) => events.filter((event) => state.can(event)),
  limit: Infinity,
});
const transitions = Object.values(map).map((node) => Object.keys(node.transitions).length);
const generated = transitions.reduce((sum, count) => sum + count, 0);
console.log(`unique=${transitions.length} generated=${generated}`);
