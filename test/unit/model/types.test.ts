import { createMachine, fromPromise, setup } from 'xstate';
import { describe, expect, expectTypeOf, test } from 'vitest';
import {
  actor,
  actors,
  always,
  anyOf,
  choice,
  defineModel,
  external,
  failure,
  fault,
  integer,
  replicas,
  type EffectName,
  type FaultTolerance,
  type InvokedBy,
  type Recovery,
  type SourceName,
  type Strategy,
  type TagOf,
} from 'reconverge';

// What must not compile is marked `@ts-expect-error`: the compiler reports the mark when the line
// compiles after all. So the compiler runs these tests; vitest runs what little has a value.

interface Key {
  readonly key: string;
}

const done = async (): Promise<void> => {};
const buyer = setup({
  types: {} as { context: { tries: number }; input: { id: string }; tags: Strategy },
  actors: {
    charge: fromPromise<{ receipt: string }, Key>(async () => ({ receipt: 'r1' })),
    ship: fromPromise<void, Key>(done),
    saveCheckpoint: fromPromise(done),
  },
}).createMachine({
  context: { tries: 0 },
  initial: 'charging',
  states: { charging: { tags: 'retry' }, shipping: {} },
});
const ledger = setup({
  types: {} as {
    context: { total: number };
    events: { type: 'ADD'; key: string } | { type: 'CLEAR' };
  },
}).createMachine({ context: { total: 0 }, on: { ADD: {}, CLEAR: {} } });
const parts = {
  buyer: actor(buyer, { checkpoint: 'saveCheckpoint', input: { id: 'o1' } }),
  payments: actor(ledger),
  carriers: replicas(2, ledger),
};
const system = actors(parts);
type Tolerance = FaultTolerance<typeof parts, 'rack'>;

/** Each part of `faultTolerant`'s argument by itself, so that an error is where the mistake is. */
const given = {
  recovery: (table: Tolerance['recovery']) => table,
  effects: (asked: Tolerance['effects']) => asked,
  faults: (declared: Tolerance['faults']) => declared,
  hosts: (declared: Tolerance['hosts']) => declared,
  pools: (declared: Tolerance['pools']) => declared,
  environment: (declared: Tolerance['environment']) => declared,
  channels: (declared: Tolerance['channels']) => declared,
  consistent: (predicate: Tolerance['consistent']) => predicate,
  properties: (declared: Tolerance['properties']) => declared,
};

const recovery = { transient: 'retry', permanent: 'rollback', partial: 'compensate' } as const;
const charge: NonNullable<Tolerance['effects']>['charge'] = {
  to: 'payments',
  send: ({ input }) => ({ type: 'ADD', key: input.key }),
  reply: ({ service }) =>
    service.context.total > 1 ? failure('permanent') : { receipt: String(service.context.total) },
};
const clear = () => ({ type: 'CLEAR' }) as const;
const ship = { to: 'payments', send: clear } as const;
const effects = { charge, ship };

describe('the tuple (S, F, R)', () => {
  test('a recovery is total: it answers every failure in every state with a state', () => {
    type R = Recovery<'up' | 'down', 'crash' | 'loss'>;
    expectTypeOf<R>().toEqualTypeOf<
      (failure: 'crash' | 'loss', state: 'up' | 'down') => 'up' | 'down'
    >();
    expectTypeOf<(failure: 'crash' | 'loss') => 'up'>().toExtend<R>();
    // Without an answer for some failure, or for failures of one kind only, it is not one.
    expectTypeOf<(failure: 'crash' | 'loss') => 'up' | undefined>().not.toExtend<R>();
    expectTypeOf<(failure: 'crash') => 'up'>().not.toExtend<R>();
  });

  test('the recovery table names a strategy for every persistence', () => {
    system.faultTolerant({ effects, recovery });
    // @ts-expect-error a system with effects says how it recovers
    system.faultTolerant({ effects });
    // @ts-expect-error `partial` is missing
    given.recovery({ transient: 'retry', permanent: 'rollback' });
    // @ts-expect-error no machine has the tag `undo`
    given.recovery({ ...recovery, permanent: 'undo' });
  });
});

