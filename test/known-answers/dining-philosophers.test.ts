import { setup } from 'xstate';
import { describe, expect, it } from 'vitest';
import { check, type CheckReport } from '../../src/check/check.ts';
import { explored } from '../../src/check/explored.ts';
import { planOf } from '../../src/check/plan.ts';
import { actor } from '../../src/model/part.ts';
import { deadlockFree } from '../../src/model/property.ts';
import { actors, type AnyView, type System } from '../../src/model/system.ts';
import { answered, type Answer } from './answers.ts';

const philosopher = setup({
  types: {} as {
    events:
      | { type: 'FIRST'; free: boolean }
      | { type: 'SECOND'; free: boolean }
      | { type: 'RELEASE' };
  },
  guards: { isFree: ({ event }) => 'free' in event && event.free },
}).createMachine({
  initial: 'thinking',
  states: {
    thinking: { on: { FIRST: { guard: 'isFree', target: 'holding' } } },
    holding: { on: { SECOND: { guard: 'isFree', target: 'eating' } } },
    eating: { on: { RELEASE: 'thinking' } },
  },
});

interface Sight {
  readonly matches: (state: string) => boolean;
}

/**
 * Philosophers with a fork between each two, after Dijkstra: each takes one fork, then the other,
 * and puts both back at once. Who holds a fork is a function of where they are. In the asymmetric
 * variant the last takes them the other way round.
 */
function table(count: number, isAsymmetric: boolean): System {
  const seats = Array.from({ length: count }, (_, seat) => seat);
  const forksOf = (seat: number): readonly [number, number] =>
    isAsymmetric && seat === count - 1 ? [0, seat] : [seat, (seat + 1) % count];
  const at = (view: AnyView, seat: number, ...states: string[]): boolean =>
    states.some((state) => (view[`p${seat}`] as Sight).matches(state));
  const isFree = (view: AnyView, fork: number): boolean =>
    !seats.some((seat) => {
      const [first, second] = forksOf(seat);
      if (first === fork && at(view, seat, 'holding', 'eating')) return true;
      return second === fork && at(view, seat, 'eating');
    });
  const parts = Object.fromEntries(seats.map((seat) => [`p${seat}`, actor(philosopher)]));
  const whenFree = (fork: number) => (view: AnyView) => ({ free: isFree(view, fork) });
  const environment = Object.fromEntries(
    seats.map((seat) => {
      const [first, second] = forksOf(seat);
      return [`p${seat}`, { FIRST: whenFree(first), SECOND: whenFree(second), RELEASE: true }];
    }),
  );
  const properties = { 'nobody starves for ever': deadlockFree<AnyView>() };
  return actors(parts).faultTolerant({ environment, properties } as never);
}

const reports = new Map<string, { report: CheckReport; deadlocks: number }>();
function found(count: number, isAsymmetric: boolean) {
  const key = `${count} ${isAsymmetric}`;
  const known = reports.get(key);
  if (known !== undefined) return known;
  const system = table(count, isAsymmetric);
  const report = check(system);
  const [, , span] = explored(system, planOf(system));
  const { offsets } = span.graph;
  const ends = Array.from(
    { length: span.states },
    (_, state) => offsets[state + 1]! - offsets[state]!,
  );
  const fresh = { report, deadlocks: ends.filter((steps) => steps === 0).length };
  reports.set(key, fresh);
  return fresh;
}

/** Distinct states, steps and, for the symmetric table, what there is besides. */
const SYMMETRIC = [
  [2, 6, 8],
  [3, 14, 27],
  [4, 34, 88],
  [5, 82, 265],
  [6, 198, 768],
  [7, 478, 2163],
] as const;
const ASYMMETRIC = [
  [2, 5, 6],
  [3, 12, 22],
  [4, 29, 72],
  [5, 70, 219],
  [6, 169, 638],
  [7, 408, 1804],
] as const;

const answers: Answer[] = [];
const worked: Record<string, () => unknown> = {};
for (const [count, states, steps] of SYMMETRIC) {
  const name = `${count} at the table: states, steps, deadlocks, steps to one`;
  answers.push({ name, value: [states, steps, 1, count] });
  worked[name] = () => {
    const { report, deadlocks } = found(count, false);
    const { stats, properties } = report;
    return [stats.states, stats.transitions, deadlocks, properties[0]?.trace?.steps.length];
  };
}
for (const [count, states, steps] of ASYMMETRIC) {
  const name = `${count} at the table, one the other way round: states, steps, deadlocks`;
  answers.push({ name, value: [states, steps, 0] });
  worked[name] = () => {
    const { report, deadlocks } = found(count, true);
    return [report.stats.states, report.stats.transitions, deadlocks];
  };
}
const closed = 'states of two to seven are (1 + √2)ⁿ + (1 − √2)ⁿ';
answers.push({ name: closed, value: [6, 14, 34, 82, 198, 478] });
worked[closed] = () => SYMMETRIC.map(([count]) => found(count, false).report.stats.states);

answered('dining philosophers', answers, worked);

describe('dining philosophers', () => {
  it.each([true, false])(
    'one the other way round, %s: the same with fewer steps',
    (isAsymmetric) => {
      const { result, properties } = check(table(5, isAsymmetric), { reduce: true });
      expect(result).toBe(isAsymmetric ? 'holds' : 'violated');
      expect(properties[0]?.trace?.steps.length ?? null).toBe(isAsymmetric ? null : 5);
    },
  );
});
