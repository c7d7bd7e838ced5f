import { describe, expect, test } from 'vitest';
import {
  differences,
  isSameCount,
  readOurs,
  readPairs,
  readRumur,
  readSpin,
  readTlc,
} from './found.ts';

const SPIN = `
State-vector 36 byte, depth reached 58, errors: 0
 28468215 states, stored
  9.67e+07 states, matched
1.2521336e+08 transitions (= stored+matched)
        0 atomic steps
pan: elapsed time 45.5 seconds
`;

const SPIN_LIVENESS = `
State-vector 52 byte, depth reached 117, errors: 0
  3571127 states, stored (7.14225e+06 visited)
 33708378 transitions (= visited+matched)
`;

describe('what the tools print', () => {
  test('Spin', () => {
    const found = { result: 'holds', states: '28468215', transitions: '1.2521336e+08' };
    expect(readSpin(SPIN)).toMatchObject(found);
    expect(readSpin(SPIN_LIVENESS)).toMatchObject({ states: '3571127', transitions: '33708378' });
    expect(readSpin(SPIN.replace('errors: 0', 'errors: 1')).result).toBe('violated');
  });

  test('Spin, cut short: no verdict, and it says so', () => {
    const cut = readSpin(`error: max search depth too small\n${SPIN}`);
    expect(cut.result).toBe('unknown');
    expect(cut.note).toContain('cut short');
    expect(readSpin('').result).toBe('unknown');
  });

  test('Rumur', () => {
    const counted = '\n\t146940 states, 622925 rules fired in 1s.\n';
    const found = { result: 'holds', states: '146940', transitions: '622925' };
    expect(readRumur(`\tNo error found.\n${counted}`)).toMatchObject(found);
    expect(readRumur(`\t1 error(s) found.\n${counted}`).result).toBe('violated');
    expect(readRumur('Segmentation fault').result).toBe('unknown');
  });

  test('TLC: the last count, not one of its progress', () => {
    const text = [
      'Progress(9): 900 states generated, 200 distinct states found, 30 states left on queue.',
      'Model checking completed. No error has been found.',
      '2744706 states generated, 296448 distinct states found, 0 states left on queue.',
    ].join('\n');
    const found = { result: 'holds', states: '296448', transitions: '2744706' };
    expect(readTlc(text)).toMatchObject(found);
    expect(readTlc('Error: Invariant Atomic is violated.').result).toBe('violated');
  });

  test('programs with pairs', () => {
    const found = { result: 'holds', states: '12', transitions: '20' };
    expect(readPairs('unique=12 generated=20 depth=5 sec=0.001 violation=0')).toMatchObject(found);
    expect(readPairs('unique=12 violation=1').result).toBe('violated');
    expect(readPairs('panicked').result).toBe('unknown');
  });

  test('ours: verdict, counts, trace, bound, refusal', () => {
    const holds = { result: 'holds', bounds: {}, stats: { states: 12, transitions: 19 } };
    const found = { result: 'holds', states: '12', transitions: '19', steps: null, note: null };
    expect(readOurs(JSON.stringify({ ...holds, error: null }))).toEqual(found);
    const trace = { steps: [{}, {}] };
    expect(readOurs(JSON.stringify({ ...holds, properties: [{ trace }] })).steps).toBe(2);
    const bounded = { ...holds, result: 'unknown', bounds: { memoryBytes: 1 } };
    expect(readOurs(JSON.stringify(bounded)).note).toBe('stopped at a bound: memoryBytes');
    const error = { code: 'RCV505', message: 'not available' };
    expect(readOurs(JSON.stringify({ error }))).toMatchObject({
      result: 'refused',
      note: 'RCV505: not available',
    });
    expect(readOurs('').result).toBe('unknown');
    expect(readOurs('Killed').result).toBe('unknown');
  });
});

describe('a run is compared with what is known', () => {
  test('exactly, but where a tool rounds', () => {
    expect(isSameCount('3571127', 3_571_127)).toBe(true);
    expect(isSameCount('3571127', 3_571_128)).toBe(false);
    expect(isSameCount('1.2521336e+08', 125_213_357)).toBe(true);
    expect(isSameCount('1.2521336e+08', 125_213_457)).toBe(false);
  });

  test('and told in what it differs', () => {
    const found = readSpin(SPIN);
    const expected = { result: 'holds', states: 28_468_215, transitions: null } as const;
    expect(differences(found, expected)).toEqual([]);
    expect(differences(found, { ...expected, result: 'violated', states: 7, steps: 3 })).toEqual([
      'holds, not violated',
      '28468215 states, not 7',
      'null steps, not 3',
    ]);
    expect(differences(readSpin(''), expected)).toContain('no states, not 28468215');
  });
});
