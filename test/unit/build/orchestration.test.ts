import { describe, expect, test } from 'vitest';
import { check, orchestration, type Model, type OrchestrationOptions } from 'reconverge';
import { parameterValues } from '../../../src/model/parameter.ts';
import { modelHash } from '../../../src/report/hash.ts';

type Options = OrchestrationOptions<string, string>;

const systemOf = (model: Model) => model.build(parameterValues(model.parameters, {}));
const judged = (options: Options) => check(systemOf(orchestration('order', options)));

/** The properties that do not hold; the bound is broken with every end that is not reached. */
const brokenOf = (options: Options): readonly string[] =>
  judged(options)
    .properties.filter(({ name, result }) => result !== 'holds' && name !== 'L6 bounded')
    .map(({ name }) => name);

const reserve = { compensate: 'release' };
const charge = { compensate: 'refund' };
const ship = { compensate: 'recall', pivot: true };
const crash = { crashes: 1, failures: 0 };
const failure = { crashes: 0, failures: 1 };
const both = { crashes: 1, failures: 1 };
const STANDS = 'each step stands on those before it';

describe('a workflow with every option right', () => {
  test.each<[string, Options]>([
    ['steps', { steps: { reserve, charge, ship } }],
    ['steps behind the pivot', { steps: { charge, ship, notify: {}, bill: {} } }],
    ['more attempts', { steps: { charge: { ...charge, retry: { attempts: 3 } } }, failures: 3 }],
    ['one attempt', { steps: { charge, ship }, retry: { attempts: 1 } }],
    ['timeouts', { steps: { reserve: { ...reserve, timeout: 50 }, charge } }],
    ['a group', { steps: { prepare: { parallel: { reserve, charge } }, ship } }],
    [
      'a part',
      {
        parts: { pay: { steps: { authorise: { compensate: 'void' }, capture: charge } } },
        steps: { reserve, payment: { run: 'pay' } },
      },
    ],
    [
      'a pivot that is never refused, tried for ever, with nothing to take it back',
      {
        steps: {
          charge,
          ship: { pivot: true, faults: ['loseReply', 'late'], retry: { attempts: Infinity } },
          notify: {},
        },
      },
    ],
  ])('%s: everything holds, and nothing for want of an occasion', (_, options) => {
    const { result, completeness, properties } = judged({ ...both, ...options });
    const vacuous = properties.filter((property) => property.vacuous).map(({ name }) => name);
    expect(completeness).toBe('exhaustive');
    expect(properties.filter((one) => one.result !== 'holds')).toEqual([]);
    expect(result).toBe('holds');
    expect(vacuous).toEqual([]);
  });

  test('a part is its steps in the place of its own', () => {
    const inPart = judged({
      ...both,
      parts: { pay: { steps: { charge, ship: { compensate: 'recall' } } } },
      steps: { reserve, payment: { run: 'pay' } },
    });
    const inLine = judged({ ...both, steps: { reserve, charge, ship: { compensate: 'recall' } } });
    const { states, transitions, depth } = inLine.stats;
    expect(inPart.stats).toMatchObject({ states, transitions, depth });
    expect(inPart.stats.states).toBeGreaterThan(500);
  });
});

