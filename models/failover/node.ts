import { assign, enqueueActions, setup } from 'xstate';
import { peer } from 'reconverge';

export type Message = { type: 'HEARTBEAT' | 'ANSWER' | 'ASK' | 'GRANT'; from: number };
export type Pass = { type: 'PASS'; to: number; message: Message };

export const at = (id: number): string => `node[${id}]`;
export const between = (one: number, other: number): string =>
  `${Math.min(one, other)}-${Math.max(one, other)}`;

export interface Place {
  readonly id: number;
  readonly count: number;
  readonly majority: number;
  /** Both in rounds. */
  readonly lease: number;
  readonly patience: number;
  /** Whom it follows, or itself. */
  readonly leader: number | null;
  /** Rounds: of a leader until its lease ends, of others until they give their leader up. */
  readonly left: number;
}

/** A node of a fail-over group: it leads, follows, or stands for election, but for a witness. */
export const node = setup({
  types: {} as {
    /** `heard` counts votes or answers, its own included; `isSlow`: it will miss a round. */
    context: Place & { readonly heard: number; readonly isSlow: boolean };
    input: Place;
    events: { type: 'TICK' | 'STAND' | 'SLOW' } | Message;
  },
  guards: {
    leads: ({ context }) => context.leader === context.id,
    isSlow: ({ context }) => context.isSlow,
    isOnTime: ({ context }) => !context.isSlow,
    hasGivenUp: ({ context }) => context.left === 0,
    mayVote: ({ context }) => context.left === 0,
    isOwnLeader: ({ context: { leader }, event }) =>
      leader === null || ('from' in event && leader === event.from),
    isElected: ({ context }) => context.heard >= context.majority,
    isMajority: ({ context }) => context.heard + 1 === context.majority,
    isMinority: ({ context }) => context.heard + 1 < context.majority,
    isAlone: ({ context }) => context.majority === 1,
    leaseEnds: ({ context }) => context.left <= 1,
  },
  actions: {
    beSlow: assign({ isSlow: true }),
    catchUp: assign({ isSlow: false }),
    waitLess: assign({ left: ({ context }) => Math.max(0, context.left - 1) }),
    follow: assign({
      leader: ({ context, event }) => ('from' in event ? event.from : context.leader),
      left: ({ context }) => context.patience,
    }),
    reply: enqueueActions(({ context, event, enqueue }) => {
      if (event.type !== 'HEARTBEAT' && event.type !== 'ASK') return;
      const type = event.type === 'ASK' ? 'GRANT' : 'ANSWER';
      const message = { type, from: context.id } as const;
      enqueue.sendTo(peer<Pass>('network'), { type: 'PASS', to: event.from, message });
    }),
    tellAll: enqueueActions(({ context: { id, count }, event, enqueue }) => {
      const type = event.type === 'STAND' ? 'ASK' : 'HEARTBEAT';
      for (let to = 0; to < count; to++) {
        const message = { type, from: id } as const;
        if (to !== id) enqueue.sendTo(peer<Pass>('network'), { type: 'PASS', to, message });
      }
    }),
    hearOneself: assign({ heard: 1 }),
    hear: assign({ heard: ({ context }) => context.heard + 1 }),
    lead: assign({ leader: ({ context }) => context.id, heard: 0 }),
    renew: assign({ left: ({ context }) => context.lease }),
    stepDown: assign({ leader: null, heard: 0, left: ({ context }) => context.patience }),
    giveUp: assign({ heard: 0 }),
  },
}).createMachine({
  id: 'node',
  context: ({ input }) => ({ ...input, heard: 0, isSlow: false }),
  initial: 'starting',
  on: {
    SLOW: { guard: 'isOnTime', actions: 'beSlow' },
    HEARTBEAT: {},
    ANSWER: {},
    ASK: {},
    GRANT: {},
  },
  states: {
    starting: { always: [{ guard: 'leads', target: 'leading' }, { target: 'following' }] },
    following: {
      on: {
        TICK: [{ guard: 'isSlow', actions: 'catchUp' }, { actions: 'waitLess' }],
        HEARTBEAT: [
          { guard: 'isOwnLeader', actions: ['follow', 'reply'] },
          { guard: 'hasGivenUp', actions: ['follow', 'reply'] },
        ],
        ASK: { guard: 'mayVote', actions: ['follow', 'reply'] },
        STAND: { guard: 'hasGivenUp', target: 'standing', actions: ['hearOneself', 'tellAll'] },
      },
    },
    // An election is over within its step; who has not won by the next round may stand again.
    standing: {
      always: { guard: 'isElected', target: 'leading', actions: 'lead' },
      on: {
        GRANT: { actions: 'hear' },
        TICK: [
          { guard: 'isSlow', actions: 'catchUp' },
          { target: 'following', actions: 'giveUp' },
        ],
      },
    },
    leading: {
      entry: 'renew',
      on: {
        TICK: [
          { guard: 'isSlow', actions: 'catchUp' },
          { guard: 'leaseEnds', target: 'following', actions: 'stepDown' },
          { guard: 'isAlone', actions: ['renew', 'tellAll'] },
          { actions: ['waitLess', 'hearOneself', 'tellAll'] },
        ],
        ANSWER: [
          { guard: 'isMajority', actions: ['hear', 'renew'] },
          { guard: 'isMinority', actions: 'hear' },
        ],
        // Which of two leaders is the newer they cannot know.
        HEARTBEAT: { target: 'following', actions: 'stepDown' },
      },
    },
  },
});
