import { assign, enqueueActions, setup } from 'xstate';
import {
  actor,
  actors,
  always,
  choice,
  defineModel,
  everyStep,
  external,
  fault,
  integer,
  leadsTo,
  peer,
  replicas,
  sometimes,
} from 'reconverge';

/**
 * Workers that take turns by lease, and a storage that fences: Gray and Cheriton, "Leases" (SOSP
 * 1989), for a lease that ends by itself when its holder does not answer; Kleppmann, "How to do
 * distributed locking" (2016), for the token that grows with every lease and that the storage
 * compares. The lease service suspects whom it does not hear of, and may be wrong: the lease ends,
 * the next worker gets it, and the one before still believes in it. A worker that was frozen
 * meanwhile wakes as a zombie and goes on where it was; a write may come out of the network after
 * the lease it was made under.
 *
 * A green result proves, for these sizes and budgets and every order of leases, suspicions, pauses,
 * crashes and delays: no write overwrites that of a later lease, no two workers have the same
 * token, who holds the lease is never taken for a zombie, every lease ends, and whoever believes in
 * a lease that has ended learns of it. It does not say that only the holder writes: fencing orders
 * the writes of a zombie, it does not stop them. It leaves out a storage that forgets what it has
 * seen, writes that get lost, and resources that cannot compare tokens.
 *
 * Broken variants: `unfenced` (the storage takes any token), `worker-checks` (so it does, and each
 * worker asks whether it still holds the lease before it writes: enough only while nothing delays a
 * write, and a pause between question and write does), `volatile-epoch` (a lease service that
 * restarts counts from the beginning again) and `no-expiry` (a lease ends only when it is given
 * back). With `suspicion: accurate` only a worker that is gone loses its lease; a delayed write
 * makes fencing necessary even then.
 */

type Write = { type: 'WRITE'; token: number };
type ToLeases = { type: 'GRANT'; to: number } | { type: 'RETURN' };

const leases = setup({
  types: {} as {
    /** The last token issued, and who has the lease that goes with it. */
    context: { epoch: number; holder: number | null };
    input: { epoch: number };
    events: ToLeases | { type: 'EXPIRE' };
  },
  guards: { isHeld: ({ context }) => context.holder !== null },
  actions: {
    grant: assign({
      epoch: ({ context }) => context.epoch + 1,
      holder: ({ event }) => (event.type === 'GRANT' ? event.to : null),
    }),
    end: assign({ holder: null }),
  },
}).createMachine({
  id: 'leases',
  context: ({ input }) => ({ epoch: input.epoch, holder: null }),
  on: {
    GRANT: { actions: 'grant' },
    RETURN: { actions: 'end' },
    EXPIRE: { guard: 'isHeld', actions: 'end' },
  },
});

const storage = setup({
  types: {} as { context: { highest: number; last: number }; events: Write },
  guards: { isCurrent: ({ context, event }) => event.token >= context.highest },
  actions: {
    write: assign({
      highest: ({ context, event }) => Math.max(context.highest, event.token),
      last: ({ event }) => event.token,
    }),
  },
}).createMachine({
  id: 'storage',
  context: { highest: 0, last: 0 },
  on: { WRITE: { guard: 'isCurrent', actions: 'write' } },
});

/** Hands on what was delayed, at some later time and in any order. */
const network = setup({
  types: {} as { events: Write },
  actions: {
    deliver: enqueueActions(({ event, enqueue }) => enqueue.sendTo(peer<Write>('storage'), event)),
  },
}).createMachine({ id: 'network', on: { WRITE: { actions: 'deliver' } } });

/** A token other than 0 says that the worker believes in its lease, not that it has one. */
const worker = setup({
  types: {} as {
    context: { id: number; token: number };
    input: { id: number };
    events:
      | { type: 'ACQUIRE'; token: number }
      | { type: 'WRITE' | 'DELAYED' | 'RELEASE' | 'NOTICE' };
  },
  actions: {
    acquire: enqueueActions(({ context, event, enqueue }) => {
      if (event.type !== 'ACQUIRE') return;
      enqueue.assign({ token: event.token });
      enqueue.sendTo(peer<ToLeases>('leases'), { type: 'GRANT', to: context.id });
    }),
    giveBack: enqueueActions(({ enqueue }) => {
      enqueue.sendTo(peer<ToLeases>('leases'), { type: 'RETURN' });
    }),
    drop: assign({ token: 0 }),
    write: enqueueActions(({ context: { token }, event, enqueue }) => {
      const to = event.type === 'DELAYED' ? 'network' : 'storage';
      enqueue.sendTo(peer<Write>(to), { type: 'WRITE', token });
    }),
  },
}).createMachine({
  id: 'worker',
  context: ({ input }) => ({ id: input.id, token: 0 }),
  initial: 'idle',
  states: {
    idle: { on: { ACQUIRE: { target: 'believing', actions: 'acquire' } } },
    believing: {
      on: {
        WRITE: { actions: 'write' },
        DELAYED: { actions: 'write' },
        RELEASE: { target: 'idle', actions: ['giveBack', 'drop'] },
        NOTICE: { target: 'idle', actions: 'drop' },
      },
    },
  },
});

