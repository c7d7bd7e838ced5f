import { expect, expectTypeOf, test } from 'vitest';
import {
  always,
  choice,
  integer,
  orchestration,
  orchestrationFamily,
  type Happened,
  type Model,
  type Orchestration,
  type OrchestrationState,
} from 'reconverge';

// What must not compile is marked `@ts-expect-error`: the compiler reports the mark when the line
// compiles after all. So the compiler runs these tests; vitest runs what little has a value.

const parts = { pay: { steps: { authorise: { compensate: 'void' } } } };

test('the steps are known by name', () => {
  const model = orchestration('order', {
    parts,
    steps: {
      reserve: { compensate: 'release' },
      both: { parallel: { pack: {}, label: {} } },
      payment: { run: 'pay' },
    },
  });
  type Names = 'reserve' | 'both' | 'payment';
  expectTypeOf(model).toEqualTypeOf<Orchestration<Names>>();
  expectTypeOf<OrchestrationState<Names>['steps']>().toEqualTypeOf<{
    readonly [name in Names]: Happened;
  }>();
  expectTypeOf(model.satisfying({})).toEqualTypeOf<Model>();
  expect(model.kind).toBe('reconverge/model');
});

test('properties see the steps that there are, and what can be said of them', () => {
  const { satisfying } = orchestration('order', { steps: { charge: {}, ship: { pivot: true } } });
  satisfying({
    'ships only what is charged': always((s) => {
      expectTypeOf(s.steps.charge).toEqualTypeOf<Happened>();
      return s.steps.ship === 'not' || s.steps.charge !== 'not';
    }),
  });
  // @ts-expect-error -- there is no such step
  satisfying({ a: always((s) => s.steps.chage === 'not') });
  // @ts-expect-error -- it can only be not, half, once or twice
  satisfying({ a: always((s) => s.steps.charge === 'done') });
  // @ts-expect-error -- nor is there such a phase
  satisfying({ a: always((s) => s.phase === 'cancelled') });
});

test('a parameter of a family is one of its choices, or a number', () => {
  orchestrationFamily('order', {
    parameters: {
      bug: choice(['none', 'no-key']),
      attempts: integer({ default: 2, min: 1, max: 3 }),
    },
    build: (values) => {
      expectTypeOf(values).toEqualTypeOf<{
        readonly bug: 'none' | 'no-key';
        readonly attempts: number;
      }>();
      return { steps: { charge: { idempotent: values.bug !== 'no-key' } } };
    },
  }).satisfying({ a: always((s) => s.steps.charge !== 'twice') });
  expect(() =>
    orchestrationFamily('order', {
      parameters: { bug: choice(['none']) },
      // @ts-expect-error -- no such option
      build: () => ({ steps: { charge: { idempoten: true } } }),
    }),
  ).not.toThrow();
});

/** Never called: the compiler reads it. */
export function refused(): void {
  // @ts-expect-error -- there is no such option
  orchestration('order', { steps: { charge: { compensat: 'refund' } } });
  // @ts-expect-error -- no parts are declared
  orchestration('order', { steps: { charge: { run: 'pay' } } });
  // @ts-expect-error -- another part is
  orchestration('order', { parts, steps: { charge: { run: 'pai' } } });
  // @ts-expect-error -- no such fault
  orchestration('order', { steps: { charge: { faults: ['refused'] } } });
  const by = 'refund';
  // @ts-expect-error -- an undo is never refused
  orchestration('order', { steps: { charge: { compensate: { by, faults: ['refuse'] } } } });
  // @ts-expect-error -- a number
  orchestration('order', { steps: { charge: { retry: { attempts: '3' } } } });
  // @ts-expect-error -- the group has no pivot
  orchestration('order', { steps: { both: { parallel: { charge: {} }, pivot: true } } });
  // @ts-expect-error -- nor has a step of it
  orchestration('order', { steps: { both: { parallel: { charge: { pivot: true } } } } });
  // @ts-expect-error -- reverse or forward
  orchestration('order', { steps: { charge: {} }, undo: 'backward' });
  // @ts-expect-error -- steps
  orchestration('order', { step: { charge: {} } });
  // @ts-expect-error -- a step is a record of options
  orchestration('order', { steps: { charge: 'refund' } });
}
