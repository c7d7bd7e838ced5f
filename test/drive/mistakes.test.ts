import { describe, expect, test } from 'vitest';
import { DrivenSuite, parameterValues, suiteFor, type Coverage, type Driver } from 'reconverge';
import model from '../../models/order-fulfilment.ts';
import { orderDriver } from './order/driver.ts';

const system = model.build(parameterValues(model.parameters, { crashes: '0' }));
const suite = suiteFor(system);
const right = orderDriver(null);

const first = async (driver: Driver): Promise<unknown> => {
  const driven = new DrivenSuite(suite, driver);
  return driven.play(driven.sequences[0]!);
};

describe('mistakes of whoever writes a driver', () => {
  test('RCV610: nothing for a step', () => {
    const deaf: Driver = { ...right, knows: (name) => name !== 'charge.deliver' };
    expect(() => new DrivenSuite(suite, deaf)).toThrow(
      expect.objectContaining({
        code: 'RCV610',
        message: 'the driver has nothing for charge.deliver',
      }),
    );
  });

  test.each([
    [{ nobody: { context: {} } }, "read answers of 'nobody', which is no actor"],
    [7, 'read answers something that is not by actors'],
  ])('RCV611: read answers %j', async (seen, message) => {
    const strange: Driver = { ...right, read: async () => seen };
    await expect(first(strange)).rejects.toMatchObject({ code: 'RCV611', message });
  });

  test('RCV613: more states than a suite may be made from', () => {
    expect(() => suiteFor(system, { statesMax: 100 })).toThrow(
      expect.objectContaining({ code: 'RCV613' }),
    );
  });

  test('RCV614: no such coverage', () => {
    expect(() => suiteFor(system, { coverage: 'everything' as Coverage })).toThrow(
      expect.objectContaining({ code: 'RCV614' }),
    );
  });
});
