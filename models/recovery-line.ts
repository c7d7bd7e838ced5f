import { assign, setup } from 'xstate';
import {
  actors,
  always,
  choice,
  defineModel,
  everyStep,
  integer,
  replicas,
  sometimes,
} from 'reconverge';

/**
 * Processes in a ring, each sending to the next, save checkpoints; one crashes and goes back to its
 * last one. Whoever has then received what was never sent (an orphan message) goes back, too, and
 * again, until nobody has: there the recovery line is (Randell, IEEE TSE 1(2), 1975; Elnozahy et
 * al., ACM CSUR 34(3), 2002). What was sent and is not received lies across the line: it is on its
 * way, and is received again. If all save when they like, each step back may ask for another, down
 * to the start: the domino effect. Chandy and Lamport (ACM TOCS 3(1), 1985) send a marker behind
 * every checkpoint, on channels that keep their order: whoever gets one saves before receiving
 * what comes behind it. Then the checkpoints of one round are a line.
 *
 * A channel holds what its sender has sent and its receiver has not received, so its state is in
 * the counts of both; a marker is where the count was when its sender saved.
 *
 * A green result proves, for so many processes, messages, rounds and crashes at any points: the
 * checkpoints of a round are consistent, none of a complete round is ever given up, and all
 * messages are received in the end. It leaves out messages that depend on chance (one that is sent
 * again is the same), channels that forget what is on its way, protocols that block their processes
 * (Koo and Toueg, IEEE TSE 13(1), 1987), and work beside recovery: everybody waits while somebody
 * is down or has an orphan.
 *
 * Broken variants: `markers=none` (all save when they like) and `overtaken` (a marker may come
 * after what was sent later), and `stubborn=yes` (nobody but who has crashed goes back). With
 * `pattern`, two processes without markers do as many rounds of the same as there are messages:
 * `domino` is the worst, and in `aligned` the checkpoints happen to be lines.
 */

interface Checkpoint {
  readonly sent: number;
  readonly received: number;
}
type Process = Checkpoint & {
  /** The first is the start. */
  readonly checkpoints: readonly Checkpoint[];
};
type Durable = Pick<Process, 'checkpoints'>;

const participant = setup({
  types: {} as {
    context: Process;
    input: Durable;
    events: { type: 'SEND' | 'RECEIVE' | 'SAVE' | 'ROLL_BACK' };
  },
  guards: {
    isAtCheckpoint: ({ context: { sent, received, checkpoints } }) =>
      sent === checkpoints.at(-1)!.sent && received === checkpoints.at(-1)!.received,
  },
  actions: {
    send: assign({ sent: ({ context }) => context.sent + 1 }),
    receive: assign({ received: ({ context }) => context.received + 1 }),
    save: assign({
      checkpoints: ({ context: { checkpoints, sent, received } }) => [
        ...checkpoints,
        { sent, received },
      ],
    }),
    restore: assign(({ context }) => context.checkpoints.at(-1)!),
    restoreEarlier: assign(({ context: { checkpoints } }) => ({
      ...checkpoints.at(-2)!,
      checkpoints: checkpoints.slice(0, -1),
    })),
  },
}).createMachine({
  id: 'participant',
  context: ({ input: { checkpoints } }) => ({ checkpoints, ...checkpoints.at(-1)! }),
  on: {
    SEND: { actions: 'send' },
    RECEIVE: { actions: 'receive' },
    SAVE: { actions: 'save' },
    ROLL_BACK: [{ guard: 'isAtCheckpoint', actions: 'restoreEarlier' }, { actions: 'restore' }],
  },
});

type Act = 'SEND' | 'RECEIVE' | 'SAVE';
/** What two processes do in each round, if they do not do as they like. */
const PATTERNS = {
  domino: [
    ['RECEIVE', 'SAVE', 'SEND'],
    ['SEND', 'RECEIVE', 'SAVE'],
  ],
  aligned: [
    ['SEND', 'SAVE'],
    ['RECEIVE', 'SAVE'],
  ],
} as const;

interface Member {
  readonly status: string;
  readonly context: Process;
}
type Ring = readonly Member[];

const before = (ring: Ring, at: number): Process => ring.at(at - 1)!.context;
const isUp = ({ status }: Member): boolean => status !== 'down';
const saved = ({ checkpoints }: Process): number => checkpoints.length - 1;

const hasOrphan = (ring: Ring, at: number): boolean =>
  ring.at(at)!.context.received > before(ring, at).sent;
const isWhole = (ring: Ring): boolean =>
  ring.every(isUp) && ring.every((_, at) => !hasOrphan(ring, at));

