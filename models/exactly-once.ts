import { assign, enqueueActions, setup } from 'xstate';
import {
  actor,
  actors,
  always,
  anyOf,
  choice,
  defineModel,
  eventually,
  fault,
  integer,
  peer,
  sometimes,
} from 'reconverge';

/**
 * What "exactly once" is made of: a consumer takes messages from a log, has an effect for each, and
 * notes how far it is (its offset). The effect and the note are both durable, and a crash may come
 * between them. A message may also be in the log twice, because its producer did not hear that the
 * first one had arrived and sent it again: what only the ends can notice (Saltzer, Reed and Clark,
 * "End-to-end arguments in system design", ACM TOCS 2(4), 1984, on duplicate messages). There are
 * four ways of delivery:
 *
 * - `at-least-once`: the effect, and later the offset;
 * - `at-most-once`: the offset, and later the effect;
 * - `atomic`: both in one transaction, as where the offset is kept beside the effects;
 * - `deduplicated`: at least once, and the ids of the last `window` messages are stored in the
 *   transaction of the effect. A message with an id that is there is skipped.
 *
 * A green result proves, for so many messages, crashes and duplicates at any points: every message
 * has its effect once, however often it is in the log. What is tolerated tells the four apart.
 * Deduplication tolerates everything, if its window is as long as a batch (for crashes) and as the
 * distance of the duplicates. Atomic commits tolerate any crash and not one duplicate: they know
 * places, not messages. The other two tolerate no crash: at least once is nonmasking, at most once
 * fail-safe.
 *
 * The model leaves out several consumers of one log (a consumer that is thought dead and is not;
 * see the laws of fencing), logs that lose or reorder what they hold, and effects that are not
 * in one transaction with anything (see resumable-step for those).
 *
 * Broken variants: the ways of delivery that promise less, a window that is too short, and, of
 * deduplication, `volatile-ids` (the ids are in memory only) and `ids-apart` (the id is stored
 * before the effect, by itself).
 */

/** What is durable of a consumer. */
interface Stored {
  /** The place in the log to go on from after a crash. */
  readonly offset: number;
  /** The ids of the messages that it had last, the newest at the end. */
  readonly ids: readonly number[];
}
interface Size {
  /** How many ids are stored. */
  readonly window: number;
  /** How many effects there may be beyond the offset, or offsets beyond the effects. */
  readonly batch: number;
}
type Progress = Stored & Size & { readonly position: number };
type Apply = { type: 'APPLY'; message: number };

const working = setup({
  types: {} as {
    context: Progress;
    input: Stored & Size;
    events:
      | { type: 'DELIVER'; message: number }
      | { type: 'APPLY_DELIVERED'; message: number }
      | { type: 'COMMIT' }
      | { type: 'TAKE'; through: number };
  },
  guards: {
    isKnown: ({ context, event }) =>
      event.type === 'DELIVER' && context.ids.includes(event.message),
    storesIdsApart: () => false,
    isBatchFull: ({ context: { position, offset, batch } }) => position - offset >= batch,
    isBatchDone: ({ context: { position, offset } }) => position === offset,
  },
  actions: {
    apply: enqueueActions(({ event, enqueue }) => {
      if (!('message' in event)) return;
      enqueue.sendTo(peer<Apply>('effects'), { type: 'APPLY', message: event.message });
    }),
    storeId: assign({
      ids: ({ context: { ids, window }, event }) =>
        'message' in event
          ? [...ids, event.message].slice(Math.max(0, ids.length + 1 - window))
          : ids,
    }),
    advance: assign({ position: ({ context }) => context.position + 1 }),
    commit: assign({ offset: ({ context }) => context.position }),
    commitAhead: assign({
      offset: ({ context, event }) => (event.type === 'TAKE' ? event.through : context.offset),
    }),
  },
});

/** Whoever starts, for the first time or after a crash, starts at the offset. */
const atOffset = ({ input }: { input: Stored & Size }): Progress => ({
  ...input,
  position: input.offset,
});

const effectFirst = working.createMachine({
  id: 'consumer',
  context: atOffset,
  initial: 'ready',
  states: {
    ready: {
      always: { guard: 'isBatchFull', target: 'full' },
      on: {
        COMMIT: { actions: 'commit' },
        DELIVER: [
          { guard: 'isKnown', actions: 'advance' },
          { guard: 'storesIdsApart', target: 'stored', actions: 'storeId' },
          { actions: ['apply', 'storeId', 'advance'] },
        ],
      },
    },
    stored: { on: { APPLY_DELIVERED: { target: 'ready', actions: ['apply', 'advance'] } } },
    full: { on: { COMMIT: { target: 'ready', actions: 'commit' } } },
  },
});

