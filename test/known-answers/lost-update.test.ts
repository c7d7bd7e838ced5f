import { assign, enqueueActions, setup } from 'xstate';
import { describe, expect, it } from 'vitest';
import { check, type CheckReport } from '../../src/check/check.ts';
import { explored } from '../../src/check/explored.ts';
import { planOf } from '../../src/check/plan.ts';
import { actor, replicas } from '../../src/model/part.ts';
import { peer } from '../../src/model/peer.ts';
import { always } from '../../src/model/property.ts';
import { actors, type System } from '../../src/model/system.ts';
import { answered, type Answer } from './answers.ts';

type Written = { type: 'WRITE'; value: number };

const cell = setup({
  types: {} as {
    context: { value: number; isLocked: boolean };
    events: Written | { type: 'LOCK' } | { type: 'UNLOCK' };
  },
}).createMachine({
  context: { value: 0, isLocked: false },
  on: {
    WRITE: { actions: assign({ value: ({ event }) => event.value }) },
    LOCK: { actions: assign({ isLocked: true }) },
    UNLOCK: { actions: assign({ isLocked: false }) },
  },
});

const thread = setup({
  types: {} as {
    context: { seen: number };
    events:
      | { type: 'READ'; value: number }
      | { type: 'WRITE' }
      | { type: 'LOCK'; isFree: boolean }
      | { type: 'UNLOCK' };
    input: { isLocking: boolean };
  },
  guards: { isFree: ({ event }) => event.type === 'LOCK' && event.isFree },
  actions: {
    note: assign({ seen: ({ event }) => (event.type === 'READ' ? event.value : 0) }),
    write: enqueueActions(({ context, enqueue }) => {
      enqueue.sendTo(peer<Written>('cell'), { type: 'WRITE', value: context.seen + 1 });
    }),
    lock: enqueueActions(({ enqueue }) => enqueue.sendTo(peer('cell'), { type: 'LOCK' })),
    unlock: enqueueActions(({ enqueue }) => enqueue.sendTo(peer('cell'), { type: 'UNLOCK' })),
  },
}).createMachine({
  context: { seen: 0 },
  initial: 'ready',
  states: {
    outside: { on: { LOCK: { guard: 'isFree', target: 'ready', actions: 'lock' } } },
    ready: { on: { READ: { target: 'read', actions: 'note' } } },
    read: { on: { WRITE: { target: 'written', actions: 'write' } } },
    written: { on: { UNLOCK: { target: 'over', actions: 'unlock' } } },
    over: {},
  },
});

/**
 * Threads that add one to a number that they share, by reading and then writing it, after the
 * example of Stateright; and the same under a lock. As many as have written should be the number.
 */
function increment(count: number, isLocking: boolean): System {
  const { config, implementations } = thread;
  const machine = isLocking
    ? (new (thread.constructor as new (...given: unknown[]) => typeof thread)(
        { ...config, initial: 'outside' },
        implementations,
      ) as typeof thread)
    : thread;
  return actors({
    cell: actor(cell),
    threads: replicas(count, machine, { input: () => ({ isLocking }) }),
  }).faultTolerant({
    environment: {
      threads: {
        READ: (s) => ({ value: s.cell.context.value }),
        WRITE: true,
        ...(isLocking && {
          LOCK: (s: { readonly cell: { readonly context: { readonly isLocked: boolean } } }) => ({
            isFree: !s.cell.context.isLocked,
          }),
          UNLOCK: true,
        }),
      },
    },
    properties: {
      'nothing is lost': always(
        (s) =>
          s.cell.context.value ===
          s.threads.filter((one) => one.matches('written') || one.matches('over')).length,
      ),
    },
  });
}

const memo = new Map<string, CheckReport>();
function report(count: number, isLocking = false, symmetry = false): CheckReport {
  const key = `${count} ${isLocking} ${symmetry}`;
  const known = memo.get(key) ?? check(increment(count, isLocking), { symmetry });
  memo.set(key, known);
  return known;
}
const lost = (count: number, isLocking = false): number | undefined =>
  report(count, isLocking).properties[0]?.trace?.steps.length;

/** What the number is in the end, over all ends. */
function finals(count: number): readonly number[] {
  const system = increment(count, false);
  const [compiled, , found] = explored(system, planOf(system));
  const { offsets } = found.graph;
  const values = new Set<number>();
  for (let state = 0; state < found.states; state += 1) {
    if (offsets[state] !== offsets[state + 1]) continue;
    const view = compiled.stateView(found.row(state)) as {
      readonly cell: { readonly context: { readonly value: number } };
    };
    values.add(view.cell.context.value);
  }
  return [...values].toSorted((a, b) => a - b);
}

/**
 * States of the span that differ by more than who of the threads is who. Counted here: the search
 * itself takes replicas for each other only if no step of theirs changes another actor, too.
 */
function orbits(count: number): number {
  const system = increment(count, false);
  const [compiled, , found] = explored(system, planOf(system));
  const seen = new Set<string>();
  for (let state = 0; state < found.states; state += 1) {
    const view = Object.entries(compiled.stateView(found.row(state)));
    const threads = view.filter(([name]) => name.startsWith('threads['));
    const others = view.filter((one) => !threads.includes(one));
    expect(threads).toHaveLength(count);
    const sorted = threads.map(([, one]) => JSON.stringify(one)).toSorted();
    seen.add(JSON.stringify([others, sorted]));
  }
  return seen.size;
}

const answers: Answer[] = [];
const worked: Record<string, () => unknown> = {};
const add = (name: string, value: unknown, work: () => unknown): void => {
  answers.push({ name, value });
  worked[name] = work;
};
for (const [count, ...sizes] of [
  [2, 13, 8],
  [3, 84, 22],
  [4, 755, 63],
] as const) {
  add(`${count} threads: states, orbits of states`, sizes, () => [
    report(count).stats.states,
    orbits(count),
  ]);
  add(`${count} threads: steps until an update is lost`, 4, () => lost(count));
  const all = Array.from({ length: count }, (_, i) => i + 1);
  add(`${count} threads: what the number may be in the end`, all, () => finals(count));
}
for (const [count, states] of [
  [2, 17],
  [3, 61],
] as const) {
  add(`${count} threads with a lock: states, steps to a loss`, [states, undefined], () => [
    report(count, true).stats.states,
    lost(count, true),
  ]);
}
answered('lost update', answers, worked);

describe('lost update', () => {
  it.each([2, 3])('has the same verdicts by symmetry and by reduction, %i threads', (count) => {
    for (const isLocking of [false, true]) {
      const { result } = report(count, isLocking);
      expect(report(count, isLocking, true).result).toBe(result);
      expect(check(increment(count, isLocking), { reduce: true }).result).toBe(result);
    }
  });
});
