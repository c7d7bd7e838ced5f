import { assign, enqueueActions, sendTo, setup } from 'xstate';
import { describe, expect, it } from 'vitest';
import { check, type CheckOptions, type CheckReport } from '../../src/check/check.ts';
import { actor, anyOf } from '../../src/model/part.ts';
import { peer } from '../../src/model/peer.ts';
import { leadsTo, refines } from '../../src/model/property.ts';
import { actors, type System } from '../../src/model/system.ts';
import { answered } from './answers.ts';
import { atLeisure } from './at-leisure.ts';
import { spanOf } from './span.ts';

const DATA = [0, 1] as const;
const CAPACITY = 2;

interface Letter {
  readonly bit: number;
  readonly data: number;
}
type Put = { type: 'PUT'; letter: Letter };
type Take = { type: 'TAKE' };
type Start = { type: 'START'; bit: number };

/** Keeps the order of letters, and may lose any of them. Acknowledgements are letters of 0. */
const wire = setup({
  types: {} as {
    context: { letters: readonly Letter[] };
    events: Put | Take | { type: 'LOSE'; at: number };
  },
  actions: {
    put: assign({
      letters: ({ context: { letters }, event }) =>
        event.type === 'PUT' ? [...letters, event.letter] : letters,
    }),
    lose: assign({
      letters: ({ context: { letters }, event }) =>
        letters.toSpliced(event.type === 'LOSE' ? event.at : 0, 1),
    }),
  },
}).createMachine({
  context: { letters: [] },
  on: { PUT: { actions: 'put' }, TAKE: { actions: 'lose' }, LOSE: { actions: 'lose' } },
});

const letterOf = (bit: number, data: number): Put => ({ type: 'PUT', letter: { bit, data } });

/** What does not fit on the wire is not sent, and nothing changes. */
const sender = setup({
  types: {} as {
    context: { bit: number; ack: number; sent: number };
    input: { sent: number };
    events:
      | Start
      | { type: 'SEND'; data: number; fits: boolean }
      | { type: 'RESEND'; fits: boolean }
      | { type: 'LEARN'; ack: number };
  },
  guards: {
    isKnown: ({ context }) => context.ack === context.bit,
    isUnknown: ({ context }) => context.ack !== context.bit,
  },
  actions: {
    start: assign(({ event, context }) =>
      event.type === 'START' ? { bit: event.bit, ack: event.bit } : context,
    ),
    send: enqueueActions(({ context, event, enqueue }) => {
      if (event.type !== 'SEND' || !event.fits) return;
      const bit = 1 - context.bit;
      enqueue.assign({ bit, sent: event.data });
      enqueue.sendTo(peer<Put>('messages'), letterOf(bit, event.data));
    }),
    resend: enqueueActions(({ context: { bit, sent }, event, enqueue }) => {
      if (event.type !== 'RESEND' || !event.fits) return;
      enqueue.sendTo(peer<Put>('messages'), letterOf(bit, sent));
    }),
    learn: assign({ ack: ({ context, event }) => ('ack' in event ? event.ack : context.ack) }),
    take: sendTo(peer<Take>('acks'), { type: 'TAKE' }),
  },
}).createMachine({
  context: ({ input }) => ({ bit: 0, ack: 0, sent: input.sent }),
  on: {
    START: { actions: 'start' },
    SEND: { guard: 'isKnown', actions: 'send' },
    RESEND: { guard: 'isUnknown', actions: 'resend' },
    LEARN: { actions: ['learn', 'take'] },
  },
});

