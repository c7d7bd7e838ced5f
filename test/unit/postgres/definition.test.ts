import { describe, expect, it } from 'vitest';
import { fromPromise, setup } from 'xstate';
import { executable } from '../../../src/postgres/executor/definition.ts';

const machine = setup({
  actors: { charge: fromPromise(async () => {}), saveCheckpoint: fromPromise(async () => {}) },
}).createMachine({
  initial: 'charging',
  states: {
    charging: { invoke: { src: 'charge', onDone: 'charged' } },
    charged: { invoke: { src: 'saveCheckpoint', onDone: 'done' } },
    done: { type: 'final' },
  },
});
const charge = async () => {};

describe('what cannot be executed (RCV430)', () => {
  it.each([
    ['a source without a function', {}, "nothing executes 'charge'"],
    ['a function without a source', { charge, ship: charge }, "the machine does not invoke 'ship'"],
    [
      'a function for the checkpoint',
      { charge, saveCheckpoint: charge },
      "the machine does not invoke 'saveCheckpoint'",
    ],
  ])('%s', (_, effects, message) => {
    expect(() => executable('payment', machine, { effects })).toThrow(
      expect.objectContaining({ code: 'RCV430', message, at: 'payment' }),
    );
  });

  it('a machine that never saves', () => {
    const given = { effects: { charge }, checkpoint: 'save' };
    expect(() => executable('payment', machine, given)).toThrow(
      expect.objectContaining({
        code: 'RCV430',
        message: "the machine has no invoke source 'save'",
      }),
    );
  });

  it('and what can', () => {
    expect(executable('payment', machine, { effects: { charge } })).toMatchObject({
      name: 'payment',
      checkpoint: 'saveCheckpoint',
    });
  });
});
