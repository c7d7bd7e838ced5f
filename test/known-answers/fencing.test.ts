import { assign, enqueueActions, setup } from 'xstate';
import { describe, expect, it } from 'vitest';
import { check, type CheckReport } from '../../src/check/check.ts';
import { actor, replicas } from '../../src/model/part.ts';
import { peer } from '../../src/model/peer.ts';
import { everyStep } from '../../src/model/property.ts';
import { actors, external, type System } from '../../src/model/system.ts';
import { answered, type Answer } from './answers.ts';

type Written = { type: 'WRITTEN'; token: number };

const leases = setup({
  types: {} as { context: { last: number }; events: { type: 'ACQUIRED' } },
}).createMachine({
  context: { last: 0 },
  on: { ACQUIRED: { actions: assign({ last: ({ context }) => context.last + 1 }) } },
});

const storage = setup({
  types: {} as { context: { highest: number; last: number }; events: Written },
  actions: {
    write: assign({
      highest: ({ context, event }) => Math.max(context.highest, event.token),
      last: ({ event }) => event.token,
    }),
  },
}).createMachine({
  context: { highest: 0, last: 0 },
  on: { WRITTEN: { actions: 'write' } },
});

/** A client in `expired` believes that it still has the lease, in `holding` it does have it. */
const client = setup({
  types: {} as {
    context: { token: number };
    events:
      | { type: 'ACQUIRE'; token: number }
      | { type: 'WRITE'; token: number; isHeld: boolean }
      | { type: 'EXPIRE' | 'NOTICE' | 'RELEASE' };
  },
  actions: {
    acquire: enqueueActions(({ enqueue }) => enqueue.sendTo(peer('leases'), { type: 'ACQUIRED' })),
    take: assign({ token: ({ event }) => (event.type === 'ACQUIRE' ? event.token : 0) }),
    drop: assign({ token: 0 }),
    write: enqueueActions(({ context, enqueue }) => {
      enqueue.sendTo(peer<Written>('storage'), { type: 'WRITTEN', token: context.token });
    }),
  },
}).createMachine({
  context: { token: 0 },
  initial: 'idle',
  states: {
    idle: { on: { ACQUIRE: { target: 'holding', actions: ['acquire', 'take'] } } },
    holding: {
      on: {
        WRITE: { actions: 'write' },
        RELEASE: { target: 'idle', actions: 'drop' },
        EXPIRE: 'expired',
      },
    },
    expired: { on: { WRITE: { actions: 'write' }, NOTICE: { target: 'idle', actions: 'drop' } } },
  },
});

/**
 * A lease that expires without its holder's knowledge (Gray and Cheriton, SOSP 1989), and a storage
 * that refuses, if it is fenced, what comes with an older token than it has seen (Kleppmann 2016).
 */
function locking(tokens: number, isFenced: boolean): System {
  return actors({
    leases: actor(leases),
    storage: actor(storage),
    clients: replicas(2, client),
  }).faultTolerant({
    environment: {
      clients: {
        ACQUIRE: (s) =>
          s.clients.every((one) => !one.matches('holding')) &&
          s.leases.context.last < tokens && { token: s.leases.context.last + 1 },
        WRITE: (s, index) => {
          const { context, matches } = s.clients[index]!;
          const isTaken = !isFenced || context.token >= s.storage.context.highest;
          return isTaken && { token: context.token, isHeld: matches('holding') };
        },
        RELEASE: true,
        EXPIRE: external(),
        NOTICE: true,
      },
    },
    properties: {
      'nothing older is written': everyStep({
        of: (s) => s.storage.context.highest,
        keeps: (before, _after, { event }) => Number(event['token']) >= before,
        when: (_before, _after, { event }) => event.type === 'WRITE',
      }),
      'who writes has the lease': everyStep({
        of: () => null,
        keeps: (_before, _after, { event }) => event['isHeld'] === true,
        when: (_before, _after, { event }) => event.type === 'WRITE',
      }),
    },
  });
}

const reports = new Map<string, CheckReport>();
function report(tokens: number, isFenced: boolean): CheckReport {
  const key = `${tokens} ${isFenced}`;
  const known = reports.get(key) ?? check(locking(tokens, isFenced));
  reports.set(key, known);
  return known;
}

const answers: Answer[] = [];
const worked: Record<string, () => unknown> = {};
for (const [tokens, isFenced, ...value] of [
  [1, false, 11, 22, null, 3],
  [1, true, 11, 22, null, 3],
  [2, false, 55, 158, 5, 3],
  [2, true, 44, 120, null, 3],
  [3, false, 162, 516, 5, 3],
  [3, true, 112, 336, null, 3],
] as const) {
  const given = `${tokens} tokens, ${isFenced ? 'fenced' : 'not fenced'}`;
  const name = `${given}: states, transitions, steps to an older write, to one without the lease`;
  answers.push({ name, value });
  worked[name] = () => {
    const { stats, properties } = report(tokens, isFenced);
    const lengths = properties.map(({ trace }) => trace?.steps.length ?? null);
    return [stats.states, stats.transitions, ...lengths];
  };
}
answered('leases and fencing tokens', answers, worked);

describe('leases and fencing tokens', () => {
  it.each([true, false])('fenced %s: the same verdicts otherwise explored', (isFenced) => {
    const verdicts = ({ properties }: CheckReport) => properties.map(({ result }) => result);
    for (const options of [{ symmetry: true }, { reduce: true }]) {
      const found = check(locking(3, isFenced), options);
      expect(verdicts(found)).toEqual(verdicts(report(3, isFenced)));
    }
  });
});
