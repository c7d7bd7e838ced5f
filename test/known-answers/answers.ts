import { describe, expect, it } from 'vitest';

/** What is known of a problem: what it is called here, the value, and where it comes from. */
export interface Answer {
  readonly name: string;
  readonly value: unknown;
  /** Why the value cannot be found with a model, where it cannot. */
  readonly beyond?: string;
}

/**
 * One test for every known answer of a problem. `found` works out each by name; what it says of an
 * answer that is beyond models, or leaves out of the others, is a mistake in the test.
 */
export function answered(
  problem: string,
  answers: readonly Answer[],
  found: Readonly<Record<string, () => unknown>>,
): void {
  describe(problem, () => {
    it('every answer is worked out, or said to be beyond models', () => {
      const expected = answers.filter(({ beyond }) => beyond === undefined);
      expect(Object.keys(found).toSorted()).toEqual(expected.map(({ name }) => name).toSorted());
    });
    for (const { name, value, beyond } of answers) {
      if (beyond === undefined) it(name, () => expect(found[name]?.()).toEqual(value));
    }
  });
}
