import { describe, expect, test } from 'vitest';
import { choice, orchestration, orchestrationFamily, ReconvergeError } from 'reconverge';
import { sometimes, type OrchestrationOptions } from 'reconverge';
import { parameterValues } from '../../../src/model/parameter.ts';

type Options = OrchestrationOptions<string, string>;
type Steps = Options['steps'];

/** The error of a workflow, whatever the compiler would have said of it. */
function errorOf(options: object, name = 'order'): ReconvergeError {
  try {
    orchestration(name, options as Options);
  } catch (thrown) {
    if (thrown instanceof ReconvergeError) return thrown;
    throw thrown;
  }
  throw new Error('it was accepted');
}
const ofSteps = (steps: object): ReconvergeError => errorOf({ steps: steps as Steps });

describe('mistakes in an orchestration are told with a code, the place and a way out', () => {
  test.each<[string, () => ReconvergeError, string, string, string | null]>([
    ['no steps', () => ofSteps({}), 'RCV120', 'order has no steps', 'order'],
    [
      'a group without steps',
      () => ofSteps({ both: { parallel: {} } }),
      'RCV120',
      "the group 'both' has no steps",
      'both',
    ],
    [
      'a part without steps',
      () => errorOf({ parts: { pay: { steps: {} } }, steps: { a: { run: 'pay' } } }),
      'RCV120',
      'parts.pay has no steps',
      'parts.pay',
    ],
    [
      'a step in a group with the name of another',
      () => ofSteps({ charge: {}, both: { parallel: { charge: {}, reserve: {} } } }),
      'RCV121',
      "'charge' is the name of two things",
      'charge',
    ],
    [
      'a compensation with the name of a step',
      () => ofSteps({ charge: { compensate: 'ship' }, ship: {} }),
      'RCV121',
      "'ship' is the name of two things",
      'ship',
    ],
    [
      'two compensations of one name',
      () => ofSteps({ charge: { compensate: 'undo' }, ship: { compensate: 'undo' } }),
      'RCV121',
      "'undo' is the name of two things",
      'undo',
    ],
    [
      'a service with the name of a step',
      () => ofSteps({ charge: { service: 'charge' } }),
      'RCV121',
      "'charge' is the name of two things",
      'charge',
    ],
    [
      "the worker's own name",
      () => ofSteps({ worker: {} }),
      'RCV121',
      "'worker' is the name of two things",
      'worker',
    ],
    [
      'a name that would move to the front',
      () => ofSteps({ charge: {}, 1: {} }),
      'RCV122',
      "'1' is no name for a part of an orchestration",
      'order',
    ],
    [
      "an orchestration's name with a quote in it",
      () => errorOf({ steps: { charge: {} } }, 'a"b'),
      'RCV122',
      "'a\"b' is no name for a part of an orchestration",
      'orchestration',
    ],
    [
      'a name too long for a table',
      () => ofSteps({ charge: { service: 's'.repeat(39) } }),
      'RCV122',
      `'${'s'.repeat(39)}' is no name for a service`,
      'charge',
    ],
    [
      'two pivots',
      () => ofSteps({ charge: { pivot: true }, ship: { pivot: true } }),
      'RCV123',
      'there are 2 pivots: charge, ship',
      'ship',
    ],
    [
      'a compensation after the pivot',
      () => ofSteps({ charge: { pivot: true }, ship: { compensate: 'recall' } }),
      'RCV124',
      "'ship' comes after the pivot and has a compensation",
      'ship',
    ],
    [
      'a refusal after the pivot',
      () => ofSteps({ charge: { pivot: true }, ship: { faults: ['refuse'] } }),
      'RCV125',
      "'ship' comes after the pivot and may fail for good",
      'ship',
    ],
    [
      'giving up after the pivot',
      () => ofSteps({ charge: { pivot: true }, ship: { retry: { attempts: 3 } } }),
      'RCV125',
      "'ship' comes after the pivot and gives up",
      'ship.retry',
    ],
    [
      'an unknown part',
      () => errorOf({ parts: { pay: { steps: { a: {} } } }, steps: { charge: { run: 'pai' } } }),
      'RCV126',
      "there is no part 'pai' to run",
      'order.charge',
    ],
    [
      'a part that runs itself by another',
      () =>
        errorOf({
          parts: { a: { steps: { x: { run: 'b' } } }, b: { steps: { y: { run: 'a' } } } },
          steps: { charge: { run: 'a' } },
        }),
      'RCV126',
      "the part 'a' runs itself",
      'parts.b.y',
    ],
    [
      'no attempts',
      () => ofSteps({ charge: { retry: { attempts: 0 } } }),
      'RCV127',
      '0 is no number of attempts',
      'charge.retry',
    ],
    [
      'a negative pause',
      () => ofSteps({ charge: { retry: { backoff: -1 } } }),
      'RCV127',
      '-1 is no backoff',
      'charge',
    ],
    [
      'a timeout of nothing',
      () => ofSteps({ charge: { timeout: 0 } }),
      'RCV127',
      '0 is no timeout',
      'charge',
    ],
    [
      'a timeout of what is tried for ever',
      () => ofSteps({ charge: { pivot: true }, ship: { timeout: 10 } }),
      'RCV127',
      "'ship' has a timeout and is tried for ever",
      'ship.timeout',
    ],
    [
      'too many crashes',
      () => errorOf({ steps: { charge: {} }, crashes: 4 }),
      'RCV127',
      '4 is no number of crashes',
      'crashes',
    ],
    [
      'an option that there is not',
      () => ofSteps({ charge: { compensat: 'refund' } }),
      'RCV128',
      "a step has no option 'compensat'",
      'order.charge',
    ],
    [
      'a retry within a group',
      () => ofSteps({ both: { parallel: { charge: { retry: {} } } } }),
      'RCV128',
      "a step of a group has no option 'retry'",
      'both.charge',
    ],
    [
      'a group that is the pivot',
      () => ofSteps({ both: { parallel: { charge: {} }, pivot: true } }),
      'RCV128',
      "a group has no option 'pivot'",
      'order.both',
    ],
    [
      'a compensation of a part',
      () =>
        errorOf({
          parts: { pay: { steps: { a: {} } } },
          steps: { charge: { run: 'pay', compensate: 'refund' } },
        }),
      'RCV128',
      "a part has no option 'compensate'",
      'order.charge',
    ],
    [
      'an orchestration with an unknown option',
      () => errorOf({ steps: { charge: {} }, retries: 2 }),
      'RCV128',
      "an orchestration has no option 'retries'",
      'order',
    ],
  ])('%s', (_, mistake, code, message, at) => {
    const error = mistake();
    expect([error.code, error.message, error.at]).toEqual([code, message, at]);
    expect(error.hint).not.toBeNull();
  });

  test('a property with the name of a law', () => {
    const model = orchestration('order', { steps: { charge: {} } }).satisfying({
      'L1 total': sometimes((s) => s.phase === 'done'),
    });
    expect(() => model.build(parameterValues(model.parameters, {}))).toThrow(
      expect.objectContaining({ code: 'RCV129', at: 'properties.L1 total' }),
    );
  });

  test('a parameter with the name of a budget', () => {
    expect(() =>
      orchestrationFamily('order', {
        parameters: { crashes: choice(['none']) },
        build: () => ({ steps: { charge: {} } }),
      }),
    ).toThrow(expect.objectContaining({ code: 'RCV129', at: 'parameters.crashes' }));
  });

  test('a variant of a family that makes no sense, when it is built', () => {
    const family = orchestrationFamily('order', {
      parameters: { bug: choice(['none', 'late-undo']) },
      build: ({ bug }) => ({
        steps: {
          charge: { pivot: true },
          ship: { compensate: bug === 'none' ? null : 'recall' },
        },
      }),
    });
    const build = (bug: string) => family.build(parameterValues(family.parameters, { bug }));
    expect(Object.keys(build('none').parts)).toEqual(['worker', 'chargeService', 'shipService']);
    expect(() => build('late-undo')).toThrow(expect.objectContaining({ code: 'RCV124' }));
  });
});