describe('actors', () => {
  test('a checkpoint is a source that the machine invokes', () => {
    // @ts-expect-error there is no source `save`
    actor(buyer, { checkpoint: 'save', input: { id: 'o1' } });
    // @ts-expect-error the ledger invokes nothing
    actor(ledger, { checkpoint: 'saveCheckpoint' });
    expectTypeOf(parts.buyer.checkpoint).toEqualTypeOf<'saveCheckpoint' | null>();
    expectTypeOf(parts.payments.checkpoint).toEqualTypeOf<null>();
  });

  test('an input is required iff the machine requires one, and is of its type', () => {
    expectTypeOf(actor(buyer, { input: anyOf([{ id: 'o1' }]) })).toHaveProperty('machine');
    // @ts-expect-error no input
    actor(buyer);
    // @ts-expect-error no input for replicas either
    replicas(2, buyer);
    // @ts-expect-error an id is a string
    actor(buyer, { input: { id: 1 } });
    // @ts-expect-error replicas take a function of the index
    replicas(2, buyer, { input: { id: 'o1' } });
    expect(replicas(2, buyer, { input: (index) => ({ id: `o${index}` }) }).input(1)).toEqual({
      id: 'o1',
    });
  });

  test('what is durable is an input', () => {
    actor(buyer, { input: { id: 'o1' }, durable: ({ tries }) => ({ id: `o${tries}` }) });
    // @ts-expect-error the number of tries is not an input
    actor(buyer, { input: { id: 'o1' }, durable: ({ tries }) => ({ tries }) });
  });
});

describe('effects', () => {
  test('are the invoke sources but for checkpoints', () => {
    expectTypeOf<EffectName<typeof parts>>().toEqualTypeOf<'charge' | 'ship'>();
    expectTypeOf<EffectName<{ payments: typeof parts.payments }>>().toBeNever();
    given.effects({ charge, ship });
    // @ts-expect-error `ship` is missing
    given.effects({ charge });
    // @ts-expect-error `refund` is no source
    given.effects({ charge, ship, refund: ship });
    // @ts-expect-error nothing is invoked here
    actors({ payments: actor(ledger) }).faultTolerant({ effects: { ship } });
  });

  test('go to one actor, as an event of its machine', () => {
    // @ts-expect-error there is no actor `bank`
    given.effects({ charge, ship: { to: 'bank', send: clear } });
    // @ts-expect-error `carriers` are several
    given.effects({ charge, ship: { to: 'carriers', send: clear } });
    // @ts-expect-error a ledger knows no PAY
    given.effects({ charge, ship: { to: 'payments', send: () => ({ type: 'PAY' }) } });
    // @ts-expect-error ADD needs a key
    given.effects({ charge, ship: { to: 'payments', send: () => ({ type: 'ADD' }) } });
  });

  test('take the input and give the output of their source', () => {
    expectTypeOf(charge.send).parameter(0).toEqualTypeOf<{ input: Key }>();
    // @ts-expect-error a receipt is a string
    given.effects({ ship, charge: { to: 'payments', send: clear, reply: () => ({ receipt: 1 }) } });
    // @ts-expect-error the input has a key, not a name
    given.effects({ ship, charge: { ...ship, reply: ({ input }) => ({ receipt: input.name }) } });
    // @ts-expect-error a ledger has a total, not a balance
    given.effects({ ship, charge: { ...ship, reply: ({ service }) => service.context.balance } });
  });
});

describe('faults', () => {
  test('happen to actors, hosts and effects, each of its own kind', () => {
    system.faultTolerant({
      effects,
      recovery,
      hosts: { rack: ['buyer', 'carriers'] },
      faults: { rack: { crash: 2 }, ship: { halfDone: { times: 1, send: clear } } },
      pools: { network: { budget: 1, faults: ['charge.late', 'rack.crash'] } },
    });
    given.faults({ buyer: { pause: 1 }, carriers: { halt: 1 }, charge: { late: Infinity } });
    // @ts-expect-error there is no actor, host or effect `bank`
    given.faults({ bank: { crash: 1 } });
    // @ts-expect-error an actor has no reply to lose
    given.faults({ buyer: { loseReply: 1 } });
    // @ts-expect-error an effect does not crash
    given.faults({ charge: { crash: 1 } });
    // @ts-expect-error what a half done effect does is said by an event
    given.faults({ ship: { halfDone: 1 } });
    // @ts-expect-error there is no host but those declared
    system.faultTolerant({ effects, recovery, faults: { rack: { crash: 1 } } });
  });

  test('take down the actors of a host, and may share a budget', () => {
    // @ts-expect-error there is no actor `bank`
    given.hosts({ rack: ['bank'] });
    // @ts-expect-error an actor does not answer late
    given.pools({ all: { budget: 1, faults: ['payments.late'] } });
    // @ts-expect-error there is no actor, host or effect `bank`
    given.pools({ all: { budget: 1, faults: ['bank.crash'] } });
  });
});