const offsetFirst = working.createMachine({
  id: 'consumer',
  context: atOffset,
  initial: 'ready',
  states: {
    ready: { on: { TAKE: { target: 'taken', actions: 'commitAhead' } } },
    taken: {
      always: { guard: 'isBatchDone', target: 'ready' },
      on: { DELIVER: { actions: ['apply', 'advance'] } },
    },
  },
});

const transactional = working.createMachine({
  id: 'consumer',
  context: atOffset,
  on: { DELIVER: { actions: ['apply', 'advance', 'commit'] } },
});

const consumers = {
  deduplicated: effectFirst,
  atomic: transactional,
  'at-least-once': effectFirst,
  'at-most-once': offsetFirst,
};

const log = setup({
  types: {} as {
    context: { entries: readonly number[] };
    input: { entries: readonly number[] };
    events: { type: 'APPEND_AGAIN'; message: number };
  },
}).createMachine({
  id: 'log',
  context: ({ input }) => input,
  on: {
    APPEND_AGAIN: {
      actions: assign({ entries: ({ context, event }) => [...context.entries, event.message] }),
    },
  },
});

/** Where the effects are: how often each message has had its own. */
const effects = setup({
  types: {} as {
    context: { times: readonly number[] };
    input: { times: readonly number[] };
    events: Apply;
  },
}).createMachine({
  id: 'effects',
  context: ({ input }) => input,
  on: {
    APPLY: {
      actions: assign({
        times: ({ context: { times }, event: { message } }) =>
          times.with(message, times[message]! + 1),
      }),
    },
  },
});

interface Reading {
  readonly log: { readonly context: { readonly entries: readonly number[] } };
  readonly consumer: { readonly context: Progress };
}
/** The message at the consumer's position, or false behind the last one. */
function next({ log: { context }, consumer }: Reading) {
  const message = context.entries[consumer.context.position];
  return message !== undefined && { message };
}

export default defineModel({
  name: 'exactly-once',
  description:
    'A consumer with a durable offset: what of each message is done once, if it crashes.',
  parameters: {
    messages: integer({ default: 3, min: 1, max: 6 }),
    crashes: integer({ default: 2, min: 0, max: 4 }),
    duplicates: integer({ default: 1, min: 0, max: 3 }),
    batch: integer({ default: 2, min: 1, max: 6 }),
    delivery: choice(Object.keys(consumers) as ['deduplicated', ...(keyof typeof consumers)[]]),
    window: integer({ default: 6, min: 1, max: 6 }),
    bug: choice(['none', 'volatile-ids', 'ids-apart']),
  },
  build: ({ messages, crashes, duplicates, batch, delivery, window, bug }) => {
    const all = Array.from({ length: messages }, (_, message) => message);
    const machine = consumers[delivery].provide({
      guards: bug === 'ids-apart' ? { storesIdsApart: () => true } : {},
    });
    const isDeduplicated = delivery === 'deduplicated';
    return actors({
      log: actor(log, { input: { entries: all } }),
      consumer: actor(machine, {
        input: { offset: 0, ids: [], window: isDeduplicated ? window : 0, batch },
        durable: ({ offset, ids, window: kept }) => ({
          offset,
          ids: bug === 'volatile-ids' ? [] : ids,
          window: kept,
          batch,
        }),
      }),
      effects: actor(effects, { input: { times: all.map(() => 0) } }),
    }).faultTolerant({
      environment: {
        log: {
          APPEND_AGAIN: fault(
            {
              kind: 'network',
              persistence: 'transient',
              class: 'omission',
              budget: duplicates,
            },
            () => anyOf(all.map((message) => ({ message }))),
          ),
        },
        consumer: {
          DELIVER: (s) => next(s),
          APPLY_DELIVERED: (s) => next(s),
          COMMIT: true,
          TAKE: (s) => {
            const { position } = s.consumer.context;
            const through = Math.min(s.log.context.entries.length, position + batch);
            return through > position && { through };
          },
        },
      },
      faults: { consumer: { crash: crashes } },
      consistent: (s) =>
        s.consumer.status === 'active' &&
        s.consumer.context.offset === s.log.context.entries.length &&
        s.effects.context.times.every((times) => times > 0),
      properties: {
        'nothing twice': always((s) => s.effects.context.times.every((times) => times <= 1)),
        'nothing lost': eventually((s) => s.effects.context.times.every((times) => times > 0)),
        'no more than a batch in doubt': always(
          ({ consumer }) =>
            consumer.status === 'down' ||
            Math.abs(consumer.context.position - consumer.context.offset) <= batch,
        ),
        'can finish': sometimes((s) => s.effects.context.times.every((times) => times === 1)),
      },
    });
  },
});