const BUGS = ['unfenced', 'worker-checks', 'volatile-epoch', 'no-expiry'] as const;

interface Leases {
  readonly status: string;
  readonly context: { readonly epoch: number; readonly holder: number | null };
}
interface Worker {
  readonly status: string;
  readonly context: { readonly token: number };
}
/** The token a worker would write with; 0 for one that is gone. */
const tokenOf = (one: Worker): number =>
  one.status === 'down' || one.status === 'halted' ? 0 : one.context.token;
/** Null too while the lease service is down; once restarted, it does not know who had it. */
const holderOf = (service: Leases): number | null =>
  service.status === 'down' ? null : service.context.holder;

export default defineModel({
  name: 'leased-worker',
  description: 'Workers with leases that end without their knowledge, and fencing tokens.',
  parameters: {
    workers: integer({ default: 2, min: 1, max: 3 }),
    epochs: integer({ default: 2, min: 1, max: 4 }),
    pauses: integer({ default: 1, min: 0, max: 2 }),
    crashes: integer({ default: 1, min: 0, max: 2 }),
    halts: integer({ default: 1, min: 0, max: 2 }),
    restarts: integer({ default: 1, min: 0, max: 2 }),
    delays: integer({ default: 1, min: 0, max: 3 }),
    suspicion: choice(['mistaken', 'accurate']),
    bug: choice(['none', ...BUGS]),
  },
  build: ({ workers, epochs, pauses, crashes, halts, restarts, delays, suspicion, bug }) => {
    const isFenced = bug !== 'unfenced' && bug !== 'worker-checks';
    const fenced = isFenced ? storage : storage.provide({ guards: { isCurrent: () => true } });
    return actors({
      leases: actor(leases, {
        input: { epoch: 0 },
        durable: ({ epoch }) => ({ epoch: bug === 'volatile-epoch' ? 0 : epoch }),
      }),
      storage: actor(fenced),
      network: actor(network),
      worker: replicas(workers, worker, { input: (id) => ({ id }) }),
    }).faultTolerant({
      channels: { network: 'bag' },
      environment: {
        leases: {
          EXPIRE: external((s) => {
            const holder = holderOf(s.leases);
            if (bug === 'no-expiry' || holder === null) return false;
            return suspicion === 'mistaken' || tokenOf(s.worker[holder]!) === 0;
          }),
        },
        worker: {
          ACQUIRE: ({ leases: service }) =>
            service.status === 'active' &&
            service.context.holder === null &&
            service.context.epoch < epochs && { token: service.context.epoch + 1 },
          WRITE: (s, id) => bug !== 'worker-checks' || holderOf(s.leases) === id,
          DELAYED: fault(
            { kind: 'network', persistence: 'partial', class: 'timing', budget: delays },
            (s, id) => bug !== 'worker-checks' || holderOf(s.leases) === id,
          ),
          RELEASE: (s, id) => holderOf(s.leases) === id,
          // Asking tells a worker whether it still has the lease, if the service can be asked.
          NOTICE: (s, id) => s.leases.status === 'active' && holderOf(s.leases) !== id,
        },
      },
      faults: {
        worker: { pause: pauses, crash: crashes, halt: halts },
        leases: { crash: restarts },
      },
      consistent: (s) =>
        s.worker.every((one, id) => tokenOf(one) === 0 || holderOf(s.leases) === id) &&
        s.storage.context.last === s.storage.context.highest,
      properties: {
        'nothing older is written': always(
          ({ storage: { context } }) => context.last === context.highest,
        ),
        'one worker for each token': always((s) => {
          const tokens = s.worker.map(tokenOf).filter((token) => token > 0);
          return new Set(tokens).size === tokens.length;
        }),
        'the holder is no zombie': always((s) =>
          s.worker.every(
            (one, id) =>
              holderOf(s.leases) !== id ||
              tokenOf(one) === 0 ||
              tokenOf(one) >= s.storage.context.highest,
          ),
        ),
        'every lease ends': leadsTo(
          (s) => holderOf(s.leases) !== null,
          (s) => holderOf(s.leases) === null,
        ),
        'a delayed write is judged when it lands': everyStep({
          of: (s) => s.storage.context,
          keeps: (before, after, { event }) =>
            after.last ===
            (Number(event['token']) >= before.highest ? event['token'] : before.last),
          when: (_before, _after, { actor: who }) => who === 'network' && isFenced,
        }),
        'what is given back is free': everyStep({
          of: (s) => holderOf(s.leases),
          keeps: (_before, after) => after === null,
          when: (_before, _after, { event }) => event.type === 'RELEASE',
        }),
        'can write under each lease': sometimes((s) => s.storage.context.last === epochs),
      },
    });
  },
});
