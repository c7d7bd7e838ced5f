import { assign, enqueueActions, setup } from 'xstate';
import {
  actor,
  actors,
  always,
  anyOf,
  choice,
  defineModel,
  eventuallyAlways,
  everyStep,
  external,
  fault,
  integer,
  ltl,
  peer,
  replicas,
  sometimes,
} from 'reconverge';
import { at, between, node, type Message, type Pass, type Place } from './failover/node.ts';

/**
 * Fail-over by heartbeat: a leader that is not heard of is suspected, and a follower takes over.
 * The detector is the time-out of Chandra and Toueg, "Unreliable failure detectors for reliable
 * distributed systems" (J. ACM 43(2), 1996): it may be wrong. Two rules keep a wrong suspicion from
 * making two leaders. Votes: who takes over needs a majority, and nobody votes who hears its leader
 * (a witness votes but never leads). Self-fencing: the leader holds a lease (Gray and Cheriton,
 * SOSP 1989) that each round with a majority renews, and stops by itself when it runs out, before
 * those who renewed it lose their patience.
 *
 * Time is a common round: in each, the leader's heartbeat goes out and the answers come back, over
 * the links that are up. A slow clock misses a round, and a paused node misses as many as it likes.
 * An election is one step.
 *
 * A green result proves, for these nodes, time-outs and budgets and every order of rounds, crashes,
 * losses of a node or of a link, cuts and slow clocks: never do two nodes act as leaders, and in
 * the end one leads and stays. It leaves out epochs and what a deposed leader has under way: no
 * pause is tolerated, because a leader that sleeps through its lease wakes as one (the table tries
 * it; the answer is fencing: leased-worker). Nor does it know of messages that take longer than a
 * round.
 *
 * What each rule prevents is seen without it. `selfFencing: off`: a leader that was cut off goes on
 * beside the new one. `votes: none`: two followers take over at once. `patience` less than `lease`
 * and the rounds that clocks may miss together: the lease outlives the patience of those who
 * renewed it. `witnesses: 0` beside two nodes: safe, and without a leader as soon as one is gone.
 * `detector: accurate`, which no network can offer, makes both rules superfluous, pauses included.
 *
 * Broken variants besides: `hasty-restart` (a node votes as soon as it restarts, having forgotten
 * whom it has promised to wait for) and `faithless-voter` (a node votes for any candidate, though
 * it hears its leader).
 */

type Link = 'up' | 'cut' | 'severed';
type Links = Readonly<Record<string, Link>>;

const network = setup({
  types: {} as {
    context: { links: Links };
    input: { links: Links };
    events:
      | Pass
      | { type: 'CUT'; link: string }
      | { type: 'SEVER'; link: string }
      | { type: 'HEAL'; link: string };
  },
  guards: {
    isUp: ({ context, event }) =>
      event.type === 'PASS' && context.links[between(event.message.from, event.to)] === 'up',
  },
  actions: {
    pass: enqueueActions(({ event, enqueue }) => {
      if (event.type === 'PASS') enqueue.sendTo(peer<Message>(at(event.to)), event.message);
    }),
    change: assign({
      links: ({ context: { links }, event }) => {
        if (event.type === 'PASS') return links;
        const state = ({ CUT: 'cut', SEVER: 'severed', HEAL: 'up' } as const)[event.type];
        return { ...links, [event.link]: state };
      },
    }),
  },
}).createMachine({
  id: 'network',
  context: ({ input }) => input,
  on: {
    PASS: { guard: 'isUp', actions: 'pass' },
    CUT: { actions: 'change' },
    SEVER: { actions: 'change' },
    HEAL: { actions: 'change' },
  },
});

const clock = setup({
  types: {} as {
    context: { count: number };
    input: { count: number };
    events: { type: 'ROUND' };
  },
  actions: {
    tick: enqueueActions(({ context: { count }, enqueue }) => {
      for (let id = 0; id < count; id++) enqueue.sendTo(peer(at(id)), { type: 'TICK' });
    }),
  },
}).createMachine({
  id: 'clock',
  context: ({ input }) => input,
  on: { ROUND: { actions: 'tick' } },
});

interface Node {
  readonly status: string;
  matches(state: 'leading'): boolean;
}
const acts = (one: Node): boolean => one.status === 'active' && one.matches('leading');
const leaders = (all: readonly Node[]): number => all.filter(acts).length;

