import { describe, expect, it } from 'vitest';
import { canonical } from '../../../src/machine/canonical.ts';
import { checkSurvivesJson } from '../../../src/model/survives-json.ts';
import { expectRefused, refusal } from './expect-code.ts';

const text = (value: unknown): string => canonical(value, 'value', 'here');

describe('the canonical text', () => {
  it('sorts keys at every depth, and no list', () => {
    const left = { b: [{ y: 1, x: 2 }], a: null };
    const right = { a: null, b: [{ x: 2, y: 1 }] };
    expect(text(left)).toBe('{"a":null,"b":[{"x":2,"y":1}]}');
    expect(text(right)).toBe(text(left));
    expect(text([2, 1])).not.toBe(text([1, 2]));
  });

  it('keeps apart what is not the same', () => {
    const values = [
      NaN,
      0,
      -0,
      1,
      Infinity,
      -Infinity,
      undefined,
      null,
      '',
      'NaN',
      'undefined',
      '0',
      true,
      false,
      'true',
      [],
      {},
      [undefined],
      [null],
      { a: undefined },
      { a: null },
      [[]],
      [{}],
      ['a,b'],
      ['a', 'b'],
      { 'a":1,"b': 2 },
      { a: 1, b: 2 },
      { 'a.b': 1 },
      { a: { b: 1 } },
    ];
    const texts = values.map(text);
    expect(new Set(texts).size).toBe(values.length);
    expect(text(NaN)).toBe(text(Number('x')));
  });

  it('is JSON where JSON loses nothing', () => {
    const value = { list: [1, 2.5, -3, 'ü "quoted" \u2028', null, true], empty: {} };
    expect(JSON.parse(text(value))).toEqual(value);
  });

  it('takes objects without a prototype for plain ones', () => {
    const bare = Object.assign(Object.create(null) as object, { a: 1 });
    expect(text(bare)).toBe('{"a":1}');
  });

  class Money {
    readonly cents = 1;
  }
  it.each([
    [() => 1, 'a function'],
    [Symbol('s'), 'a symbol'],
    [10n, 'a bigint'],
    [new Date(0), 'a Date'],
    [new Map(), 'a Map'],
    [new Set(), 'a Set'],
    [new Error('x'), 'a Error'],
    [/x/, 'a RegExp'],
    [new Uint8Array(1), 'a Uint8Array'],
    [Promise.resolve(), 'a Promise'],
    [new Money(), 'a Money'],
  ])('refuses %s', (value, named) => {
    expectRefused('RCV220', () => text({ list: [0, { deep: value }] }), named);
    expect(refusal(() => text({ list: [0, { deep: value }] })).message).toContain(
      'value.list[1].deep',
    );
  });
});

describe('a checkpoint', () => {
  const check = (value: unknown) => () => checkSurvivesJson(value, 'snapshot', 'here');

  it.each([
    [undefined, 'undefined'],
    [NaN, 'NaN'],
    [Infinity, 'Infinity'],
    [-Infinity, '-Infinity'],
    [-0, '-0'],
    ['a\u0000b', 'a NUL character'],
    ['\ud83d', 'half a surrogate pair'],
    ['\udc00x', 'half a surrogate pair'],
  ])('refuses %s wherever it is', (value, named) => {
    expectRefused('RCV221', check(value), `snapshot is ${named}`);
    expectRefused('RCV221', check({ a: { b: value } }), `snapshot.a.b is ${named}`);
    expectRefused('RCV221', check({ a: [1, [value]] }), `snapshot.a[1][0] is ${named}`);
    expect(refusal(check([value])).at).toBe('here');
  });

  it('refuses a NUL character in a key', () => {
    expectRefused('RCV221', check({ 'a\u0000': 1 }), 'a NUL character');
  });

  it('refuses half a surrogate pair in a key', () => {
    expectRefused('RCV221', check({ '\ud83d': 1 }), 'half a surrogate pair');
  });

  it.each([[null], [0], [''], ['ü€😀\u2028'], [[]], [{}], [{ a: [1.5, -2, true, { b: null }] }]])(
    'stores %j',
    (value) => {
      expect(check(value)).not.toThrow();
      expect(JSON.parse(JSON.stringify(value))).toEqual(value);
    },
  );
});

describe('texts of what is frozen are kept', () => {
  it('but only where nothing in it can change', () => {
    const inner = [1];
    const half = Object.freeze({ inner, other: Object.freeze({ x: 1 }) });
    expect(text(half)).toBe('{"inner":[1],"other":{"x":1}}');
    inner.push(2);
    expect(text(half)).toBe('{"inner":[1,2],"other":{"x":1}}');
    const around = Object.freeze([half.other, half]);
    expect(text(around)).toBe('[{"x":1},{"inner":[1,2],"other":{"x":1}}]');
    inner.pop();
    expect(text([around, half.other])).toBe('[[{"x":1},{"inner":[1],"other":{"x":1}}],{"x":1}]');
  });

  it('and a hole is no value', () => {
    const [none, holes] = [[undefined], new Array<undefined>(1)];
    expect(new Set([text(none), text(holes), text([]), text([null])]).size).toBe(4);
  });
});
