import { describe, expect, it } from 'vitest';
import { check } from '../../src/check/check.ts';
import { parameterValues } from '../../src/model/parameter.ts';
import outbox from '../../models/outbox.ts';

const CALM = { crashes: 0, losses: 0, refusals: 0 };

function checked(set: Readonly<Record<string, string | number>>) {
  const texts = Object.entries(set).map(([name, value]) => [name, String(value)]);
  return check(outbox.build(parameterValues(outbox.parameters, Object.fromEntries(texts))));
}

describe('a writer, its outbox and the relay', () => {
  /**
   * In closed form: the writer has made a of 2n steps, the relay r of 4n, and it cannot have begun
   * with what is not committed: r ≤ 4⌊a / 2⌋. The sum of 4⌊a / 2⌋ + 1 over a counts the states.
   */
  it.each([1, 2, 3])('%i changes without faults: states, steps and depth', (changes) => {
    const { result, stats } = checked({ ...CALM, writers: 1, changes });
    expect(result).toBe('holds');
    expect(stats.states).toBe(4 * changes ** 2 + 2 * changes + 1);
    expect(stats.transitions).toBe(8 * changes ** 2 - 2 * changes);
    expect(stats.depth).toBe(6 * changes + 1);
  });
});

describe('what each broken variant needs to do harm', () => {
  it.each<[string, Record<string, string | number>, Record<string, string | number>]>([
    ['database first: a crash', { ...CALM, write: 'database-first' }, { crashes: 1 }],
    ['broker first: a refusal', { ...CALM, write: 'broker-first', writers: 1 }, { refusals: 1 }],
    ['two transactions: a crash', { ...CALM, bug: 'two-transactions' }, { crashes: 1 }],
    ['settled first: a crash', { ...CALM, bug: 'settle-first' }, { crashes: 1 }],
    ['skip: a late request', { ...CALM, bug: 'skip' }, { losses: 1 }],
    ['skip: a second change', { ...CALM, bug: 'skip', losses: 1, changes: 1 }, { changes: 2 }],
    ['no ids: a crash', { ...CALM, bug: 'no-ids' }, { crashes: 1 }],
    ['cursor: a second writer', { ...CALM, bug: 'cursor', writers: 1 }, { writers: 2 }],
  ])('%s', (name, without, needed) => {
    const { properties } = checked(without);
    // What is told of before it is committed is wrong at once; but nothing is lost or stays wrong.
    const wrong = properties.filter(({ result }) => result !== 'holds').map((one) => one.name);
    expect(wrong).toEqual(name.startsWith('broker first') ? ['nothing made up'] : []);
    const harmed = checked({ ...without, ...needed }).properties;
    expect(harmed.filter(({ result }) => result !== 'holds').length).toBeGreaterThan(wrong.length);
  });
});
