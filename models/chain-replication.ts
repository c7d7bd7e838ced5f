import { assign, enqueueActions, setup } from 'xstate';
import {
  actor,
  actors,
  always,
  anyOf,
  choice,
  defineModel,
  integer,
  peer,
  replicas,
  sometimes,
} from 'reconverge';

/**
 * Chain replication after van Renesse and Schneider, "Chain replication for supporting high
 * throughput and availability" (OSDI 2004): a log of updates on a chain of replicas that fail for
 * good. The head orders the updates and hands them down the chain; what the tail has is stable, and
 * only then is the client told. Messages keep their order and die with their receiver.
 *
 * A failed neighbour is noticed sooner or later, by each replica for itself. Who gets a new
 * successor sends it again whatever is not yet known to be stable. Who gets a new predecessor tells
 * it what is, and listens to no other from then on: an update of the old one that is still under
 * way is dropped. An update is recognised by its place in the log.
 *
 * A green result proves, for these sizes and every order of writes, messages, failures and their
 * detection: of any two logs one is a beginning of the other, no update is in a log twice, the
 * client was told of none that the acting head lacks, and in the end all that live have everything.
 * It leaves out replicas that come back or join, failures suspected wrongly (the detector is slow
 * but never mistaken), and reads.
 *
 * Broken variants: `no-resend` (a new successor does not get what the failed one kept to itself),
 * `early-reply` (the head tells the client before the tail has the update) and `stale-updates` (a
 * new head still takes what the one before has sent).
 */

type Update = { type: 'UPDATE'; value: number; place: number; from: number };
type Stable = { type: 'STABLE'; through: number };
type Done = { type: 'DONE'; value: number };

/** A replica's neighbours, as far as it knows: a head has none before it, a tail none behind. */
interface Place {
  readonly id: number;
  readonly previous: number | null;
  readonly next: number | null;
}
type Context = Place & {
  readonly log: readonly number[];
  /** How much of the log is known to have reached the tail. */
  readonly stable: number;
};

const at = (id: number): string => `replica[${id}]`;

const replica = setup({
  types: {} as {
    context: Context;
    input: Place;
    events:
      | { type: 'WRITE'; value: number }
      | { type: 'NEXT'; next: number | null }
      | { type: 'PREVIOUS'; previous: number | null }
      | Update
      | Stable;
  },
  guards: {
    isHead: ({ context }) => context.previous === null,
    // A new predecessor may speak before it is known; it is nearer to the head than the old one.
    isNew: ({ context: { previous, log }, event }) =>
      event.type === 'UPDATE' &&
      previous !== null &&
      event.from <= previous &&
      event.place > log.length,
    isNews: ({ context, event }) => event.type === 'STABLE' && event.through > context.stable,
    resends: () => true,
    repliesEarly: () => false,
  },
  actions: {
    append: assign({
      log: ({ context: { log }, event }) =>
        event.type === 'WRITE' || event.type === 'UPDATE' ? [...log, event.value] : log,
    }),
    sendLast: enqueueActions(({ context: { id, log, next }, enqueue }) => {
      const value = log.at(-1);
      if (next === null || value === undefined) return;
      const update = { type: 'UPDATE', value, place: log.length, from: id } as const;
      enqueue.sendTo(peer<Update>(at(next)), update);
    }),
    sendUnstable: enqueueActions(({ context: { id, log, stable, next }, enqueue }) => {
      if (next === null) return;
      for (const [index, value] of log.entries()) {
        const update = { type: 'UPDATE', value, place: index + 1, from: id } as const;
        if (index >= stable) enqueue.sendTo(peer<Update>(at(next)), update);
      }
    }),
    sendStable: enqueueActions(({ context: { stable, previous }, enqueue }) => {
      if (previous === null || stable === 0) return;
      enqueue.sendTo(peer<Stable>(at(previous)), { type: 'STABLE', through: stable });
    }),
    // All that the tail has is stable.
    settle: enqueueActions(({ context: { log, stable, previous, next }, enqueue }) => {
      if (next !== null || stable === log.length) return;
      for (const value of log.slice(stable)) {
        enqueue.sendTo(peer<Done>('client'), { type: 'DONE', value });
      }
      enqueue.assign({ stable: log.length });
      if (previous === null) return;
      enqueue.sendTo(peer<Stable>(at(previous)), { type: 'STABLE', through: log.length });
    }),
    replyEarly: enqueueActions(({ context: { log }, enqueue, check }) => {
      const value = log.at(-1);
      if (!check('repliesEarly') || value === undefined) return;
      enqueue.sendTo(peer<Done>('client'), { type: 'DONE', value });
    }),
  },
}).createMachine({
  id: 'replica',
  context: ({ input }) => ({ ...input, log: [], stable: 0 }),
  on: {
    WRITE: { guard: 'isHead', actions: ['append', 'replyEarly', 'sendLast', 'settle'] },
    UPDATE: { guard: 'isNew', actions: ['append', 'sendLast', 'settle'] },
    STABLE: {
      guard: 'isNews',
      actions: [assign({ stable: ({ event }) => event.through }), 'sendStable'],
    },
    NEXT: [
      {
        guard: 'resends',
        actions: [assign({ next: ({ event }) => event.next }), 'sendUnstable', 'settle'],
      },
      { actions: [assign({ next: ({ event }) => event.next }), 'settle'] },
    ],
    PREVIOUS: {
      actions: [assign({ previous: ({ event }) => event.previous }), 'sendStable'],
    },
  },
});

