import { DrivenSuite, parameterValues, suiteFor, type Driver } from 'reconverge';
import { describe, expect, test } from 'vitest';
import model from '../../models/order-fulfilment.ts';
import type { Bug } from './order/bugs.ts';
import { orderDriver } from './order/driver.ts';

const suiteWith = (crashes: string) =>
  suiteFor(model.build(parameterValues(model.parameters, { crashes })));
const calm = suiteWith('0');
const crashing = suiteWith('1');

/** How the sequences of a suite end, and what the first deviation says. */
async function ends(driver: Driver, suite = calm) {
  const driven = new DrivenSuite(suite, driver, { shrinkPlaysMax: 0 });
  const count = { agreed: 0, strayed: 0, deviated: 0 };
  let first: string | null = null;
  for (const sequence of driven.sequences) {
    try {
      count[(await driven.play(sequence)).is] += 1;
    } catch (thrown) {
      count.deviated += 1;
      first ??= (thrown as Error).message;
    }
  }
  return { ...count, first };
}

/** The same driver, which sees just whether the customer paid. */
function paymentOnly(bug: Bug | null): Driver {
  const whole = orderDriver(bug);
  const paid = (rows: unknown) => Object.values(rows as object).includes('full');
  type Seen = { payments: { context: { rows: unknown } } };
  return {
    ...whole,
    read: async () => paid(((await whole.read()) as unknown as Seen).payments.context.rows),
    view: ({ payments }) => paid(payments?.context?.['rows']),
  };
}

describe('a view of one bit', () => {
  test('agrees with the order as it should be', async () => {
    expect(await ends(paymentOnly(null))).toMatchObject({ strayed: 0, deviated: 0, first: null });
  });
  test('shows bugs that are to be seen in it', async () => {
    const { first } = await ends(paymentOnly('a late request opens a tombstone'));
    expect(first).toContain('the model has false, the system true');
  });
  test('and does not show others', async () => {
    expect(await ends(paymentOnly('forgets the receipt'))).toMatchObject({ deviated: 0 });
  });
});

describe('a system that saves by itself', () => {
  const own = (bug: Bug | null) => orderDriver(bug, { savesByItself: true });

  test('never does what the model does not, though it cannot be stopped before it saves', async () => {
    const { agreed, strayed, deviated } = await ends(own(null), crashing);
    expect({ deviated }).toEqual({ deviated: 0 });
    expect(agreed).toBeGreaterThan(0);
    // Crashes before a save was done: the system is beyond them when it stands still.
    expect(strayed).toBeGreaterThan(0);
  });
  test.each(['decides in memory', 'loses the checkpoint after charge', 'no refund'] as const)(
    '%s is found all the same',
    async (bug) => expect((await ends(own(bug), crashing)).deviated).toBeGreaterThan(0),
  );
});

test('what the driver does not decide may turn out either way', async () => {
  const whole = orderDriver(null);
  // Says that a checkpoint in flight is lost at a crash, and keeps it; or the other way round.
  const contrary: Driver = {
    ...whole,
    fault: (action) =>
      whole.fault(
        action.name === 'order.crash'
          ? { ...action, saved: action.saved.length > 0 ? [] : ['order'] }
          : action,
      ),
  };
  expect((await ends(contrary, crashing)).deviated).toBeGreaterThan(0);
  const undecided = { ...contrary, undecided: new Set(['order.crash']) };
  expect(await ends(undecided, crashing)).toMatchObject({ deviated: 0 });
});
