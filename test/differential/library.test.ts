import { describe, expect, it } from 'vitest';
import byzantineGenerals from '../../models/byzantine-generals.ts';
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
import type { Model } from '../../src/model/define.ts';
import { parameterValues } from '../../src/model/parameter.ts';
import { naiveExplore } from '../oracle/explore.ts';
import { disagreements } from './compare.ts';

const { parameters } = orderFulfilment;
const bugs = parameters['bug']?.type === 'choice' ? parameters['bug'].values : [];

const small: readonly [Model, Record<string, string>][] = [
  [twoPhaseCommit, { participants: '1' }],
  [twoPhaseCommit, { participants: '3' }],
  [twoPhaseCommit, { participants: '2', bug: 'premature-commit' }],
  [twoPhaseCommit, { participants: '3', bug: 'late-refusal' }],
  [checkpointedSaga, { steps: '2', workflows: '1', crashes: '1' }],
  [checkpointedSaga, { steps: '3', workflows: '1', crashes: '2', bug: 'checkpoint-first' }],
  [tokenRing, { processes: '3', values: '2' }],
  [tokenRing, { processes: '4', values: '2' }],
  [tokenRing, { processes: '4', values: '3' }],
  [failover, { witnesses: '0', slowRounds: '0', cuts: '0' }],
  [failover, { crashes: '0', losses: '0', slowRounds: '0', selfFencing: 'off' }],
  [failover, { losses: '0', slowRounds: '0', cuts: '0', patience: '2', bug: 'hasty-restart' }],
  [primaryStandby, { standbys: '1', powerCuts: '0', cuts: '1' }],
  [primaryStandby, { standbys: '1', level: 'remote_write', restarts: '0' }],
  [primaryStandby, { standbys: '1', rejoin: 'as-primary', level: 'local' }],
  [primaryStandby, { method: 'FIRST', election: 'first', standbyLosses: '0' }],
  [primaryStandby, { rejoin: 'never', restarts: '0', cancels: '0' }],
  [leasedWorker, { crashes: '0', halts: '0', restarts: '0', delays: '0' }],
  [leasedWorker, { epochs: '1', pauses: '0', halts: '0', delays: '0', bug: 'volatile-epoch' }],
  [leasedWorker, { pauses: '0', crashes: '0', halts: '0', restarts: '0', bug: 'unfenced' }],
  [retryPolicy, { callers: '1', losses: '1', refusals: '1' }],
  [retryPolicy, { callers: '1', crashes: '2', bug: 'death-consumes-attempt' }],
  [retryPolicy, { callers: '1', threshold: '1', budget: '2', bug: 'lost-probe' }],
  [referenceOrchestration, { steps: '1' }],
  [referenceCheckpointed, { steps: '1' }],
  [referenceCheckpointed, { steps: '3', every: '2', faults: '1' }],
  [referenceCheckpointed, { steps: '1', bug: 'unfenced' }],
  [duplicateStep, {}],
  [duplicateStep, { bug: 'reported' }],
  [endlessRecovery, {}],
  [endlessRecovery, { bug: 'reported' }],
  [lostAttempts, {}],
  [lostAttempts, { bug: 'reported' }],
  [strandedRecovery, {}],
  [strandedRecovery, { bug: 'reported' }],
  [twoRecoverers, {}],
  [twoRecoverers, { bug: 'reported' }],
  [unrunCompensation, {}],
  [unrunCompensation, { bug: 'reported' }],
  ...['value', 'late', 'arbitrary', 'amnesia', 'pause', 'halting'].map(
    (failure): [Model, Record<string, string>] => [failureClasses, { failure, servers: '2' }],
  ),
  [dataPipeline, { records: '1', pauses: '0' }],
  [dataPipeline, { records: '2', pauses: '0', bug: 'first-barrier' }],
  [orderBySteps, { crashes: '0', failures: '1' }],
  [orderBySteps, { crashes: '1', failures: '0', bug: 'no-key' }],
  [orderBySteps, { crashes: '0', failures: '1', bug: 'undo-forward' }],
  [exactlyOnce, {}],
  [exactlyOnce, { delivery: 'at-least-once' }],
  [exactlyOnce, { delivery: 'at-most-once' }],
  [exactlyOnce, { delivery: 'atomic', messages: '2' }],
  [exactlyOnce, { bug: 'ids-apart', messages: '2' }],
  [outbox, { writers: '1', changes: '1' }],
  [outbox, { changes: '1', crashes: '0', losses: '0', bug: 'cursor' }],
  [outbox, { writers: '1', changes: '1', write: 'database-first' }],
  [outbox, { writers: '1', changes: '1', write: 'broker-first' }],
  [resumableStep, { steps: '1' }],
  [resumableStep, { steps: '1', bug: 'volatile-decision' }],
  [resumableStep, { steps: '1', bug: 'strict-undo' }],
  [resumableStep, { losses: '0', bug: 'exclusive' }],
  [byzantineGenerals, {}],
  [byzantineGenerals, { traitors: '2' }],
  [byzantineGenerals, { generals: '3', m: '2' }],
  [byzantineGenerals, { messages: 'signed' }],
  [byzantineGenerals, { messages: 'signed', generals: '3', bug: 'unverified' }],
  [writeAheadLog, { updates: '1', crashes: '1' }],
  [writeAheadLog, { transactions: '1', pages: '2', crashes: '3' }],
  [writeAheadLog, { updates: '1', crashes: '1', bug: 'redo-winners-only' }],
  [recoveryLine, { processes: '2' }],
  [recoveryLine, { processes: '2', markers: 'none', rounds: '1' }],
  [recoveryLine, { pattern: 'domino', messages: '2' }],
  [recoveryLine, { pattern: 'aligned', crashes: '2' }],
  ...['m3', 'm7', 'm12', 'm14'].map((mutant): [Model, Record<string, string>] => [
    referenceOrchestration,
    { mutant },
  ]),
  ...bugs.map((bug): [Model, Record<string, string>] => [orderFulfilment, { crashes: '0', bug }]),
];

/** One instance of each family but of the largest; the long run has the rest. */
const LARGE: readonly Model[] = [primaryStandby, resumableStep, retryPolicy, writeAheadLog];
const isLong = process.env['RECONVERGE_TESTS'] === 'long';
const chosen = small.filter(
  ([model], at) =>
    isLong || (small.findIndex(([one]) => one === model) === at && !LARGE.includes(model)),
);

describe('the engine agrees with the naive oracle', () => {
  it.each(chosen)('on $name %o', (model, set) => {
    const system = model.build(parameterValues(model.parameters, set));
    const graph = naiveExplore(system);
    expect(graph.complete).toBe(true);
    expect(disagreements(system, graph)).toEqual([]);
  });
});
