import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { check } from '../../src/check/check.ts';
import { retrace } from '../../src/check/retrace.ts';
import type { Model } from '../../src/model/define.ts';
import { parameterValues } from '../../src/model/parameter.ts';
import byzantineGenerals from '../../models/byzantine-generals.ts';
import chainReplication from '../../models/chain-replication.ts';
import checkpointedSaga from '../../models/checkpointed-saga.ts';
import dataPipeline from '../../models/data-pipeline.ts';
import exactlyOnce from '../../models/exactly-once.ts';
import failover from '../../models/failover.ts';
import failureClasses from '../../models/failure-classes.ts';
import leasedWorker from '../../models/leased-worker.ts';
import orderBySteps from '../../models/order-by-steps.ts';
import orderFulfilment from '../../models/order-fulfilment.ts';
import outbox from '../../models/outbox.ts';
import recoveryLine from '../../models/recovery-line.ts';
import primaryStandby from '../../models/primary-standby.ts';
import referenceCheckpointed from '../../models/reference-checkpointed.ts';
import referenceOrchestration from '../../models/reference-orchestration.ts';
import resumableStep from '../../models/resumable-step.ts';
import duplicateStep from '../../models/regressions/duplicate-step.ts';
import endlessRecovery from '../../models/regressions/endless-recovery.ts';
import lostAttempts from '../../models/regressions/lost-attempts.ts';
import strandedRecovery from '../../models/regressions/stranded-recovery.ts';
import twoRecoverers from '../../models/regressions/two-recoverers.ts';
import unrunCompensation from '../../models/regressions/unrun-compensation.ts';
import retryPolicy from '../../models/retry-policy.ts';
import tokenRing from '../../models/token-ring.ts';
import twoPhaseCommit from '../../models/two-phase-commit.ts';
import writeAheadLog from '../../models/write-ahead-log.ts';

interface Pinned {
  readonly parameters: Readonly<Record<string, string | number>>;
  readonly result: string;
  readonly states: number;
  readonly transitions?: number;
  readonly depth: number;
  readonly properties: Readonly<Record<string, string>>;
  readonly counterexamples?: Readonly<Record<string, number>>;
  readonly consistentStates?: number;
}

const models: readonly Model[] = [
  twoPhaseCommit,
  checkpointedSaga,
  tokenRing,
  orderFulfilment,
  chainReplication,
  failover,
  leasedWorker,
  retryPolicy,
  referenceOrchestration,
  referenceCheckpointed,
  duplicateStep,
  endlessRecovery,
  lostAttempts,
  strandedRecovery,
  twoRecoverers,
  unrunCompensation,
  dataPipeline,
  failureClasses,
  exactlyOnce,
  outbox,
  resumableStep,
  byzantineGenerals,
  writeAheadLog,
  orderBySteps,
  recoveryLine,
  primaryStandby,
];
const manifest = JSON.parse(
  readFileSync(new URL('../../models/manifest.json', import.meta.url), 'utf8'),
) as Record<string, readonly Pinned[]>;

const build = (model: Model, given: Pinned['parameters']) => {
  const texts = Object.entries(given).map(([name, value]) => [name, String(value)]);
  return model.build(parameterValues(model.parameters, Object.fromEntries(texts)));
};

it('every model of the library is pinned', () => {
  expect(Object.keys(manifest).toSorted()).toEqual(models.map(({ name }) => name).toSorted());
});

/** The long run has all of them, the short one the small ones and one of every model. */
const STATES_MAX = process.env['RECONVERGE_TESTS'] === 'long' ? Infinity : 200;
function entriesOf(name: string): readonly Pinned[] {
  const all = manifest[name] ?? [];
  const least = Math.min(...all.map(({ states }) => states));
  return all.filter(({ states }) => states <= Math.max(least, STATES_MAX));
}

