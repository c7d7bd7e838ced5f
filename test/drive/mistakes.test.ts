import { check } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assign, setup } from 'xstate';
import { actors, conformsProperty, DrivenSuite, parameterValues, replicas } from 'reconverge';
import { suiteFor, type Coverage, type Driver } from 'reconverge';
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

  test('RCV612: what the system may do by itself leads anywhere', async () => {
    const types = {} as { context: { count: number }; events: { type: 'TICK' } };
    const clock = setup({ types }).createMachine({
      context: { count: 0 },
      on: {
        TICK: {
          guard: ({ context }) => context.count < 27,
          actions: assign({ count: ({ context }) => context.count + 1 }),
        },
      },
    });
    // 28³ = 21,952 states, none of which it was told of.
    const clocks = actors({ clock: replicas(3, clock) }).faultTolerant({
      environment: { clock: { TICK: true } },
    });
    const ticking: Driver = { ...right, knows: () => true, spontaneous: new Set(['clock.TICK']) };
    const asked = await check(conformsProperty(clocks, ticking), {
      numRuns: 1,
      endOnFailure: true,
    });
    expect(asked.errorInstance).toMatchObject({ code: 'RCV612' });
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