describe('a wrong option is a bug, and it is found', () => {
  test('no key: what was answered too late is done twice', () => {
    const steps = { reserve, charge: { ...charge, idempotent: false } };
    expect(brokenOf({ steps, crashes: 0, failures: 0 })).toEqual([]);
    expect(brokenOf({ steps, ...crash })).toContain('L9 nothing twice');
    const lost = { ...charge, idempotent: false, faults: ['loseReply'] } as const;
    expect(brokenOf({ steps: { reserve, charge: lost }, ...failure })).toContain(
      'L9 nothing twice',
    );
  });

  test('a missing compensation', () => {
    const steps = { reserve, charge: {} };
    expect(brokenOf({ steps, ...crash })).toEqual([]);
    expect(brokenOf({ steps, ...failure })).toContain('L10 all or nothing');
  });

  test('a missing compensation in a group, and in a part', () => {
    const group = { prepare: { parallel: { reserve, charge: {} } }, ship };
    expect(brokenOf({ steps: group, ...failure })).toContain('L10 all or nothing');
    const parts = { pay: { steps: { authorise: {}, capture: charge } } };
    const steps = { payment: { run: 'pay' } };
    expect(brokenOf({ parts, steps, ...failure })).toContain('L10 all or nothing');
  });

  test('undo in the order of the steps', () => {
    const steps = { reserve, charge, ship };
    expect(brokenOf({ steps, ...failure, undo: 'forward' })).toEqual([STANDS]);
    expect(brokenOf({ steps, ...failure, undo: 'reverse' })).toEqual([]);
  });

  test('a decision that a crash takes back', () => {
    const steps = { reserve, charge };
    expect(brokenOf({ steps, ...both, saveDecision: false })).toContain('L10 all or nothing');
    expect(brokenOf({ steps, ...both })).toEqual([]);
  });

  test('an undo that leaves no tombstone', () => {
    const faults = ['late', 'refuse'] as const;
    const forgets = { faults, compensate: { by: 'refund', tombstone: false } };
    const bare = { crashes: 0, failures: 2 };
    expect(brokenOf({ steps: { charge: forgets }, ...bare })).toContain('L10 all or nothing');
    expect(brokenOf({ steps: { charge: { ...charge, faults } }, ...bare })).toEqual([]);
  });

  test('a pivot in doubt that nobody can take back', () => {
    const steps = { charge, ship: { pivot: true, faults: ['loseReply', 'refuse'] } } as const;
    expect(brokenOf({ steps, ...failure })).toEqual([]);
    expect(brokenOf({ steps, crashes: 0, failures: 2 })).toContain('L10 all or nothing');
    expect(brokenOf({ steps, ...both })).toContain('L10 all or nothing');
  });

  test('a step whose success is forgotten in a crash', () => {
    const forgotten = { reserve, charge: { ...charge, checkpoint: false }, ship };
    expect(brokenOf({ steps: forgotten, ...both })).toContain('L10 all or nothing');
    expect(brokenOf({ steps: forgotten, crashes: 0, failures: 2 })).toEqual([]);
  });
});

describe('what an option changes', () => {
  const eventsOf = (options: Options): readonly string[] => {
    const { properties } = judged(options);
    const done = properties.find(({ name }) => name === 'can be done');
    return (done?.trace?.steps ?? []).map(({ actor, event }) => `${actor} ${event.type}`);
  };
  const none = { crashes: 0, failures: 0 };

  test('steps in order, a save behind each', () => {
    expect(eventsOf({ ...none, steps: { reserve, ship: { ...ship, checkpoint: false } } })).toEqual(
      [
        'reserveService DO',
        expect.stringMatching('worker xstate.done.actor'),
        expect.stringMatching('worker xstate.done.actor'),
        'shipService DO',
        expect.stringMatching('worker xstate.done.actor'),
      ],
    );
  });

  test('steps of one service are told apart by their keys', () => {
    const service = 'bank';
    const steps = { debit: { service, ...charge }, credit: { service, compensate: 'return' } };
    expect(brokenOf({ ...both, steps })).toEqual([]);
    expect(Object.keys(systemOf(orchestration('order', { steps })).parts)).toEqual([
      'worker',
      'bank',
    ]);
  });

  test.each([1, 2, 3])('attempts: %i lost requests end it, not one less', (attempts) => {
    const steps = {
      charge: { ...charge, faults: ['loseRequest'] as const, retry: { attempts } },
    };
    const names = (failures: number) =>
      judged({ steps, crashes: 0, failures }).properties.map(({ name, result }) => [name, result]);
    expect(names(attempts)).toContainEqual(['can be aborted', 'holds']);
    expect(names(attempts - 1).map(([name]) => name)).not.toContain('can be aborted');
  });

  test('every option is in the fingerprint', () => {
    const hashOf = (options: Options) =>
      modelHash('order', {}, systemOf(orchestration('order', options)));
    const hashes = [
      { steps: { charge } },
      { steps: { charge: { ...charge, idempotent: false } } },
      { steps: { charge: { ...charge, timeout: 10 } } },
      { steps: { charge: { ...charge, retry: { backoff: 10 } } } },
      { steps: { charge: { ...charge, retry: { attempts: 3 } } } },
      { steps: { charge: { compensate: { by: 'refund', tombstone: false } } } },
      { steps: { charge }, undo: 'forward' as const },
    ].map(hashOf);
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});
