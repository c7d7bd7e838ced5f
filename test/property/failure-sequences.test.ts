import { assert, check as examine, property, sample, statistics } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { retrace, TraceRefuted } from '../../src/check/retrace.ts';
import { failureSequences } from '../../src/generate/arbitrary.ts';
import type { FailureSequence } from '../../src/generate/sequence.ts';
import { faultPlan } from '../../src/machine/fault.ts';
import { parameterValues } from '../../src/model/parameter.ts';
import type { Model, System } from 'reconverge';
import checkpointedSaga from '../../models/checkpointed-saga.ts';
import orderFulfilment from '../../models/order-fulfilment.ts';
import tokenRing from '../../models/token-ring.ts';
import twoPhaseCommit from '../../models/two-phase-commit.ts';
import { endless, fallen, postponed, rising, trapped } from './small-systems.ts';

const built = (model: Model, given: Record<string, string> = {}): System =>
  model.build(parameterValues(model.parameters, given));

const SYSTEMS: readonly (readonly [string, System])[] = [
  ['two-phase-commit', built(twoPhaseCommit)],
  ['checkpointed-saga', built(checkpointedSaga, { crashes: '2' })],
  ['token-ring', built(tokenRing, { processes: '3', values: '3' })],
  ['order-fulfilment', built(orderFulfilment)],
  ['order-fulfilment, two crashes', built(orderFulfilment, { crashes: '2' })],
  ['a trap', trapped],
  ['a lasso', postponed],
  ['a dead end', fallen],
  ['a pool', rising],
  ['no end', endless],
];

const firings = ({ faults }: FailureSequence, names: readonly string[]): number =>
  faults.filter(({ name }) => names.includes(name)).length;

const drawn = (system: System): readonly string[] =>
  sample(failureSequences(system, { stepsMax: 60 }), { seed: 4, numRuns: 10 }).map(String);

/** Fails for every sequence that has a step, and differently for one that is no behaviour. */
const retraced =
  (system: System) =>
  (sequence: FailureSequence): boolean => {
    retrace(system, sequence.trace);
    return sequence.length === 0;
  };

/** Of 100 sequences, those with a crash. */
const crashed = (system: System, weight: number): number =>
  sample(failureSequences(system, { weights: { 'order.crash': weight } }), {
    seed: 6,
    numRuns: 100,
  }).filter((sequence) => firings(sequence, ['order.crash']) > 0).length;

const codeOf = (make: () => unknown): unknown => {
  try {
    return make();
  } catch (error) {
    return (error as { code?: string }).code;
  }
};

describe.each(SYSTEMS)('failure sequences of %s', (_, system) => {
  const sequences = failureSequences(system, { stepsMax: 60 });

  it('are behaviours of the model, shrunk ones too', () => {
    assert(
      property(sequences, (sequence) => retrace(system, sequence.trace)),
      {
        seed: 1,
        numRuns: 15,
      },
    );
    const isEmpty = retraced(system);
    const shrunk = examine(property(sequences, isEmpty), { seed: 2, numRuns: 20 });
    expect(shrunk.errorInstance).not.toBeInstanceOf(TraceRefuted);
    expect(shrunk.counterexample?.[0].length).toBe(1);
  });

  it('keep to the budgets', () => {
    const { faults, pools } = faultPlan(system.tolerance);
    const sharing = (index: number): readonly string[] =>
      [...faults].flatMap(([name, { pool }]) => (pool === index ? [name] : []));
    const isWithin = (sequence: FailureSequence): boolean =>
      pools.every(({ budget }, index) => firings(sequence, sharing(index)) <= budget);
    assert(property(sequences, isWithin), { seed: 3, numRuns: 100 });
  });

  it('are the same for the same seed', () => {
    expect(drawn(system)).toEqual(drawn(system));
  });
});

describe('failure sequences', () => {
  const system = built(orderFulfilment);

  it('are at most as long as asked for', () => {
    for (const stepsMax of [0, 1, 7]) {
      const lengths = sample(failureSequences(endless, { stepsMax }), { seed: 5, numRuns: 50 });
      expect(Math.max(...lengths.map(({ length }) => length))).toBe(stepsMax);
    }
  });

  it('leave out what weighs nothing, and prefer what weighs much', () => {
    expect(crashed(system, 0)).toBe(0);
    expect(crashed(system, 50)).toBeGreaterThan(crashed(system, 0.1));
    expect(crashed(system, 50)).toBeGreaterThan(80);
  });

  it('take every declared fault within 300 runs', () => {
    const all = sample(failureSequences(system), { seed: 7, numRuns: 300 });
    const fired = new Set(all.flatMap(({ faults }) => faults.map(({ name }) => name)));
    const declared = [...faultPlan(system.tolerance).faults.keys()];
    expect(declared.filter((name) => !fired.has(name))).toEqual([]);
  });

  it('are told step by step, with the faults by name', () => {
    const [sequence] = sample(
      failureSequences(fallen, { weights: { 'worker.FALL': 1e6 } }).filter(
        ({ length }) => length === 1,
      ),
      { seed: 8, numRuns: 1 },
    );
    expect(String(sequence)).toBe(
      '1 step, 1 fault (worker.FALL)\n   1 F worker FALL  <- worker.FALL',
    );
  });

  it('accept a model, with its default parameters', () => {
    const lines: string[] = [];
    const logger = (line: string): unknown => lines.push(line);
    statistics(failureSequences(twoPhaseCommit), ({ length }) => (length > 0 ? 'some' : 'none'), {
      seed: 9,
      numRuns: 50,
      logger,
    });
    expect(lines.join('\n')).toContain('some');
  });

  it('refuse options that make no sense', () => {
    expect(codeOf(() => failureSequences(fallen, { stepsMax: -1 }))).toBe('RCV310');
    expect(codeOf(() => failureSequences(fallen, { weights: { 'worker.WORK': 1 } }))).toBe(
      'RCV310',
    );
    expect(codeOf(() => failureSequences(fallen, { weights: { 'worker.FALL': NaN } }))).toBe(
      'RCV310',
    );
  });
});