/** Where the next marker is in the channel to this process, or null if there is none. */
function marker(ring: Ring, at: number): number | null {
  const next = before(ring, at).checkpoints[ring[at]!.context.checkpoints.length];
  return next === undefined ? null : next.sent;
}

const isSameRound = (ring: Ring): boolean =>
  ring.every(isUp) && ring.every(({ context }) => saved(context) === saved(ring[0]!.context));

/** The line that the last checkpoints of all are: how many messages lie across each channel. */
const acrossLine = (ring: Ring): readonly number[] =>
  ring.map(
    ({ context }, at) =>
      before(ring, at).checkpoints.at(-1)!.sent - context.checkpoints.at(-1)!.received,
  );

export default defineModel({
  name: 'recovery-line',
  description: 'Checkpoints of processes that send each other messages: how far a crash goes back.',
  parameters: {
    processes: integer({ default: 3, min: 2, max: 4 }),
    messages: integer({ default: 1, min: 1, max: 4 }),
    rounds: integer({ default: 2, min: 1, max: 4 }),
    crashes: integer({ default: 1, min: 0, max: 2 }),
    markers: choice(['ordered', 'none', 'overtaken']),
    stubborn: choice(['no', 'yes']),
    pattern: choice(['free', ...(Object.keys(PATTERNS) as (keyof typeof PATTERNS)[])]),
  },
  build: ({ processes, messages, rounds, crashes, markers, stubborn, pattern }) => {
    const isFree = pattern === 'free';
    const count = isFree ? processes : 2;
    /** How often each act is done in all, and whether it is the next one. */
    const times = (act: Act, at: number): number => {
      if (isFree) return act === 'SAVE' ? rounds : messages;
      return PATTERNS[pattern][at]!.includes(act as never) ? messages : 0;
    };
    const isNext = (act: Act, at: number, context: Process): boolean => {
      const done = { SEND: context.sent, RECEIVE: context.received, SAVE: saved(context) };
      if (done[act] >= times(act, at)) return false;
      if (isFree) return true;
      const acts = PATTERNS[pattern][at]!;
      return acts[(done.SEND + done.RECEIVE + done.SAVE) % acts.length] === act;
    };
    const may = (ring: Ring, act: Act, at: number): boolean =>
      isWhole(ring) && isNext(act, at, ring[at]!.context);
    const hasMarkers = isFree && markers !== 'none';
    return actors({
      process: replicas(count, participant, {
        input: () => ({ checkpoints: [{ sent: 0, received: 0 }] }),
        durable: ({ checkpoints }) => ({ checkpoints }),
      }),
    }).faultTolerant({
      environment: {
        process: {
          SEND: (s, at) => may(s.process, 'SEND', at),
          RECEIVE: (s, at) => {
            if (!may(s.process, 'RECEIVE', at)) return false;
            const { received } = s.process[at]!.context;
            const next = hasMarkers && markers !== 'overtaken' ? marker(s.process, at) : null;
            return received < (next ?? before(s.process, at).sent);
          },
          SAVE: (s, at) => {
            if (!may(s.process, 'SAVE', at)) return false;
            if (!hasMarkers) return true;
            const { context } = s.process[at]!;
            const next = marker(s.process, at);
            if (next === null) return at === 0 && isSameRound(s.process);
            return markers === 'ordered' ? context.received === next : true;
          },
          ROLL_BACK: (s, at) =>
            stubborn === 'no' && s.process.every(isUp) && hasOrphan(s.process, at),
        },
      },
      faults: { process: { crash: crashes } },
      consistent: (s) =>
        isWhole(s.process) &&
        s.process.every(
          ({ context: { sent, received } }, at) =>
            sent === times('SEND', at) && received === times('RECEIVE', at),
        ),
      properties: {
        'checkpoints of a round are a line': always(
          (s) => acrossLine(s.process).every((messagesAcross) => messagesAcross >= 0),
          { when: (s) => isSameRound(s.process) && saved(s.process[0]!.context) > 0 },
        ),
        'no domino': everyStep({
          of: (s) => s.process.map((one) => (isUp(one) ? saved(one.context) : 0)),
          when: (_, __, { event }) => event.type === 'ROLL_BACK',
          keeps: (then, now) => Math.min(...now) >= Math.min(...then),
        }),
        ...(isFree && {
          'can have messages across the line': sometimes(
            (s) => isSameRound(s.process) && acrossLine(s.process).some((across) => across > 0),
          ),
        }),
        'can save all': sometimes((s) =>
          s.process.every((one, at) => isUp(one) && saved(one.context) === times('SAVE', at)),
        ),
      },
    });
  },
});
