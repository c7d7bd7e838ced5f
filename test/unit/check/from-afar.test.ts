import { describe, expect, it } from 'vitest';
import { Analysis } from '../../../src/check/analysis.ts';
import { explored } from '../../../src/check/explored.ts';
import { judge } from '../../../src/check/judge.ts';
import type { Judgement } from '../../../src/check/judgement.ts';
import { planOf } from '../../../src/check/plan.ts';
import { OutOfReach, UNPLACED, type Exploration } from '../../../src/explore/exploration.ts';
import {
  always,
  converges,
  deadlockFree,
  eventually,
  recoverable,
  withinSteps,
} from '../../../src/model/property.ts';
import { at, tiny, type Steps } from './tiny-system.ts';

/** A property of a system whose edges are out of reach; of its states `seen` is known. */
function fromAfar(
  steps: Steps,
  property: Parameters<typeof always>[0] | object,
  seen: Partial<Exploration> = {},
): Judgement {
  const system = tiny(
    { m: steps },
    { consistent: at('m', 'g'), properties: { p: property as never } },
  );
  const plan = planOf(system);
  const [compiled, , found] = explored(system, plan);
  const graph = {
    get: () => {
      throw new OutOfReach();
    },
  };
  const known = { mayTake: () => false, ...seen };
  const given = Object.entries(known).map(([name, value]) => [name, { value }] as const);
  const far = Object.create(found, { graph, ...Object.fromEntries(given) }) as Exploration;
  const planned = plan.properties.find(({ name }) => name === 'p');
  return judge(new Analysis(compiled, plan, far), planned!);
}

const stuck: Steps = ['a GO b', 'x GO g'];
const g = at('m', 'g');

describe('where steps cannot be looked at one by one', () => {
  it('what was proved holds', () => {
    const proved = { isInevitable: () => true, isDeadlockFree: () => true };
    for (const property of [converges(), eventually(g), recoverable(g), deadlockFree()]) {
      expect(fromAfar(['a GO g'], property, proved).result).toBe('holds');
    }
  });

  it('a bad end is a violation, with a path if there is one', () => {
    for (const property of [converges(), recoverable(g)]) {
      const seen = fromAfar(stuck, property, { badEnd: () => 1 });
      expect(seen).toMatchObject({ result: 'violated', failure: 'deadlock', path: { start: 0 } });
      expect(seen.path?.steps.length).toBe(1);
      const unplaced = fromAfar(stuck, property, { badEnd: () => UNPLACED });
      expect(unplaced).toMatchObject({ result: 'violated', failure: 'deadlock', path: null });
    }
  });

  it('anything else is unknown', () => {
    const properties = [converges(), eventually(g), recoverable(g), deadlockFree()];
    for (const property of [...properties, withinSteps(3, g)]) {
      expect(fromAfar(stuck, property).result).toBe('unknown');
    }
    const tooLate = (): number => {
      throw new OutOfReach();
    };
    expect(fromAfar(stuck, converges(), { badEnd: tooLate }).result).toBe('unknown');
  });

  it('what was seen but not placed is known, without a trace', () => {
    const unplaced = () => UNPLACED;
    expect(fromAfar(stuck, always(g), { firstFalse: unplaced })).toMatchObject({
      result: 'violated',
      failure: 'state',
      path: null,
    });
  });
});
