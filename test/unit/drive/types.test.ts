import { driver, type Driver, type Take } from 'reconverge';
import { expect, test } from 'vitest';
import order from '../../../models/order-fulfilment.ts';
import twoPhaseCommit from '../../../models/two-phase-commit.ts';
import byStepsModel from '../../../models/order-by-steps.ts';

// What must not compile is marked `@ts-expect-error`: the compiler runs these tests.

const nothing: Take = () => {};
const rest = { start: nothing as () => void, fault: nothing, stop: () => {} };
const read = () => ({ payments: { context: { rows: {} } } }) as const;
const served = {
  'reserve.serve': nothing,
  'reserve.deliver': nothing,
  'charge.serve': nothing,
  'charge.deliver': nothing,
  'ship.serve': nothing,
  'ship.deliver': nothing,
  'recall.serve': nothing,
  'recall.deliver': nothing,
  'refund.serve': nothing,
  'refund.deliver': nothing,
  'release.serve': nothing,
};
const all = { ...served, 'release.deliver': nothing, 'order.save': nothing };

test('every step that any such model has must be there', () => {
  const made: Driver = driver(order, { ...rest, step: all, read });
  expect(made.knows('order.save', 'step')).toBe(true);
  expect(made.knows('order.timer', 'step')).toBe(false);
  // @ts-expect-error -- nothing for 'release.deliver' and 'order.save'
  driver(order, { ...rest, step: served, read });
  driver(order, { ...rest, step: { ...all, 'order.timer': nothing }, read });
  // @ts-expect-error -- there is no effect of that name
  driver(order, { ...rest, step: { ...all, 'recharge.serve': nothing }, read });
});

test('but for those that the system takes by itself', () => {
  const { 'order.save': _save, ...others } = all;
  // @ts-expect-error -- nobody saves
  driver(order, { ...rest, step: others, read });
  const made = driver(order, { ...rest, step: others, read, spontaneous: ['order.save'] });
  expect([...made.spontaneous]).toEqual(['order.save']);
});

test('faults are of actors and effects', () => {
  const fault = { 'order.crash': nothing, 'charge.late': nothing, 'payments.adrift': nothing };
  driver(order, { ...rest, fault, step: all, read });
  // @ts-expect-error -- there is no such actor or effect
  driver(order, { ...rest, fault: { 'orders.crash': nothing }, step: all, read });
});

test('what is read is of the actors, or as the view has it', () => {
  driver(order, {
    ...rest,
    step: all,
    read: async () => ({ order: { status: rest.stop.length > 0 ? 'down' : 'active' } }),
  });
  // @ts-expect-error -- a status is a text
  driver(order, { ...rest, step: all, read: () => ({ payments: { status: 1 } }) });
  const view = (state: { readonly order: { readonly status: string } }) => state.order.status;
  driver(order, { ...rest, step: all, read: () => 'active', view });
  // @ts-expect-error -- the view answers a text
  driver(order, { ...rest, step: all, read: () => 1, view });
});

test('replicas by their index; models without names of their own take any', () => {
  const part = { value: 'working' } as const;
  driver(twoPhaseCommit, { ...rest, step: nothing, read: () => ({ 'rm[0]': part, tm: part }) });
  driver(byStepsModel, { ...rest, step: { 'any.serve': nothing }, read: () => ({}) });
});
