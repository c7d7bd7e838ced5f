import { describe, expect, it } from 'vitest';
import { check } from '../../src/check/check.ts';
import { parameterValues } from '../../src/model/parameter.ts';
import failureClasses from '../../models/failure-classes.ts';

/** What is violated with these parameters; none: it holds. */
function violated(set: Readonly<Record<string, string | number>>): readonly string[] {
  const texts = Object.entries(set).map(([name, value]) => [name, String(value)]);
  const values = parameterValues(failureClasses.parameters, Object.fromEntries(texts));
  const { properties } = check(failureClasses.build(values));
  return properties.filter(({ result }) => result === 'violated').map(({ name }) => name);
}

const SILENT = ['omission', 'cut', 'early', 'late', 'halting'];
const WRONG = ['value', 'state', 'arbitrary', 'amnesia'];

describe('a group of servers', () => {
  it.each(SILENT)('%s: k + 1 servers and one vote mask k failures, k do not', (failure) => {
    for (const failing of [1, 2, 3]) {
      const group = { failure, failing, votes: 1, requests: 1 };
      expect(violated({ ...group, servers: failing + 1 })).toEqual([]);
      expect(violated({ ...group, servers: failing })).toContain('answers every request');
    }
  });

  it.each(WRONG)('%s: 2k + 1 servers and k + 1 votes mask k failures, 2k do not', (failure) => {
    // What is arbitrary may be so in many ways.
    for (const failing of failure === 'arbitrary' ? [1] : [1, 2]) {
      const group = { failure, failing, votes: failing + 1, requests: 1 };
      expect(violated({ ...group, servers: 2 * failing + 1 })).toEqual([]);
      expect(violated({ ...group, servers: 2 * failing })).toContain('answers every request');
    }
  });

  it.each(WRONG)('%s: with k votes k servers can be wrong together', (failure) => {
    for (const failing of failure === 'arbitrary' ? [1] : [1, 2]) {
      const group = { failure, failing, votes: failing, requests: 1 };
      expect(violated({ ...group, servers: 2 * failing + 1 })).toContain('answers rightly');
    }
  });
});

describe('one server', () => {
  const alone = { servers: 1, votes: 1, failing: 2 };

  it.each(['pause', 'partial-amnesia'])('%s: is masked by waiting', (failure) => {
    expect(violated({ ...alone, failure })).toEqual([]);
  });

  it.each(['omission', 'early', 'late'])('%s: is masked by asking again', (failure) => {
    expect(violated({ ...alone, failure })).toContain('answers every request');
    expect(violated({ ...alone, failure, retry: 'on' })).toEqual([]);
  });

  it.each(['cut', 'halting'])('%s: is not masked by asking again', (failure) => {
    expect(violated({ ...alone, failure, retry: 'on' })).toContain('answers every request');
  });

  it.each(['early', 'late'])(
    '%s: looks like a wrong value where requests have no numbers',
    (failure) => {
      const unnumbered = { ...alone, failure, retry: 'on', bug: 'unnumbered' };
      expect(violated(unnumbered)).toContain('answers rightly');
    },
  );
});
