import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { check, orchestration, type Model, type StepFault, type StepOptions } from 'reconverge';
import { parameterValues } from '../../../src/model/parameter.ts';

const TRANSIENT: readonly StepFault[] = ['loseRequest', 'loseReply', 'late'];
const FINAL: readonly StepFault[] = ['refuse', 'halfDone'];

interface Drawn {
  readonly sizes: readonly number[];
  readonly faults: readonly StepFault[];
  readonly attempts: number;
  readonly pivot: number;
  readonly timeout: boolean;
  readonly budgets: { readonly crashes: number; readonly failures: number };
}

const drawn: fc.Arbitrary<Drawn> = fc.record({
  /** Steps by stage; two or more are a group. */
  sizes: fc.array(fc.constantFrom(1, 1, 2), { minLength: 1, maxLength: 3 }),
  faults: fc.subarray([...TRANSIENT, ...FINAL]),
  attempts: fc.integer({ min: 1, max: 3 }),
  /** The stage that is the pivot, if it is one step; beyond the last: none. */
  pivot: fc.integer({ min: 0, max: 4 }),
  timeout: fc.boolean(),
  budgets: fc.record({ crashes: fc.integer({ min: 0, max: 1 }), failures: fc.constantFrom(0, 1) }),
});

type Change = (options: StepOptions) => StepOptions;

/** A workflow as drawn, its step `a0` changed. */
function workflowOf(given: Drawn, change: Change = (options) => options): Model {
  const { sizes, faults, attempts, timeout, budgets } = given;
  const pivot = sizes[given.pivot] === 1 ? given.pivot : sizes.length;
  const stages = sizes.map((size, stage) => {
    const isPast = stage > pivot;
    const own = faults.filter((fault) => !isPast || TRANSIENT.includes(fault));
    const steps = Array.from({ length: size }, (_, index) => {
      const name = `${'abc'[stage]}${index}`;
      const options: StepOptions = {
        faults: own,
        ...(!isPast && { compensate: `undo-${name}` }),
        ...(stage === 0 && index === 0 && timeout && { timeout: 5 }),
      };
      return [name, name === 'a0' ? change(options) : options] as const;
    });
    const retry = isPast ? {} : { attempts };
    const [first] = steps;
    return size === 1 && first !== undefined
      ? [first[0], { ...first[1], retry, pivot: stage === pivot }]
      : [`group-${stage}`, { parallel: Object.fromEntries(steps), retry }];
  });
  return orchestration('random', { ...budgets, steps: Object.fromEntries(stages) as object });
}

const verdictsOf = (model: Model) => check(model.build(parameterValues(model.parameters, {})));

const brokenOf = (model: Model): readonly string[] =>
  verdictsOf(model)
    .properties.filter(({ result }) => result !== 'holds')
    .map(({ name }) => name);

const SETTINGS = { numRuns: 60, seed: 15 };

describe('workflows at random', () => {
  test('hold with every option right, vacuous in nothing but what cannot happen', () => {
    fc.assert(
      fc.property(drawn, (given) => {
        const { result, properties } = verdictsOf(workflowOf(given));
        const broken = properties.filter((one) => one.result !== 'holds');
        expect(broken.map(({ name, because }) => [name, because])).toEqual([]);
        expect(result).toBe('holds');
        // The machine has all strategies; which of them a workflow enters depends on its steps.
        const empty = properties.filter(({ name, vacuous }) => vacuous && name !== 'recovery');
        expect(empty.map(({ name }) => name)).toEqual([]);
      }),
      SETTINGS,
    );
  }, 240_000);

  test('are broken by a crash where a step has no key, and then do something twice', () => {
    fc.assert(
      fc.property(drawn, (given) => {
        const budgets = { crashes: 1, failures: 0 };
        const noKey: Change = (options) => ({ ...options, idempotent: false });
        expect(brokenOf(workflowOf({ ...given, budgets }, noKey))).toContain('L9 nothing twice');
      }),
      { ...SETTINGS, numRuns: 8 },
    );
  }, 120_000);

  test('are broken by a failure where a step that is no pivot has no compensation', () => {
    fc.assert(
      fc.property(drawn, (given) => {
        const faults = [...TRANSIENT, ...FINAL];
        const budgets = { crashes: 0, failures: 1 };
        const bare: Change = (options) => ({ ...options, compensate: null });
        const model = workflowOf({ ...given, faults, budgets, pivot: 4 }, bare);
        expect(brokenOf(model)).toContain('L10 all or nothing');
      }),
      { ...SETTINGS, numRuns: 8 },
    );
  }, 120_000);
});
