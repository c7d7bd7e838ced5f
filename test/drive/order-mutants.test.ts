import { DrivenSuite, parameterValues, suiteFor } from 'reconverge';
import { expect, test } from 'vitest';
import model from '../../models/order-fulfilment.ts';
import { BUGS, type Bug } from './order/bugs.ts';
import { orderDriver } from './order/driver.ts';

const suite = suiteFor(model.build(parameterValues(model.parameters, {})));

/** What the first sequence that shows a bug says; null if none does. */
async function killing(bug: Bug | null): Promise<string | null> {
  const driven = new DrivenSuite(suite, orderDriver(bug), { shrinkPlaysMax: 0 });
  for (const sequence of driven.sequences) {
    try {
      expect(await driven.play(sequence)).toEqual({ is: 'agreed' });
    } catch (thrown) {
      return (thrown as Error).message;
    }
  }
  return null;
}

test('few sequences, and a proof that hardly fewer would do', () => {
  expect(suite.walks.length).toBeGreaterThanOrEqual(suite.lowerBound);
  expect(suite.walks.length).toBeLessThanOrEqual(1.5 * suite.lowerBound);
  expect(BUGS.length).toBeGreaterThanOrEqual(20);
});

test('the order as it should be agrees with every sequence', async () => {
  expect(await killing(null)).toBeNull();
});

test.each(BUGS)('%s', async (bug) => expect(await killing(bug)).toMatch(/^'\d+ /));