const client = setup({
  types: {} as { context: { done: readonly number[] }; events: Done },
  guards: { isNew: ({ context, event }) => !context.done.includes(event.value) },
  actions: {
    note: assign({
      done: ({ context, event }) => [...context.done, event.value].toSorted((a, b) => a - b),
    }),
  },
}).createMachine({
  id: 'client',
  context: { done: [] },
  on: { DONE: { guard: 'isNew', actions: 'note' } },
});

/** The replica without one of its rules, by `bug`. */
const variants = {
  none: replica,
  'no-resend': replica.provide({ guards: { resends: () => false } }),
  'early-reply': replica.provide({ guards: { repliesEarly: () => true } }),
  'stale-updates': replica.provide({
    guards: {
      isNew: ({ context: { log }, event }) => event.type === 'UPDATE' && event.place > log.length,
    },
  }),
};

interface Member {
  readonly status: string;
  readonly context: Context;
}
const isHalted = ({ status }: Member): boolean => status === 'halted';
const living = (chain: readonly Member[]): readonly Member[] =>
  chain.filter((one) => !isHalted(one));
const isBeginning = (short: readonly number[], long: readonly number[]): boolean =>
  short.every((value, place) => value === long[place]);

/** Of any two logs one is a beginning of the other. */
function agree(chain: readonly Member[]): boolean {
  const logs = living(chain).map(({ context }) => context.log);
  return logs.every((one) => logs.every((two) => one.length > two.length || isBeginning(one, two)));
}

/** The next in that direction that lives, if the neighbour there has failed; else undefined. */
function nextLiving(chain: readonly Member[], from: number | null, step: 1 | -1) {
  if (from === null || !isHalted(chain[from]!)) return undefined;
  for (let id = from + step; id >= 0 && id < chain.length; id += step) {
    if (!isHalted(chain[id]!)) return id;
  }
  return null;
}

export default defineModel({
  name: 'chain-replication',
  description: 'A replicated log on a chain of replicas, some of which fail for good.',
  parameters: {
    replicas: integer({ default: 3, min: 2, max: 5 }),
    updates: integer({ default: 2, min: 1, max: 4 }),
    failures: integer({ default: 1, min: 0, max: 4 }),
    bug: choice(Object.keys(variants) as ['none', ...(keyof typeof variants)[]]),
  },
  build: ({ replicas: length, updates, failures, bug }) => {
    const values = Array.from({ length: updates }, (_, index) => index + 1);
    const chain = replicas(length, variants[bug], {
      input: (id): Place => ({
        id,
        previous: id === 0 ? null : id - 1,
        next: id === length - 1 ? null : id + 1,
      }),
    });
    return actors({ replica: chain, client: actor(client) }).faultTolerant({
      // From each other replica an inbox gets no more than one message about each update.
      channels: { replica: { kind: 'fifo', capacity: (length - 1) * updates, volatile: true } },
      environment: {
        replica: {
          // The client writes what it was not told of, and the head takes what it does not have.
          WRITE: (s, id) => {
            const { log, previous } = s.replica[id]!.context;
            if (previous !== null) return false;
            const known = [...log, ...s.client.context.done];
            const open = values.filter((value) => !known.includes(value));
            return open.length > 0 && anyOf(open.map((value) => ({ value })));
          },
          NEXT: (s, id) => {
            const next = nextLiving(s.replica, s.replica[id]!.context.next, 1);
            return next !== undefined && { next };
          },
          PREVIOUS: (s, id) => {
            const previous = nextLiving(s.replica, s.replica[id]!.context.previous, -1);
            return previous !== undefined && { previous };
          },
        },
      },
      // One replica is left in any case.
      faults: { replica: { halt: Math.min(failures, length - 1) } },
      consistent: (s) =>
        s.client.context.done.length === updates &&
        living(s.replica).every(({ context }) => context.stable === updates) &&
        agree(s.replica),
      properties: {
        'logs agree': always((s) => agree(s.replica)),
        'no update twice': always((s) =>
          living(s.replica).every(({ context: { log } }) => new Set(log).size === log.length),
        ),
        'nothing lost': always((s) =>
          living(s.replica).every(
            ({ context: { previous, log } }) =>
              previous !== null || s.client.context.done.every((value) => log.includes(value)),
          ),
        ),
        'can write all': sometimes((s) => s.client.context.done.length === updates),
      },
    });
  },
});