const receiver = setup({
  types: {} as {
    context: { bit: number; received: number };
    input: { received: number };
    events: Start | { type: 'RECEIVE'; letter: Letter } | { type: 'ACKNOWLEDGE'; fits: boolean };
  },
  actions: {
    start: assign({ bit: ({ context, event }) => ('bit' in event ? event.bit : context.bit) }),
    receive: assign(({ context, event }) =>
      event.type === 'RECEIVE' ? { bit: event.letter.bit, received: event.letter.data } : context,
    ),
    take: sendTo(peer<Take>('messages'), { type: 'TAKE' }),
    acknowledge: enqueueActions(({ context, event, enqueue }) => {
      if (event.type !== 'ACKNOWLEDGE' || !event.fits) return;
      enqueue.sendTo(peer<Put>('acks'), letterOf(context.bit, 0));
    }),
  },
}).createMachine({
  context: ({ input }) => ({ bit: 0, received: input.received }),
  on: {
    START: { actions: 'start' },
    RECEIVE: { actions: ['receive', 'take'] },
    ACKNOWLEDGE: { actions: 'acknowledge' },
  },
});

/** Tells both with which bit they start, and forgets it. */
const starter = setup({
  types: {} as { context: { bit: number }; input: { bit: number } },
  actions: {
    tellSender: sendTo(peer<Start>('sender'), ({ context }) => ({
      type: 'START',
      bit: context.bit,
    })),
    tellReceiver: sendTo(peer<Start>('receiver'), ({ context }) => ({
      type: 'START',
      bit: context.bit,
    })),
    forget: assign({ bit: 0 }),
  },
}).createMachine({
  context: ({ input }) => ({ bit: input.bit }),
  entry: ['tellSender', 'tellReceiver', 'forget'],
});

interface Ends {
  readonly sender: {
    readonly context: { readonly bit: number; readonly ack: number; readonly sent: number };
  };
  readonly receiver: { readonly context: { readonly bit: number; readonly received: number } };
}
const arrives = (data: number, weak: readonly string[], strong: readonly string[]) =>
  leadsTo<Ends>(
    ({ sender: { context } }) => context.sent === data && context.bit !== context.ack,
    (s) => s.receiver.context.received === data,
    { fairness: { weak, strong } },
  );
const SENDING = ['sender.RESEND', 'receiver.ACKNOWLEDGE'];
const RECEIVING = ['receiver.RECEIVE', 'sender.LEARN'];
const FAIR = DATA.map((data) => `${data} arrives`);
const WEAKLY_FAIR = DATA.map((data) => `${data} arrives, all being weakly fair`);

/** The bits and the data on both sides, with whatever is between them left out. */
function abstract(): System {
  type Both = { bit: number; ack: number; seen: number; sent: number; received: number };
  const machine = setup({
    types: {} as {
      context: Both;
      input: Both;
      events: { type: 'SEND'; data: number } | { type: 'RECEIVE' } | { type: 'LEARN' };
    },
    guards: {
      isKnown: ({ context }) => context.ack === context.bit,
      isNew: ({ context }) => context.seen !== context.bit,
      isNews: ({ context }) => context.ack !== context.seen,
    },
    actions: {
      send: assign(({ context, event }) =>
        event.type === 'SEND' ? { bit: 1 - context.bit, sent: event.data } : context,
      ),
      receive: assign(({ context }) => ({ seen: context.bit, received: context.sent })),
      learn: assign(({ context }) => ({ ack: context.seen })),
    },
  }).createMachine({
    context: ({ input }) => input,
    on: {
      SEND: { guard: 'isKnown', actions: 'send' },
      RECEIVE: { guard: 'isNew', actions: 'receive' },
      LEARN: { guard: 'isNews', actions: 'learn' },
    },
  });
  const starts = DATA.flatMap((bit) =>
    DATA.flatMap((sent) => DATA.map((received) => ({ bit, ack: bit, seen: bit, sent, received }))),
  );
  return actors({ both: actor(machine, { input: anyOf(starts) }) }).faultTolerant({
    environment: {
      both: { SEND: () => anyOf(DATA.map((data) => ({ data }))), RECEIVE: true, LEARN: true },
    },
  });
}

/**
 * The alternating-bit protocol over wires that lose letters, after Bartlett, Scantlebury and
 * Wilkinson (1969), and AlternatingBit.tla.
 */
