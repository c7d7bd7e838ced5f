import { describe, expect, it } from 'vitest';
import { stateKey, successor } from '../../../src/model/integer-system.ts';

describe('a successor', () => {
  const from = Int32Array.of(5, 0, 7);

  it('is the state with what was written', () => {
    expect(successor(from, [])).toEqual(from);
    expect(successor(from, [0, 1, 2, 0])).toEqual(Int32Array.of(1, 0, 0));
    expect(from).toEqual(Int32Array.of(5, 0, 7));
  });

  it('is wider where something is written that was not there, with zeros between', () => {
    expect(successor(from, [5, 1, 1, 2])).toEqual(Int32Array.of(5, 2, 7, 0, 0, 1));
    expect(successor(new Int32Array(0), [0, 3])).toEqual(Int32Array.of(3));
  });
});

describe('the key of a state', () => {
  it.each([
    [
      [1, 2],
      [1, 2, 0, 0],
    ],
    [[], [0, 0, 0]],
    [
      [0, -1],
      [0, -1, 0],
    ],
  ])('is the same for %j and %j', (one, other) => {
    expect(stateKey(Int32Array.from(one))).toBe(stateKey(Int32Array.from(other)));
  });

  it.each([
    [
      [1, 2],
      [2, 1],
    ],
    [[1, 2], [12]],
    [[0, 1], [1]],
    [[1], [1, 0, 1]],
    [[], [-1]],
  ])('differs for %j and %j', (one, other) => {
    expect(stateKey(Int32Array.from(one))).not.toBe(stateKey(Int32Array.from(other)));
  });
});
