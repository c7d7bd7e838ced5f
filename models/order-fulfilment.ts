import { assign, fromPromise, setup } from 'xstate';
import {
  actor,
  actors,
  always,
  choice,
  defineModel,
  everyStep,
  failure,
  failureGuards,
  integer,
  sometimes,
  type Strategy,
} from 'reconverge';
import {
  createTable,
  forgetting,
  service,
  SERVICES,
  tables,
  type Ledger,
} from './order-fulfilment/services.ts';

/**
 * Order fulfilment: reserve the goods, charge the customer, ship; retry what is transient, undo
 * everything when the answer is final, void a charge that stopped half way first. A saga
 * (Garcia-Molina and Salem, SIGMOD 1987), its services idempotent by key and with tombstones
 * (Helland, CIDR 2007), its worker restarted from checkpoints.
 *
 * A green result proves: within the budgets, for every order of lost, late and refused calls and
 * crashes of the worker (during recovery too), a completed order has each effect exactly once, a
 * cancelled one has none, and every order comes to one of the two; no service is touched before it
 * is durable that it may be, nothing that is saved is done again, and the goods are released last.
 * It leaves out several orders at once, services that crash or forget, and databases that lose what
 * they acknowledged.
 */

const ATTEMPTS_MAX = 2;
const STEPS = ['reserve', 'charge', 'ship'] as const;

/** The same in every attempt and after every restart. */
type Key = { readonly key: string };
interface Order {
  readonly id: string;
  readonly key: string;
  /** The step being tried: its effect, and all before it, may have happened. */
  readonly step: (typeof STEPS)[number];
  /** Failed attempts at this step. */
  readonly tries: number;
  readonly receipt: string | null;
}

const effect = <Output>() =>
  fromPromise<Output, Key>(() => Promise.reject(new Error('provided by whoever runs the machine')));
const keyOf = ({ context }: { context: Order }): Key => ({ key: context.key });

const order = setup({
  types: {} as { context: Order; input: { id: string }; tags: Strategy },
  actors: {
    reserve: effect<void>(),
    charge: effect<{ receipt: string }>(),
    ship: effect<void>(),
    recall: effect<void>(),
    refund: effect<void>(),
    release: effect<void>(),
    saveCheckpoint: fromPromise(async () => {}),
  },
  guards: {
    ...failureGuards,
    isExhausted: ({ context }) => context.tries >= ATTEMPTS_MAX,
    isCharging: ({ context }) => context.step === 'charge',
    isShipping: ({ context }) => context.step === 'ship',
    mayBeCharged: ({ context }) => context.step !== 'reserve',
    mayBeShipped: ({ context }) => context.step === 'ship',
    isVolatile: () => false,
  },
  actions: {
    reserved: assign({ step: 'charge', tries: 0 }),
    charged: assign({ step: 'ship', tries: 0 }),
    countAttempt: assign({ tries: ({ context }) => context.tries + 1 }),
    chooseKey: assign({ key: ({ context }) => context.id }),
  },
  delays: { backoff: 1000 },
}).createMachine({
  id: 'order',
  context: ({ input: { id } }) => ({ id, key: id, step: 'reserve', tries: 0, receipt: null }),
  initial: 'forward',
  states: {
    forward: {
      initial: 'resuming',
      on: {
        'xstate.error.actor.*': [
          { guard: 'transient', target: 'retrying' },
          { guard: 'partial', target: 'compensating' },
          { guard: 'permanent', target: 'rollingBack' },
        ],
      },
      states: {
        resuming: {
          always: [
            { guard: 'isShipping', target: 'shipping' },
            { guard: 'isCharging', target: 'charging' },
            { target: 'reserving' },
          ],
        },
        reserving: { invoke: { src: 'reserve', input: keyOf, onDone: 'reserved' } },
        reserved: { entry: 'reserved', invoke: { src: 'saveCheckpoint', onDone: 'charging' } },
        charging: {
          invoke: {
            src: 'charge',
            input: keyOf,
            onDone: {
              target: 'charged',
              actions: assign({ receipt: ({ event }) => event.output.receipt }),
            },
          },
        },
        charged: { entry: 'charged', invoke: { src: 'saveCheckpoint', onDone: 'shipping' } },
        shipping: { invoke: { src: 'ship', input: keyOf, onDone: 'shipped' } },
        shipped: { invoke: { src: 'saveCheckpoint', onDone: '#order.completed' } },
      },
    },
    retrying: {
      tags: 'retry',
      entry: ['countAttempt', 'chooseKey'],
      always: { guard: 'isExhausted', target: 'rollingBack' },
      after: { backoff: 'forward' },
    },
    // Only the charge stops half way. A decision is durable before it is acted upon: a restart must
    // not go forward over undo requests that are under way.
    compensating: {
      tags: 'compensate',
      initial: 'deciding',
      on: { 'xstate.error.actor.*': '.voiding' },
      states: {
        deciding: { always: [{ guard: 'isVolatile', target: 'voiding' }, { target: 'decided' }] },
        decided: { invoke: { src: 'saveCheckpoint', onDone: 'voiding' } },
        voiding: { invoke: { src: 'refund', input: keyOf, onDone: '#order.rollingBack.undoing' } },
      },
    },
    rollingBack: {
      tags: 'rollback',
      initial: 'deciding',
      // Undo never gives up: it starts over until every part of it has answered.
      on: { 'xstate.error.actor.*': '.undoing' },
      states: {
        deciding: { always: [{ guard: 'isVolatile', target: 'undoing' }, { target: 'decided' }] },
        decided: { invoke: { src: 'saveCheckpoint', onDone: 'undoing' } },
        undoing: {
          always: [
            { guard: 'mayBeShipped', target: 'recalling' },
            { guard: 'mayBeCharged', target: 'refunding' },
            { target: 'releasing' },
          ],
        },
        recalling: { invoke: { src: 'recall', input: keyOf, onDone: 'refunding' } },
        refunding: { invoke: { src: 'refund', input: keyOf, onDone: 'releasing' } },
        releasing: { invoke: { src: 'release', input: keyOf, onDone: '#order.cancelled' } },
      },
    },
    completed: { type: 'final' },
    cancelled: { type: 'final' },
  },
});