describe('the environment', () => {
  const loss = { kind: 'network', persistence: 'transient', class: 'omission' } as const;

  test('sends events of the actor, with their payload', () => {
    const key = 'k';
    given.environment({
      payments: { ADD: (s) => s.payments.context.total < 2 && { key }, CLEAR: fault(loss) },
    });
    given.environment({
      carriers: { ADD: (_, index) => anyOf([{ key }, { key: String(index) }]) },
    });
    given.environment({ carriers: { CLEAR: external((s) => s.payments.status === 'active') } });
    // @ts-expect-error a ledger knows no PAY
    given.environment({ payments: { PAY: true } });
    // @ts-expect-error ADD needs a key
    given.environment({ payments: { ADD: true } });
    // @ts-expect-error ADD needs a key, whenever it comes
    given.environment({ payments: { ADD: () => true } });
    // @ts-expect-error a key is a string
    given.environment({ payments: { ADD: () => ({ key: 1 }) } });
    // @ts-expect-error CLEAR has no key
    given.environment({ payments: { CLEAR: () => ({ key }) } });
    // @ts-expect-error there is no actor `bank`
    given.environment({ bank: { ADD: true } });
  });

  test('reaches an actor through its inbox', () => {
    given.channels({ carriers: 'set', payments: { kind: 'fifo', capacity: 2 } });
    // @ts-expect-error there is no actor `bank`
    given.channels({ bank: 'set' });
    // @ts-expect-error there is no such channel
    given.channels({ buyer: 'queue' });
  });
});

describe('predicates', () => {
  test('see actors by name, with states and contexts of their machines', () => {
    given.consistent((s) => s.buyer.matches('charging') && s.buyer.context.tries > 0);
    given.consistent((s) => s.carriers.every((carrier) => carrier.context.total === 0));
    given.properties({ p: always((s) => s.buyer.saved?.matches('shipping') === true) });
    // @ts-expect-error no such state
    given.consistent((s) => s.buyer.matches('refunding'));
    // @ts-expect-error no such field
    given.consistent((s) => s.buyer.context.attempts > 0);
    // @ts-expect-error no such actor
    given.consistent((s) => s.bank.context.total === 0);
    // @ts-expect-error replicas are read by index
    given.consistent((s) => s.carriers.context.total === 0);
    // @ts-expect-error no such tag
    given.consistent((s) => s.buyer.hasTag('undo'));
    // @ts-expect-error a property sees the same actors
    given.properties({ p: always((s) => s.bank.status === 'done') });
  });
});

describe('parameters', () => {
  const parameters = {
    crashes: integer({ default: 1, min: 0, max: 3 }),
    bug: choice(['none', 'a']),
  };
  const built = system.faultTolerant({ effects, recovery });

  test('have names, numbers and choices', () => {
    const model = defineModel({
      name: 'm',
      parameters,
      build: (values) => {
        expectTypeOf(values).toEqualTypeOf<{
          readonly crashes: number;
          readonly bug: 'none' | 'a';
        }>();
        return built;
      },
    });
    expect(model.parameters).toBe(parameters);
    // @ts-expect-error no such parameter
    defineModel({ name: 'm', parameters, build: ({ crash }) => (crash ? built : built) });
    // @ts-expect-error no such choice
    defineModel({ name: 'm', parameters, build: ({ bug }) => (bug === 'b' ? built : built) });
  });
});

describe('XState', () => {
  test('has the actors 4th and the tags 9th of the parameters of StateMachine', () => {
    expectTypeOf<InvokedBy<typeof buyer>['src']>().toEqualTypeOf<
      'charge' | 'ship' | 'saveCheckpoint'
    >();
    expectTypeOf<SourceName<typeof ledger>>().toBeNever();
    expectTypeOf<TagOf<typeof buyer>>().toEqualTypeOf<Strategy>();
  });

  test('allows any tag where none is declared, which is none to rely on', () => {
    expectTypeOf<TagOf<typeof ledger>>().toBeNever();
    const untyped = actors({ any: actor(createMachine({})) });
    expect(untyped.faultTolerant({ effects: {}, recovery }).tolerance.recovery).toBe(recovery);
  });
});
