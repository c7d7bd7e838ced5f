import { expect, it } from 'vitest';
import type { Model } from '../../../src/model/define.ts';
import { parameterValues } from '../../../src/model/parameter.ts';
import { mutate } from '../../../src/mutate/mutate.ts';
import byzantineGenerals from '../../../models/byzantine-generals.ts';
import chainReplication from '../../../models/chain-replication.ts';
import checkpointedSaga from '../../../models/checkpointed-saga.ts';
import orderFulfilment from '../../../models/order-fulfilment.ts';
import referenceCheckpointed from '../../../models/reference-checkpointed.ts';
import referenceOrchestration from '../../../models/reference-orchestration.ts';
import tokenRing from '../../../models/token-ring.ts';
import twoPhaseCommit from '../../../models/two-phase-commit.ts';

interface Score {
  readonly model: Model;
  readonly set: Readonly<Record<string, string>>;
  /** A mutant that counts without end is given up early; by then it was noticed. */
  readonly statesMax?: number;
  readonly noticed: number;
  readonly equivalent: number;
  /** What no property notices, each with the reason why none should. */
  readonly spared: Readonly<Record<string, string>>;
}

const VOLATILE = 'where nothing crashes, a decision need not be durable';

const scores: readonly Score[] = [
  { model: byzantineGenerals, set: {}, noticed: 8, equivalent: 0, spared: {} },
  { model: chainReplication, set: {}, noticed: 15, equivalent: 4, spared: {} },
  {
    model: checkpointedSaga,
    set: { workflows: '1' },
    noticed: 26,
    equivalent: 8,
    spared: {
      "workflow: without its actions: running.advancing: on ADVANCE, if 'isLastStep', to #workflow.committed":
        'nobody asks for the position of a workflow that has ended',
    },
  },
  {
    model: orderFulfilment,
    set: { crashes: '0' },
    noticed: 55,
    equivalent: 5,
    spared: {
      "order: whether or not: compensating.deciding: at once, if 'isVolatile', to voiding":
        VOLATILE,
      "order: whether or not: rollingBack.deciding: at once, if 'isVolatile', to undoing": VOLATILE,
      'order: taken for done: forward.shipped: saveCheckpoint':
        'reaching the end saves it (spec 5.1), so that this save could be spared',
      'order: taken for done: compensating.decided: saveCheckpoint': VOLATILE,
      'order: taken for done: rollingBack.decided: saveCheckpoint': VOLATILE,
    },
  },
  {
    model: referenceCheckpointed,
    set: { steps: '1' },
    statesMax: 6_000,
    noticed: 51,
    equivalent: 15,
    spared: {
      'worker: without its actions: rollingBack.deciding: when save is done, to undoing':
        'with a checkpoint at every step, undo begins at the step that failed anyway',
      'worker: without its actions: compensating.deciding: when save is done, to undoing':
        'with a checkpoint at every step, undo begins at the step that failed anyway',
    },
  },
  {
    model: referenceOrchestration,
    set: { steps: '1' },
    statesMax: 1_000,
    noticed: 52,
    equivalent: 20,
    spared: {},
  },
  { model: tokenRing, set: { processes: '4', values: '3' }, noticed: 5, equivalent: 1, spared: {} },
  { model: twoPhaseCommit, set: {}, noticed: 13, equivalent: 1, spared: {} },
];

/** The long run has the ones that take longer, too. */
const isLong = process.env['RECONVERGE_TESTS'] === 'long';
const LONG: readonly Model[] = [referenceCheckpointed, referenceOrchestration, orderFulfilment];
const chosen = scores.filter(({ model }) => isLong || !LONG.includes(model));

it.each(chosen)(
  'the properties of $model.name notice every mistake but those that are spared',
  { timeout: 240_000 },
  ({ model, set, statesMax, noticed, equivalent, spared }) => {
    const { mutants, killed, undecided } = mutate(
      model.build(parameterValues(model.parameters, set)),
      statesMax === undefined ? {} : { statesMax },
    );
    const of = (fate: string) => mutants.filter((one) => one.fate.is === fate);
    expect(of('survivor').map(({ name }) => name)).toEqual(Object.keys(spared));
    expect({ noticed: killed, equivalent: of('equivalent').length, undecided }).toEqual({
      noticed,
      equivalent,
      undecided: 0,
    });
  },
);
