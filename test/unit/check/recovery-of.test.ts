import { expect, expectTypeOf, it } from 'vitest';
import orderFulfilment from '../../../models/order-fulfilment.ts';
import { parameterValues, recoveryOf, type GlobalState, type Recovery } from 'reconverge';

const built = (set: Record<string, string> = {}) =>
  recoveryOf(orderFulfilment.build(parameterValues(orderFulfilment.parameters, set)));
const order = ({ view }: GlobalState) => view['order'] as { value?: unknown; mode?: string };

it('R is a total function of failure and state', () => {
  const { recover, initial } = built();
  expectTypeOf(recover).toEqualTypeOf<Recovery<GlobalState, string>>();
  const [start] = initial as [GlobalState];
  expect(recover('no such fault', start)).toBe(start);
});

it('a crash is answered by restart, a lost request by a retry that goes forward again', () => {
  const { recover, initial } = built();
  const [start] = initial as [GlobalState];
  expect(order(recover('order.crash', start))).toMatchObject({ value: { forward: 'reserving' } });
  const retried = order(recover('reserve.loseRequest', start));
  expect(retried).toMatchObject({ value: { forward: 'reserving' }, context: { tries: 1 } });
});

it('a refusal is answered by a rollback, a half effect by compensation, both to the end', () => {
  const { recover, initial, successors } = built();
  const isCharging = (state: GlobalState) =>
    JSON.stringify(order(state).value) === '{"forward":"charging"}';
  const queue = [...initial];
  for (const state of queue)
    if (!isCharging(state) && queue.length < 500) queue.push(...successors(state));
  const charging = queue.find(isCharging) as GlobalState;
  for (const fault of ['charge.refuse', 'charge.halfDone']) {
    expect(order(recover(fault, charging))).toMatchObject({ value: 'cancelled' });
  }
});

it('where recovery cannot end it still answers: a failure that no transition handles', () => {
  const { recover, initial } = built({ bug: 'no-retry' });
  const [start] = initial as [GlobalState];
  expect(order(recover('reserve.loseRequest', start))).toMatchObject({ status: 'error' });
});
