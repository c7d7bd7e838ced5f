import { describe, expect, it } from 'vitest';
import checkpointedSaga from '../../models/checkpointed-saga.ts';
import orderFulfilment from '../../models/order-fulfilment.ts';
import tokenRing from '../../models/token-ring.ts';
import twoPhaseCommit from '../../models/two-phase-commit.ts';
import { proves, survives } from '../../properties/suites.ts';

describe('the suites people run on their own models', () => {
  it.each([twoPhaseCommit, checkpointedSaga, tokenRing, orderFulfilment])(
    '$name is proved, and survives what is sampled',
    (model) => {
      expect(proves(model).stats.states).toBeGreaterThan(100);
      expect(survives(model, {}, { runs: 50 }).runs).toBe(50);
    },
  );

  it('a broken variant throws with its counterexample', () => {
    const bug = 'checkpoint-first';
    expect(() => proves(checkpointedSaga, { bug })).toThrow(/atomic: state[^]*worker\.crash/);
    expect(() => survives(checkpointedSaga, { bug })).toThrow(/worker\.crash/);
  });
});