/** The order without one of its rules, by `bug`; the tombstone is a rule of the services. */
const variants = {
  none: order,
  /** Undoes only what it remembers to have succeeded. */
  forgetful: order.provide({ guards: { mayBeCharged: ({ context }) => context.receipt !== null } }),
  /** Takes a shipment that was refused in the end for one that never left. */
  unrecalled: order.provide({ guards: { mayBeShipped: () => false } }),
  /** Undoes before the decision to undo is durable: harmless until it crashes. */
  'volatile-intent': order.provide({ guards: { isVolatile: () => true } }),
  'no-tombstone': order,
  'key-per-attempt': order.provide({
    actions: { chooseKey: assign({ key: ({ context: { id, tries } }) => `${id}/${tries}` }) },
  }),
  'no-retry': order.provide({ guards: { transient: () => false } }),
  'no-rollback': order.provide({ guards: { permanent: () => false } }),
  'no-compensate': order.provide({ guards: { partial: () => false } }),
};

type Asked = { readonly input: Key };
type Service = { readonly context: Ledger };

const perform = ({ input: { key } }: Asked) => ({ type: 'PERFORM', key }) as const;
const start = ({ input: { key } }: Asked) => ({ type: 'PERFORM_HALF', key }) as const;
const revoke = ({ input: { key } }: Asked) => ({ type: 'REVOKE', key }) as const;
/** A void row refuses for good; otherwise what was asked for has been done. */
const unlessVoid =
  <Output>(output: Output) =>
  ({ service: { context }, input: { key } }: Asked & { service: Service }) =>
    context.rows[key] === 'void' ? failure('permanent') : output;

const rows = ({ context }: Service) => Object.values(context.rows);
const isWhole = (s: Service) => rows(s).join() === 'full';
const isUntouched = (s: Service) => rows(s).length === 0;
const isHalf = (s: Service) => rows(s).includes('half');
const isUndone = (s: Service) => rows(s).every((row) => row === 'void');