/** Links in one of these states, each as the payload of an event; false if there are none. */
function linksIn(known: Links, ...states: readonly string[]) {
  const found = Object.keys(known).filter((link) => states.includes(known[link]!));
  return found.length > 0 && anyOf(found.map((link) => ({ link })));
}

export default defineModel({
  name: 'failover',
  description: 'A leader that is suspected by time-out, votes, and a lease that ends in time.',
  parameters: {
    nodes: integer({ default: 2, min: 2, max: 3 }),
    witnesses: integer({ default: 1, min: 0, max: 1 }),
    lease: integer({ default: 2, min: 2, max: 4 }),
    patience: integer({ default: 3, min: 1, max: 5 }),
    crashes: integer({ default: 1, min: 0, max: 2 }),
    pauses: integer({ default: 0, min: 0, max: 2 }),
    losses: integer({ default: 1, min: 0, max: 2 }),
    cuts: integer({ default: 1, min: 0, max: 3 }),
    slowRounds: integer({ default: 1, min: 0, max: 3 }),
    selfFencing: choice(['on', 'off']),
    votes: choice(['majority', 'none']),
    detector: choice(['timeout', 'accurate']),
    bug: choice(['none', 'hasty-restart', 'faithless-voter']),
  },
  build: (given) => {
    const { nodes, witnesses, lease, patience, selfFencing, votes, detector, bug } = given;
    const count = nodes + witnesses;
    const majority = votes === 'majority' ? Math.floor(count / 2) + 1 : 1;
    const isAccurate = detector === 'accurate';
    const machine = node.provide({
      guards: {
        ...(isAccurate ? { hasGivenUp: () => true } : {}),
        ...(isAccurate || bug === 'faithless-voter' ? { mayVote: () => true } : {}),
        ...(selfFencing === 'off' ? { leaseEnds: () => false } : {}),
      },
    });
    const pairs = Array.from({ length: count }, (_, one) => one).flatMap((one) =>
      Array.from({ length: one }, (_, other) => between(one, other)),
    );
    const place = (id: number): Place => ({
      id,
      count,
      majority,
      lease,
      patience,
      leader: 0,
      left: patience,
    });
    return actors({
      node: replicas(count, machine, {
        input: place,
        durable: ({ id }) => ({
          ...place(id),
          leader: null,
          left: bug === 'hasty-restart' ? 0 : patience,
        }),
      }),
      network: actor(network, {
        input: { links: Object.fromEntries(pairs.map((pair) => [pair, 'up' as Link])) },
      }),
      clock: actor(clock, { input: { count } }),
    }).faultTolerant({
      environment: {
        clock: { ROUND: true },
        node: {
          STAND: (s, id) =>
            id < nodes &&
            (!isAccurate ||
              s.node.every((one) => !one.matches('leading') || one.status === 'halted')),
          SLOW: fault({
            kind: 'node',
            persistence: 'transient',
            class: 'timing',
            budget: given.slowRounds,
          }),
        },
        network: {
          CUT: fault(
            { kind: 'network', persistence: 'transient', class: 'omission', budget: given.cuts },
            (s) => linksIn(s.network.context.links, 'up'),
          ),
          SEVER: fault({ kind: 'network', persistence: 'permanent', class: 'omission' }, (s) =>
            linksIn(s.network.context.links, 'up', 'cut'),
          ),
          HEAL: external((s) => linksIn(s.network.context.links, 'cut')),
        },
      },
      faults: { node: { crash: given.crashes, pause: given.pauses, halt: 1 } },
      pools: { losses: { budget: given.losses, faults: ['node.halt', 'network.SEVER'] } },
      consistent: (s) => leaders(s.node) === 1,
      properties: {
        'one leader at a time': always((s) => leaders(s.node) <= 1),
        'one leads for good': eventuallyAlways((s) => leaders(s.node) === 1),
        'starts with a leader': ltl((s) => leaders(s.node) === 1),
        'who leads is its own leader': always((s) =>
          s.node.every(
            (one, id) =>
              one.status !== 'active' || one.matches('leading') === (one.context.leader === id),
          ),
        ),
        'a slow clock misses one round': everyStep({
          of: (s) => s.node.map((one) => one.status === 'active' && one.context.isSlow),
          keeps: (before, after) => before.every((wasSlow, id) => !wasSlow || !after[id]),
          when: (_before, _after, { event }) => event.type === 'ROUND',
        }),
        'can hand over': sometimes((s) => acts(s.node[1]!) && s.node[0]!.status === 'active'),
      },
    });
  },
});
