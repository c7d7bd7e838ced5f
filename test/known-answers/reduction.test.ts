import { describe, expect, it } from 'vitest';
import { check, type CheckOptions, type CheckReport } from '../../src/check/check.ts';
import type { Model } from '../../src/model/define.ts';
import { parameterValues } from '../../src/model/parameter.ts';
import chainReplication from '../../models/chain-replication.ts';
import checkpointedSaga from '../../models/checkpointed-saga.ts';
import orderFulfilment from '../../models/order-fulfilment.ts';
import tokenRing from '../../models/token-ring.ts';
import twoPhaseCommit from '../../models/two-phase-commit.ts';

type Given = Readonly<Record<string, string | number>>;

function checked(model: Model, given: Given, options: CheckOptions): CheckReport {
  const texts = Object.entries(given).map(([name, value]) => [name, String(value)]);
  return check(model.build(parameterValues(model.parameters, Object.fromEntries(texts))), options);
}

const verdicts = ({ properties }: CheckReport): readonly string[] =>
  properties.map(({ name, result, failure }) => `${name} ${result} ${failure}`);

interface Size {
  readonly model: Model;
  readonly given: Given;
  readonly properties: readonly string[];
  readonly states: number;
  /** With as few steps as are enough; null where these are not known apart, for want of tables. */
  readonly fewer: number | null;
}

const size = (
  model: Model,
  given: Given,
  properties: readonly string[],
  states: number,
  fewer: number | null,
): Size => ({ model, given, properties, states, fewer });

/** The numbers of fewer states are nobody's but ours: a change of them is to be noticed. */
const SIZES: readonly Size[] = [
  size(twoPhaseCommit, { participants: 3 }, [], 288, 206),
  size(twoPhaseCommit, { participants: 5 }, [], 8_832, 3_616),
  size(twoPhaseCommit, { participants: 3, bug: 'premature-commit' }, [], 348, 239),
  size(twoPhaseCommit, { participants: 3, bug: 'late-refusal' }, [], 459, 452),
  size(checkpointedSaga, { workflows: 2 }, [], 9_620, 3_182),
  size(checkpointedSaga, { workflows: 3 }, [], 852_536, 73_538),
  size(checkpointedSaga, { workflows: 3, crashes: 0 }, [], 21_952, 568),
  size(tokenRing, { processes: 4 }, ['token'], 625, 625),
  size(orderFulfilment, {}, ['charges once', 'total', 'recovery'], 8_906, 8_906),
  size(chainReplication, {}, ['logs agree', 'nothing lost'], 541, null),
];

describe('with as few steps as are enough', () => {
  it.each(SIZES)('$model.name $given', ({ model, given, properties, states, fewer }) => {
    const all = checked(model, given, { properties });
    const found = checked(model, given, { properties, reduce: true });
    expect(verdicts(found)).toEqual(verdicts(all));
    expect(found.completeness).toBe('exhaustive');
    expect([all.stats.states, found.stats.states]).toEqual([states, fewer ?? states]);
    expect(found.stats.visited.endsWith(', independent steps in one order')).toBe(fewer !== null);
  });

  it('a counterexample is a behaviour, of the shortest length here', () => {
    const saga = { workflows: 3, bug: 'checkpoint-first' };
    const options = { properties: ['atomic'], reduce: true };
    expect(checked(checkpointedSaga, saga, options).properties[0]?.trace?.steps).toHaveLength(9);
  });

  it('with replicas in any order', () => {
    const options = { symmetry: true, reduce: true };
    const { stats, result } = checked(checkpointedSaga, { workflows: 3 }, options);
    expect([result, stats.states]).toEqual(['holds', 14_341]);
    expect(stats.visited).toMatch(/, 3 replicas in any order, independent steps in one order$/);
    const bug = { workflows: 3, bug: 'checkpoint-first' };
    const { properties } = checked(checkpointedSaga, bug, { ...options, properties: ['atomic'] });
    expect(properties[0]).toMatchObject({ result: 'violated', trace: { loop: null } });
  });

  it.each([
    { model: tokenRing, given: { processes: 4, values: 2 }, property: 'converges' },
    { model: orderFulfilment, given: { bug: 'forgetful' }, property: 'converges' },
  ])('what needs all steps is asked of all: $model.name', ({ model, given, property }) => {
    const options = { properties: [property] };
    const [all, found] = [options, { ...options, reduce: true }].map((one) =>
      checked(model, given, one),
    );
    expect(verdicts(found!)).toEqual(verdicts(all!));
    expect(found!.properties[0]?.trace).toEqual(all!.properties[0]?.trace);
  });
});
