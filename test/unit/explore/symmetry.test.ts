import { describe, expect, it } from 'vitest';
import checkpointedSaga from '../../../models/checkpointed-saga.ts';
import tokenRing from '../../../models/token-ring.ts';
import twoPhaseCommit from '../../../models/two-phase-commit.ts';
import { spanSearch } from '../../../src/explore/span-search.ts';
import { check, type CheckReport } from '../../../src/check/check.ts';
import { compile } from '../../../src/machine/compile.ts';
import { always, sometimes } from '../../../src/model/property.ts';
import type { Property } from '../../../src/model/property.ts';
import type { AnyView, System } from '../../../src/model/system.ts';

const saga = (steps: number, workflows: number, crashes = 1, bug = 'none'): System =>
  checkpointedSaga.build({ steps, workflows, crashes, bug });

/** How many orbits the states of a saga form: its replicas in the order of their texts. */
function orbits(system: System): number {
  const compiled = compile(system, []);
  const found = spanSearch(compiled).run(() => false);
  const seen = new Set<string>();
  for (let state = 0; state < found.states; state += 1) {
    const view = Object.entries(compiled.stateView(found.row(state)));
    const isReplica = ([name]: [string, unknown]): boolean => name.startsWith('workflow');
    const replicas = view.filter(isReplica).map(([, value]) => JSON.stringify(value));
    const rest = view.filter((entry) => !isReplica(entry));
    seen.add(JSON.stringify([replicas.toSorted(), rest]));
  }
  return seen.size;
}

const folded = (system: System, properties: readonly string[] = []): CheckReport =>
  check(system, { symmetry: true, properties });

const isFolded = ({ stats }: CheckReport): boolean => stats.visited.includes('in any order');

function asking(system: System, properties: Record<string, Property<AnyView>>): System {
  return { ...system, tolerance: { ...system.tolerance, properties } };
}

type Workflows = readonly { matches(state: string): boolean }[];

describe('symmetry', () => {
  it.each([
    [2, 2, 1, 1_497],
    [3, 2, 1, null],
    [2, 3, 0, null],
    [2, 2, 2, null],
  ])('counts orbits: saga %i, %i, %i', (steps, workflows, crashes, known) => {
    const report = folded(saga(steps, workflows, crashes));
    expect(isFolded(report)).toBe(true);
    expect(report.stats.states).toBe(orbits(saga(steps, workflows, crashes)));
    if (known !== null) expect(report.stats.states).toBe(known);
    expect(report.properties.map(({ result }) => result)).toEqual(Array(4).fill('holds'));
  });

  it('counts the orbits that are published for three workflows of three steps', () => {
    const { stats } = folded(saga(3, 3));
    expect([stats.states, stats.transitions]).toEqual([146_940, 622_926 - 1]);
  });

  it('tells a counterexample of states, not of orbits, and the shortest', () => {
    const report = folded(saga(3, 3, 1, 'checkpoint-first'), ['atomic']);
    expect(isFolded(report)).toBe(true);
    expect(report.properties[0]?.trace?.steps.length).toBe(9);
  });

  it('is not used where a property tells replicas apart', () => {
    const first = (view: AnyView): Workflows => view['workflow'] as Workflows;
    const properties = {
      apart: always((view: AnyView) => !first(view)[0]!.matches('committed')),
      never: sometimes((view: AnyView) => first(view)[1]!.matches('committed')),
      pair: sometimes(
        (view: AnyView) =>
          first(view)[0]!.matches('aborted') && first(view)[1]!.matches('committed'),
      ),
    };
    const report = folded(asking(saga(2, 2), properties));
    expect(isFolded(report)).toBe(false);
    expect(report.stats.states).toBe(2_925);
    expect(report.properties.map(({ result }) => result)).toEqual(['violated', 'holds', 'holds']);
  });

  it('is not used where a predicate counts replicas in a way that it cannot see through', () => {
    const count = (view: AnyView): number =>
      (view['workflow'] as Workflows).filter((one) => one.matches('committed')).length;
    const report = folded(asking(saga(2, 3, 0), { few: always((view) => count(view) < 3) }));
    const plainly = check(asking(saga(2, 3, 0), { few: always((view) => count(view) < 3) }));
    expect(report.properties[0]?.result).toBe('violated');
    expect(report.properties[0]?.trace?.steps.length).toBe(
      plainly.properties[0]?.trace?.steps.length,
    );
  });

  it('is not used where replicas know their place', () => {
    const ring = folded(tokenRing.build({ processes: 4, values: 3 }));
    expect([isFolded(ring), ring.stats.states]).toEqual([false, 81]);
    const commit = folded(twoPhaseCommit.build({ participants: 3, bug: 'none' }));
    expect([isFolded(commit), commit.stats.states]).toEqual([false, 288]);
  });
});
