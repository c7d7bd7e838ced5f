import { assign, enqueueActions, setup } from 'xstate';
import { peer } from 'reconverge';

export type Role = 'primary' | 'standby' | 'promoted' | 'lost';

/** The write-ahead log of a server, and how much of it is where. */
export interface Log {
  /** The timeline on which each record was written, a digit each, in the order of the log. */
  readonly wal: string;
  /** So many records would outlive a loss of power. */
  readonly flushed: number;
  /** So many records a query on the server sees; on a primary all of them. */
  readonly applied: number;
  /** The timeline that the server began when it became primary; 0: it never did. */
  readonly led: number;
  /** The timeline that the standby streams, having caught up with its end; 0: none. */
  readonly streams: number;
  /** The link to whatever primary there is carries nothing. */
  readonly cut: boolean;
}

export type Found = { type: 'FOUND'; done: string };

export const server = setup({
  types: {} as {
    context: Log;
    input: { led: number; streams: number };
    events:
      | { type: 'INSERT' | 'FLUSH' | 'APPLY' | 'OPEN' | 'HEAL' }
      | { type: 'RESTART' | 'LOSE' | 'RESTART_STANDBY' | 'POWER_OFF' | 'LOSE_STANDBY' | 'CUT' }
      | { type: 'RECEIVE'; wal: string }
      | { type: 'CATCH_UP'; timeline: number }
      | { type: 'PROMOTE'; timeline: number }
      | { type: 'COME_BACK'; wal: string; as: 'primary' | 'standby' };
  },
  guards: {
    leads: ({ context }) => context.led > 0,
    isUnflushed: ({ context: { wal, flushed } }) => flushed < wal.length,
    isUnapplied: ({ context: { flushed, applied } }) => applied < flushed,
    isReplayed: ({ context: { wal, applied } }) => applied === wal.length,
    returnsAsPrimary: ({ event }) => event.type === 'COME_BACK' && event.as === 'primary',
    tellsAfterRestart: () => false,
  },
  actions: {
    insert: assign({
      wal: ({ context: { wal, led } }) => `${wal}${led}`,
      applied: ({ context }) => context.applied + 1,
    }),
    flush: assign({ flushed: ({ context }) => context.flushed + 1 }),
    apply: assign({ applied: ({ context }) => context.applied + 1 }),
    /** What was never applied gives way to the primary's own. */
    receive: assign(({ context: { flushed }, event }) =>
      event.type === 'RECEIVE'
        ? { wal: event.wal, flushed: Math.min(flushed, event.wal.length - 1) }
        : {},
    ),
    catchUp: assign(({ event }) => (event.type === 'CATCH_UP' ? { streams: event.timeline } : {})),
    lead: assign(({ event }) =>
      event.type === 'PROMOTE' ? { led: event.timeline, streams: 0, cut: false } : {},
    ),
    cut: assign({ cut: true, streams: 0 }),
    heal: assign({ cut: false }),
    disconnect: assign({ cut: false, streams: 0 }),
    /** What its system was given, it still has. */
    restart: assign({}),
    loseUnflushed: assign({
      wal: ({ context: { wal, flushed } }) => wal.slice(0, flushed),
      applied: ({ context: { flushed, applied } }) => Math.min(flushed, applied),
    }),
    tell: enqueueActions(({ context: { wal }, enqueue, check }) => {
      if (check('tellsAfterRestart')) {
        enqueue.sendTo(peer<Found>('client'), { type: 'FOUND', done: wal });
      }
    }),
    comeBack: assign(({ event }) =>
      event.type === 'COME_BACK'
        ? { wal: event.wal, flushed: event.wal.length, applied: event.wal.length }
        : {},
    ),
  },
}).createMachine({
  id: 'server',
  context: ({ input }) => ({ ...input, wal: '', flushed: 0, applied: 0, cut: false }),
  initial: 'starting',
  states: {
    starting: { always: [{ guard: 'leads', target: 'primary' }, { target: 'standby' }] },
    primary: {
      on: {
        INSERT: { actions: 'insert' },
        FLUSH: { guard: 'isUnflushed', actions: 'flush' },
        RESTART: { actions: ['loseUnflushed', 'tell'] },
        LOSE: 'lost',
      },
    },
    standby: {
      on: {
        RECEIVE: { actions: 'receive' },
        FLUSH: { guard: 'isUnflushed', actions: 'flush' },
        APPLY: { guard: 'isUnapplied', actions: 'apply' },
        CATCH_UP: { actions: 'catchUp' },
        PROMOTE: { target: 'promoted', actions: 'lead' },
        RESTART_STANDBY: { actions: 'restart' },
        POWER_OFF: { actions: 'loseUnflushed' },
        LOSE_STANDBY: { target: 'lost', actions: 'disconnect' },
        CUT: { actions: 'cut' },
        HEAL: { actions: 'heal' },
      },
    },
    // Takes commits only when everything that it has is flushed and replayed.
    promoted: {
      on: {
        FLUSH: { guard: 'isUnflushed', actions: 'flush' },
        APPLY: { guard: 'isUnapplied', actions: 'apply' },
        RESTART_STANDBY: { actions: 'restart' },
        POWER_OFF: { actions: 'loseUnflushed' },
        LOSE_STANDBY: 'lost',
        OPEN: { guard: 'isReplayed', target: 'primary' },
      },
    },
    lost: {
      on: {
        COME_BACK: [
          { guard: 'returnsAsPrimary', target: 'primary', actions: 'comeBack' },
          { target: 'standby', actions: 'comeBack' },
        ],
      },
    },
  },
});