function protocol(): System {
  return actors({
    starter: actor(starter, { input: anyOf(DATA.map((bit) => ({ bit }))) }),
    sender: actor(sender, { input: anyOf(DATA.map((sent) => ({ sent }))) }),
    messages: actor(wire),
    receiver: actor(receiver, { input: anyOf(DATA.map((received) => ({ received }))) }),
    acks: actor(wire),
  }).faultTolerant({
    environment: {
      sender: {
        SEND: (s) => {
          const fits = s.messages.context.letters.length < CAPACITY;
          return anyOf(DATA.map((data) => ({ data, fits })));
        },
        RESEND: (s) => ({ fits: s.messages.context.letters.length < CAPACITY }),
        LEARN: (s) => {
          const [letter] = s.acks.context.letters;
          return letter !== undefined && { ack: letter.bit };
        },
      },
      messages: {
        LOSE: (s) => anyOf([...s.messages.context.letters.keys()].map((at) => ({ at }))),
      },
      receiver: {
        RECEIVE: (s) => {
          const [letter] = s.messages.context.letters;
          return letter !== undefined && { letter };
        },
        ACKNOWLEDGE: (s) => ({ fits: s.acks.context.letters.length < CAPACITY }),
      },
      acks: { LOSE: (s) => anyOf([...s.acks.context.letters.keys()].map((at) => ({ at }))) },
    },
    properties: {
      refines: refines(abstract(), {
        of: ({ sender: one, receiver: other }: Ends) => [one.context, other.context],
        as: ({ both }: { both: { context: Record<string, number> } }) => {
          const { bit, ack, sent, seen, received } = both.context;
          return [
            { bit, ack, sent },
            { bit: seen, received },
          ];
        },
      }),
      ...Object.fromEntries(
        DATA.flatMap((data) => [
          [FAIR[data]!, arrives(data, SENDING, RECEIVING)],
          [WEAKLY_FAIR[data]!, arrives(data, [...SENDING, ...RECEIVING], [])],
        ]),
      ),
    },
  });
}

const memo = new Map<string, CheckReport>();
function once(name: string, work: () => CheckReport): CheckReport {
  const known = memo.get(name) ?? work();
  memo.set(name, known);
  return known;
}
const abstraction = () => once('abstract', () => check(abstract()));
const report = () => once('protocol', () => check(protocol()));
const slowly = () => once('at leisure', () => check(atLeisure(protocol())));
const allHold = (names: readonly string[]): boolean =>
  names.every((name) => slowly().properties.find((one) => one.name === name)?.result === 'holds');

answered(
  'alternating bit',
  [
    { name: 'abstract: distinct states', value: 20 },
    { name: 'abstract: generated', value: 36 },
    { name: 'abstract: depth', value: 3 },
    { name: 'distinct states', value: 240 },
    { name: 'generated, with what does not fit', value: 1392 },
    { name: 'depth', value: 10 },
    { name: 'steps that the abstract protocol does not take', value: 'none' },
    { name: 'what is sent arrives, if receiving is strongly fair', value: true },
    { name: 'what is sent arrives, if receiving is weakly fair', value: false },
  ],
  {
    'abstract: distinct states': () => abstraction().stats.states,
    'abstract: generated': () => spanOf(abstract()).generated,
    'abstract: depth': () => abstraction().stats.depth,
    'distinct states': () => report().stats.states,
    'generated, with what does not fit': () => spanOf(protocol()).generated,
    depth: () => report().stats.depth,
    'steps that the abstract protocol does not take': () => {
      const found = report().properties.find(({ name }) => name === 'refines');
      return found?.result === 'holds' && !found.vacuous ? 'none' : found;
    },
    'what is sent arrives, if receiving is strongly fair': () => allHold(FAIR),
    'what is sent arrives, if receiving is weakly fair': () => allHold(WEAKLY_FAIR),
  },
);

describe('alternating bit', () => {
  it('has the same verdicts by symmetry and by reduction', () => {
    const results = ({ properties }: CheckReport) => properties.map(({ result }) => result);
    const ways: readonly CheckOptions[] = [{ symmetry: true }, { reduce: true }];
    for (const options of ways) {
      expect(results(check(protocol(), options))).toEqual(results(report()));
    }
  });
});