describe.each(models)('$name', (model) => {
  it.each(entriesOf(model.name))('$parameters is $result, $states states', (pinned) => {
    const system = build(model, pinned.parameters);
    const { result, completeness, stats, properties } = check(system);
    const verdicts = Object.fromEntries(properties.map((one) => [one.name, one.result]));
    expect(completeness).toBe('exhaustive');
    expect(result).toBe(pinned.result);
    expect(stats.states).toBe(pinned.states);
    expect(stats.depth).toBe(pinned.depth);
    if (pinned.transitions !== undefined) expect(stats.transitions).toBe(pinned.transitions);
    expect(verdicts).toMatchObject(pinned.properties);
    for (const [name, steps] of Object.entries(pinned.counterexamples ?? {})) {
      expect(properties.find((one) => one.name === name)?.trace?.steps).toHaveLength(steps);
    }
    if (pinned.consistentStates !== undefined) {
      const converges = properties.find(({ kind }) => kind === 'converges');
      expect(converges?.values['C']).toBe(pinned.consistentStates);
    }
  });
});

describe('what the traces must show', () => {
  it('saga, checkpoint first: 9 steps, one of them the crash', () => {
    const system = build(checkpointedSaga, { steps: 3, workflows: 3, bug: 'checkpoint-first' });
    const { properties } = check(system, { properties: ['atomic'] });
    const steps = properties[0]?.trace?.steps ?? [];
    expect(steps).toHaveLength(9);
    expect(steps.filter(({ label }) => label === 'F').map(({ fault }) => fault?.name)).toEqual([
      'worker.crash',
    ]);
  });

  it('ring 4/2: a lasso without faults that can be walked again', () => {
    const system = build(tokenRing, { processes: 4, values: 2 });
    const converges = check(system).properties.find(({ name }) => name === 'converges');
    const trace = converges?.trace;
    expect(converges?.failure).toBe('lasso');
    if (trace === null || trace === undefined) throw new Error('there is no trace');
    retrace(system, trace);
    const loop = trace.steps.slice(trace.loop ?? trace.steps.length);
    expect(loop.length).toBeGreaterThan(0);
    expect(loop.every(({ label }) => label !== 'F')).toBe(true);
    const before = trace.loop === 0 ? trace.initial : trace.steps[(trace.loop ?? 0) - 1]?.state;
    expect(trace.steps.at(-1)?.state).toEqual(before);
    const broken = { ...trace, steps: trace.steps.slice(0, -1) };
    expect(() => retrace(system, broken)).toThrow('does not close');
  });

  it.each([
    ['no-resend', 'logs agree'],
    ['early-reply', 'nothing lost'],
    ['stale-updates', 'no update twice'],
  ])('chain, %s: harmless while nobody fails, and then not', (bug, property) => {
    expect(check(build(chainReplication, { bug, failures: 0 })).result).toBe('holds');
    const { properties } = check(build(chainReplication, { bug, failures: 1 }));
    const steps = properties.find(({ name }) => name === property)?.trace?.steps ?? [];
    expect(steps.filter(({ fault }) => fault?.name === 'replica.halt')).toHaveLength(1);
  });

  it.each([
    ['no-compensation', 'all or nothing'],
    ['unmarked-page', 'all or nothing'],
    ['undo-from-the-end', 'all or nothing'],
    ['undo-of-undo', 'nothing compensated twice'],
  ])('log, %s: harmless until restart crashes, too', (bug, property) => {
    const crashesOf = (crashes: number) => {
      const system = build(writeAheadLog, { bug, crashes });
      const trace = check(system, { properties: [property] }).properties[0]?.trace;
      return trace?.steps.filter(({ fault }) => fault?.name === 'database.crash').length ?? 0;
    };
    expect([1, 2].map(crashesOf)).toEqual([0, 2]);
  });

  it('order, volatile intent: broken only with a crash, and the crash is in the trace', () => {
    const bug = 'volatile-intent';
    expect(check(build(orderFulfilment, { bug, crashes: 0 })).result).toBe('holds');
    const { result, properties } = check(build(orderFulfilment, { bug, crashes: 1 }));
    expect(result).toBe('violated');
    for (const { result: one, trace } of properties) {
      if (one !== 'violated') continue;
      expect(trace?.steps.some(({ fault }) => fault?.name === 'order.crash')).toBe(true);
    }
  });
});