export default defineModel({
  name: 'order-fulfilment',
  description: 'Reserve, charge, ship: with retries, compensation, rollback and checkpoints.',
  parameters: {
    crashes: integer({ default: 1, min: 0, max: 3 }),
    bug: choice(Object.keys(variants) as ['none', ...(keyof typeof variants)[]]),
  },
  build: ({ crashes, bug }) => {
    const ledger = bug === 'no-tombstone' ? forgetting : service;
    return actors({
      order: actor(variants[bug], { checkpoint: 'saveCheckpoint', input: { id: 'o1' } }),
      stock: actor(ledger),
      payments: actor(ledger),
      shipments: actor(ledger),
    }).faultTolerant({
      effects: {
        reserve: { to: 'stock', send: perform, reply: unlessVoid(undefined) },
        charge: { to: 'payments', send: perform, reply: unlessVoid({ receipt: 'r1' }) },
        ship: { to: 'shipments', send: perform, reply: unlessVoid(undefined) },
        recall: { to: 'shipments', send: revoke },
        refund: { to: 'payments', send: revoke },
        release: { to: 'stock', send: revoke },
      },
      faults: {
        order: { crash: crashes, halt: 0 },
        reserve: { loseRequest: 1 },
        charge: { loseReply: 1, late: 1, refuse: 1, halfDone: { times: 1, send: start } },
        ship: { loseReply: 1, refuse: 1 },
        refund: { loseReply: 1, refuse: 0 },
      },
      recovery: { transient: 'retry', permanent: 'rollback', partial: 'compensate' },
      escalates: { transient: (s) => s.order.context.tries + 1 >= ATTEMPTS_MAX },
      // What the services have agrees with how far the order is; its own step may be done or not.
      consistent: ({ order: o, stock, payments, shipments }) => {
        const services = [stock, payments, shipments];
        if (['down', 'halted'].includes(o.status) || services.some(isHalf)) return false;
        if (o.matches('completed')) return services.every(isWhole);
        if (o.matches('cancelled')) return services.every(isUndone);
        const present = STEPS.indexOf(o.context.step);
        return services.every(
          (s, at) =>
            at === present || (at > present ? isUntouched(s) : !o.matches('forward') || isWhole(s)),
        );
      },
      properties: {
        'ships only what is charged': always((s) => isUndone(s.shipments) || isWhole(s.payments)),
        'charges only what is reserved': always((s) => isUndone(s.payments) || isWhole(s.stock)),
        'charges once': always((s) => rows(s.payments).filter((row) => row !== 'void').length <= 1),
        'can complete': sometimes((s) => s.order.matches('completed')),
        'can cancel': sometimes((s) => s.order.matches('cancelled')),
        'can stop half way': sometimes((s) => isHalf(s.payments)),
        'keeps the receipt': always((s) => s.order.context.receipt !== null, {
          when: (s) => s.order.matches('completed'),
        }),
        'gives up in time': always((s) => s.order.context.tries < ATTEMPTS_MAX, {
          when: (s) => s.order.matches('retrying'),
        }),
        'touches only what is recorded': always(
          ({ order: { saved }, stock, payments, shipments }) =>
            [stock, payments, shipments].every(
              (s, at) => at <= STEPS.indexOf(saved?.context.step ?? 'reserve') || isUntouched(s),
            ),
        ),
        'nothing redone': always(({ order: o }) =>
          (['reserving', 'charging', 'shipping'] as const).every(
            (state, at) => !o.matches({ forward: state }) || o.context.step === STEPS[at],
          ),
        ),
        'never halves what is whole': everyStep({
          of: (s) => ({ whole: isWhole(s.payments), half: isHalf(s.payments) }),
          keeps: (before, after) => !before.whole || !after.half,
        }),
        'voids what is half done': everyStep({
          of: (s) => ({ voids: s.order.matches('compensating'), half: isHalf(s.payments) }),
          keeps: (before, after) => !before.voids || after.voids || !after.half,
          when: (_before, _after, { fault }) => fault === null,
        }),
      },
    });
  },
  postgres: ({ bug }) => ({
    orchestrator: 'order',
    input: (id) => ({ id }),
    example: 'o1',
    schema: SERVICES.map(createTable).join('\n'),
    services: tables(bug !== 'no-tombstone'),
  }),
});
