import { expect, test } from 'vitest';
import { within } from '../../../src/cli/within.ts';
import { evaluate } from '../../../src/machine/purity.ts';

const forever = (): never => {
  for (;;);
};

test('gives what is computed soon, and throws what that throws', () => {
  expect(within(10_000, () => [1, 2])).toEqual([1, 2]);
  expect(() => within(10_000, () => JSON.parse('{'))).toThrow(SyntaxError);
});

test('cuts off what takes too long, whatever it does', () => {
  const caught: unknown[] = [];
  const stubborn = (): void => {
    try {
      forever();
    } catch (thrown) {
      caught.push(thrown);
    } finally {
      caught.push('finally');
    }
  };
  expect(within(20, stubborn)).toBeNull();
  expect(caught).toEqual([]);
});

test('gives clock and chance back when the model was cut off in the middle', () => {
  const original = Object.getOwnPropertyDescriptor(Math, 'random');
  expect(within(20, () => evaluate('here', forever))).toBeNull();
  expect(Object.getOwnPropertyDescriptor(Math, 'random')).toEqual(original);
  for (const read of [() => Date.now(), () => Math.random(), () => performance.now()]) {
    expect(read()).toBeTypeOf('number');
  }
  expect(new Date().getTime()).toBeGreaterThan(0);
  expect(crypto.randomUUID()).toHaveLength(36);
});
