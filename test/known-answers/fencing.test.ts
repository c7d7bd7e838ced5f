import { describe, expect, it } from 'vitest';
import leasedWorker from '../../models/leased-worker.ts';
import { check, type CheckReport } from '../../src/check/check.ts';
import { parameterValues } from '../../src/model/parameter.ts';
import { everyStep } from '../../src/model/property.ts';
import type { System } from '../../src/model/system.ts';
import { naiveExplore } from '../oracle/explore.ts';
import { answered, type Answer } from './answers.ts';

interface Seen {
  readonly leases: { readonly context: { readonly holder: number | null } };
  readonly storage: { readonly context: { readonly highest: number } };
  readonly worker: readonly { readonly context: { readonly token: number } }[];
}

const indexOf = (name: string): number => Number(/\d+/.exec(name)?.[0]);

/**
 * The two clients of the known problem: no faults but leases that end without their holder's
 * knowledge, and one more question, which fencing does not answer.
 */
function locking(epochs: number, isFenced: boolean): System {
  const none = { pauses: '0', crashes: '0', halts: '0', restarts: '0', delays: '0' };
  const bug = isFenced ? 'none' : 'unfenced';
  const set = { ...none, workers: '2', epochs: String(epochs), bug };
  const { parts, tolerance } = leasedWorker.build(parameterValues(leasedWorker.parameters, set));
  const properties = {
    ...tolerance.properties,
    'who writes has the lease': everyStep({
      of: (s) => (s as unknown as Seen).leases.context.holder,
      keeps: (before, _after, { actor }) => before === indexOf(actor),
      when: (_before, _after, { event }) => event.type === 'WRITE',
    }),
  };
  return { parts, tolerance: { ...tolerance, properties } };
}

/** Writes that the storage refuses: the known problem does not count them as steps. */
function refusals(system: System): number {
  const { edges, views } = naiveExplore(system);
  return edges.filter(({ from, actor, event }) => {
    const { storage, worker } = views[from] as unknown as Seen;
    const { token } = worker[indexOf(actor)]?.context ?? { token: 0 };
    return event.includes('WRITE') && token < storage.context.highest;
  }).length;
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
    const lengthOf = (property: string) =>
      properties.find(({ name: one }) => one === property)?.trace?.steps.length ?? null;
    const refused = isFenced ? refusals(locking(tokens, isFenced)) : 0;
    const lengths = ['nothing older is written', 'who writes has the lease'].map(lengthOf);
    return [stats.states, stats.transitions - refused, ...lengths];
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
