import { describe, expect, it } from 'vitest';
import checkpointedSaga from '../../models/checkpointed-saga.ts';
import orderFulfilment from '../../models/order-fulfilment.ts';
import referenceOrchestration from '../../models/reference-orchestration.ts';
import tokenRing from '../../models/token-ring.ts';
import twoPhaseCommit from '../../models/two-phase-commit.ts';
import { obeys, proves, survives } from '../../properties/suites.ts';

describe('the suites people run on their own models', () => {
  it.each([twoPhaseCommit, checkpointedSaga, tokenRing, orderFulfilment, referenceOrchestration])(
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

  it('laws hold, or the one that does not is named', () => {
    const of = (crash: string) => ({ phase, effects, checkpoint, crash }) as const;
    expect(obeys(referenceOrchestration, of('worker.CRASH')).result).toBe('holds');
    expect(() => obeys(referenceOrchestration, of('worker.CRASH'), { mutant: 'm12' })).toThrow(
      /L7 idempotent: state, [^]*L12 checkpoints grow: step/,
    );
    expect(() => obeys(referenceOrchestration, of('worker.CRASH'), { faults: '0' })).toThrow(
      /nothing is said by L1 total, L3/,
    );
    expect(() => obeys(referenceOrchestration, of('worker.FALL'))).toThrow(/no declared fault/);
  });

  it.each([
    ['m1', 'L1 total'],
    ['m3', 'L3 deterministic'],
    ['m4', 'L4 closed'],
    ['m7', 'L7 idempotent'],
    ['m11', 'L11 undo undoes'],
    ['m12', 'L12 checkpoints grow'],
    ['m14', 'L14 fenced'],
  ])('random runs of %s break %s', (mutant, law) => {
    expect(() => survives(referenceOrchestration, { mutant }, { runs: 300 })).toThrow(`${law}: s`);
  });
});

/** What is not known statically of a model is known here. */
interface Seen {
  readonly worker: {
    readonly context: { readonly checkpoint: number };
    matches(value: unknown): boolean;
  };
  readonly storage: { readonly context: { readonly effects: readonly string[] } };
}

const phases = ['rollingBack', 'compensating', 'done', 'halted', 'aborted'] as const;

function phase(state: unknown) {
  const { worker } = state as Seen;
  return phases.find((one) => worker.matches(one) || worker.matches({ down: one })) ?? 'forward';
}

const times = ['none', 'once', 'twice'];
const effects = (state: unknown): readonly number[] =>
  (state as Seen).storage.context.effects.map((one) => (one === 'half' ? 0.5 : times.indexOf(one)));

const checkpoint = (state: unknown): number => (state as Seen).worker.context.checkpoint;
