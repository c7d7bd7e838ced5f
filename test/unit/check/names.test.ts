import { createMachine } from 'xstate';
import { expect, it } from 'vitest';
import { check } from '../../../src/check/check.ts';
import type { System } from '../../../src/model/system.ts';
import { actor, always } from 'reconverge';

const machine = createMachine({ initial: 'a', states: { a: {} } });
const system = (tolerance: System['tolerance']): System => ({
  parts: { m: actor(machine) },
  tolerance,
});
const codeOf = (given: System): unknown => {
  try {
    check(given);
    return null;
  } catch (thrown) {
    return (thrown as { code?: string }).code;
  }
};

it.each(['total', 'recovery'])('a property may not be called %s', (name) => {
  expect(codeOf(system({ properties: { [name]: always(() => true) } }))).toBe('RCV303');
  expect(codeOf(system({ properties: { [`${name} of mine`]: always(() => true) } }))).toBeNull();
});

it('a fault must fit what it strikes', () => {
  expect(codeOf(system({ faults: { m: { loseReply: 1 } } }))).toBe('RCV205');
  expect(codeOf(system({ faults: { m: { crash: 1 } } }))).toBeNull();
  const effects = { call: { to: 'm', send: () => ({ type: 'X' }) } };
  const faults = { call: { crash: 1 } };
  expect(codeOf(system({ effects, faults } as System['tolerance']))).toBe('RCV205');
});
