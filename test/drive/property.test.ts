import { assert, check } from 'fast-check';
import { conformsProperty, parameterValues } from 'reconverge';
import { expect, test } from 'vitest';
import model from '../../models/order-fulfilment.ts';
import { orderDriver } from './order/driver.ts';

const system = model.build(parameterValues(model.parameters, {}));

test('random sequences on a system that does what the model does', async () => {
  await assert(conformsProperty(system, orderDriver(null)), { numRuns: 50, seed: 3 });
});

test('a deviation is shrunk on the system, and comes again by its seed and path', async () => {
  const property = () => conformsProperty(system, orderDriver('retries for ever'));
  const found = await check(property(), { numRuns: 200, seed: 3 });
  expect(found.failed).toBe(true);
  const [shortest] = found.counterexample!;
  // Twice the same call fails, and the second time it should give up.
  expect(shortest.length).toBeLessThanOrEqual(10);
  expect(String(found.errorInstance)).toContain("'a random sequence'");
  const again = await check(property(), { seed: found.seed, path: found.counterexamplePath! });
  expect(String(again.counterexample![0])).toBe(String(shortest));
});

test('weights that make no sense are refused', () => {
  const weights = { 'order.dance': 1 };
  expect(() => conformsProperty(system, orderDriver(null), { weights })).toThrow('order.dance');
});
