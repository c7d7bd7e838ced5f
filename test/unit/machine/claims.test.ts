import { describe, expect, it } from 'vitest';
import { fromPromise, setup } from 'xstate';
import { check } from '../../../src/check/check.ts';
import { failureGuards } from '../../../src/model/failure.ts';
import { actor } from '../../../src/model/part.ts';
import { actors } from '../../../src/model/system.ts';

const call = fromPromise<undefined, undefined>(async () => undefined);
const recovery = { transient: 'retry', permanent: 'rollback', partial: 'compensate' } as const;
const half = { times: 1, send: () => ({ type: 'HALF' as const }) };
const service = setup({
  types: {} as { events: { type: 'DO' } | { type: 'HALF' } },
}).createMachine({ on: { DO: {}, HALF: {} } });

type Shape =
  | 'tagged'
  | 'untagged'
  | 'nested tag'
  | 'wrong tag'
  | 'flashing tag'
  | 'escalates'
  | 'unhandled'
  | 'inside'
  | 'inside, unhandled';

/** An asker that is told a transient failure, and what it makes of it. */
function asker(shape: Shape) {
  const target = { escalates: 'gone', unhandled: 'asking' }[shape as string] ?? 'next';
  const tags = { tagged: 'retry', 'wrong tag': 'rollback', 'flashing tag': 'retry' } as const;
  const inside = shape.startsWith('inside');
  return setup({
    types: {} as { context: { tries: number }; tags: 'retry' | 'rollback' | 'compensate' },
    actors: { call },
    guards: failureGuards,
  }).createMachine({
    context: { tries: 1 },
    initial: 'asking',
    states: {
      asking: {
        ...(inside && { tags: 'retry' as const }),
        invoke: {
          src: 'call',
          onDone: 'done',
          ...(shape !== 'unhandled' && shape !== 'inside, unhandled' && { onError: target }),
        },
      },
      next: {
        tags: (tags as Partial<Record<Shape, 'retry' | 'rollback'>>)[shape] ?? [],
        ...(shape === 'flashing tag' && { always: 'done' }),
        ...(shape === 'nested tag' && { initial: 'deep', states: { deep: { tags: 'retry' } } }),
      },
      gone: { tags: 'rollback' },
      done: {},
    },
  });
}

function verdicts(
  shape: Shape,
  escalation: 'none' | 'declared' | 'elsewhere' = 'none',
  fault: 'loseRequest' | 'halfDone' = 'loseRequest',
) {
  const escalates = {
    none: {},
    declared: { escalates: { transient: () => true } },
    elsewhere: { escalates: { transient: () => false } },
  }[escalation];
  const system = actors({ m: actor(asker(shape)), s: actor(service) }).faultTolerant({
    effects: { call: { to: 's', send: () => ({ type: 'DO' }) } },
    recovery,
    faults: { call: fault === 'halfDone' ? { halfDone: half } : { loseRequest: 1 } },
    consistent: () => true,
    ...escalates,
  });
  const { properties } = check(system);
  return Object.fromEntries(
    properties.map(({ name, result, failure, trace, because, values }) => [
      name,
      { result, failure, steps: trace?.steps.length ?? null, because, values },
    ]),
  );
}

describe('the recovery claim', () => {
  it.each<[Shape, 'none' | 'declared' | 'elsewhere']>([
    ['tagged', 'none'],
    ['nested tag', 'none'],
    ['tagged', 'declared'],
    ['escalates', 'declared'],
    // A failure in dom(R) is the recovery's own affair.
    ['inside', 'none'],
  ])('holds where the answer is %s, escalation %s', (shape, escalation) => {
    expect(verdicts(shape, escalation)).toMatchObject({
      recovery: { result: 'holds', steps: null },
      total: { result: 'holds', steps: null },
    });
  });

  it.each<[Shape, 'none' | 'declared' | 'elsewhere', string]>([
    ['untagged', 'none', 'leads to "next", which is not tagged retry'],
    ['wrong tag', 'none', 'leads to "next", which is not tagged retry'],
    ['flashing tag', 'none', 'leads to "done", which is not tagged retry'],
    ['escalates', 'none', 'leads to "gone", which is not tagged retry'],
    ['escalates', 'elsewhere', 'leads to "gone", which is not tagged retry'],
    ['untagged', 'declared', 'leads to "next", which is not tagged retry or rollback'],
  ])('is broken where the answer is %s, escalation %s', (shape, escalation, because) => {
    const { recovery: claim, total } = verdicts(shape, escalation);
    expect(claim).toMatchObject({ result: 'violated', failure: 'step', steps: 2 });
    expect(claim?.because).toContain(
      `a transient network failure told to m in "asking" ${because}`,
    );
    expect(total).toMatchObject({ result: 'holds' });
  });

  it('lets transient failures escalate, and no others', () => {
    expect(verdicts('escalates', 'declared', 'halfDone')['recovery']).toMatchObject({
      result: 'violated',
      because: expect.stringContaining('which is not tagged compensate') as string,
    });
  });

  it('is broken, and so is totality, where no transition handles the failure', () => {
    expect(verdicts('unhandled')).toMatchObject({
      recovery: { result: 'violated', failure: 'step', steps: 2 },
      total: { result: 'violated', failure: 'state', steps: 2 },
      // Of the five states the one with an actor in error is not consistent.
      converges: { result: 'violated', failure: 'deadlock', steps: 2, values: { C: 4 } },
    });
    expect(verdicts('inside, unhandled')).toMatchObject({
      recovery: { result: 'holds' },
      total: { result: 'violated', failure: 'state', steps: 2 },
    });
  });
});
