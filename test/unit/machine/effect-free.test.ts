import { describe, expect, it } from 'vitest';
import { effectFree } from '../../../src/machine/effect-free.ts';

/** A function as written; what is around it does not matter. */
function written(text: string): unknown {
  // oxlint-disable-next-line no-implied-eval
  return new Function(`return (${text});`)();
}

const CLOSED = [
  "(w) => w.status === 'done'",
  'w => !w.context.half',
  "({ status }) => status !== 'down'",
  '({ context: { list, n: count = 1 } }) => list.length > count'.replace(' = 1', ''),
  '({ context: { list: [first, , ...rest] } }) => rest.includes(first)',
  '(w, i) => w.context.id === i',
  '(w) => w.context.effects.every((n, at) => n > at)',
  '(w) => w.context.list.filter(({ x }) => x).map(({ x }) => x).includes(2)',
  "(w) => w.saved?.matches('idle') ?? w.saved?.context.list?.[0] !== undefined",
  '(w) => new Set(w.context.log).size === w.context.log.length',
  "(w) => Object.values(w.context.rows).every((row) => row === 'void')",
  '(w) => Math.max(0, ...w.context.list) > 2 && Number.isInteger(w.context.n)',
  "(w) => ['a', 'b'].includes(w.value) || !(w.context.n % 2) || w.context.n / 2 > -1",
  '(w) => (w.context.n > 1 ? w.hasTag("x") : void 0)',
  "(w) => 'note' in w.context && typeof w.context.note === `string`",
  '(w) => { const { n } = w.context; if (n > 1) return false; else return n === 0; }',
  '(w) => { for (const x of w.context.list) { if (x > 2) return x; } return null }',
  'function (w) { return w.context.n > 1 }',
  'function named(w) { /* if (x = 1) */ return w.context.n; // a++ \n }',
  '() => true',
];

const OPEN = [
  '(w) => w.context.n < limit',
  '(w) => w.context.n < limits.low && limits.low !== w.context["m"]',
  '(w) => w.context.list.includes(wanted)',
  '(w) => w.context.list.some((x) => x === wanted)',
  '(w) => w.matches(state)',
  '(w) => s.rm[0].context.n <= w.context.n',
  '(w) => { const { low } = limits; return w.context.n > low; }',
  '(w) => Math.max(w.context.n, limit) > 2',
  '(w) => (w.context.n > limit ? w : other)',
];

/** Anything that changes something, or might, or is not understood. */
const REFUSED = [
  '(w) => (last = w)',
  '(w) => { last = w; return true; }',
  '(w) => count++ < 2',
  '(w) => --count > 0',
  '(w) => w.context.n + count++ > 1',
  '(w) => (count += w.context.n) > 1',
  '(w) => (found ??= w) === w',
  '(w) => (found ||= w) === w',
  '(w) => (bits >>>= 1) > w.context.n',
  '(w) => ([last] = [w])',
  '(w) => ({ last } = w)',
  '(w) => delete seen[w.context.n]',
  '(w) => seen.has(w.context.n)',
  '(w) => seen.add(w.context.n)',
  '(w) => w.context.list.push(1)',
  '(w) => limits.list.includes(w.context.n)',
  '(w) => [seen].at(0).has(w.context.n)',
  '(w) => [seen].every((one) => one.has(w.context.n))',
  '(w) => w.context.list.map(() => seen).every((one) => one.has(1))',
  '(w) => w.context.list.concat(lists).every((one) => one.has(1))',
  '(w) => { const one = seen; return one.has(w.context.n); }',
  '(w) => { const { one } = all; return one.has(w.context.n); }',
  '(w) => (w.context.n > 1 ? seen : w).has(1)',
  '(w) => (w.context.n > 1 && seen || w.a === 1).has(1)',
  '(w) => { for (const one of seen) if (one) return true; return false; }',
  '(w) => { const [one] = seen; return one; }',
  '(w) => [...seen].length > w.context.n',
  '(w) => Math.max(...seen) > w.context.n',
  '(w) => w.context.list.some(isLow)',
  '(w) => { const is = isLow; return w.context.list.some(is); }',
  '(w) => isLow(w)',
  '(w) => lib.isLow(w)',
  '(w) => (0, lib.isLow)(w)',
  '(w) => isLow?.(w)',
  '(w) => w.matches?.("x")',
  '(w) => (() => 1)()',
  '(w) => isLow`${w}`',
  '(w) => `${w.value}` === "x"',
  '(w) => /x/.test(w.value)',
  '(w) => new Seen(w)',
  '(w) => new Set(seen).size > w.context.n',
  '(w, Set) => new Set(w.context.list).size > 1',
  '(w) => Date.now() > w.context.n',
  '(w) => Math.random() > w.context.n',
  '(w) => Object.assign(seen, w)',
  '(w) => Object.keys(seen).length > w.context.n',
  '(w) => globalThis.x > w.context.n && w.context.list.forEach((x) => x)',
  '(w) => this.x > w.context.n',
  '(w) => eval("x")',
  'function (w) { return arguments[2].length > 1; }',
  '(...all) => all.length > 1',
  '(w, i = count++) => i > 1',
  '({ context: { n = count++ } }) => n > 1',
  '({ [key]: value }) => value',
  '(w) => w.constructor.name',
  "(w) => ['x'].map(w.matches['constructor']).some(w.matches)",
  '({ constructor: it }) => it.keys(1)',
  '(w) => ({ __proto__: seen }).has(1)',
  '(w) => { try { return w.context.n; } catch { return 0; } }',
  '(w) => { throw w; }',
  '(w) => { let n = 1; return n; }',
  '(w) => { var n = 1; return n; }',
  '(w) => { while (w.context.n) return 1; }',
  '(w) => { for (let i = 0; i < 2; i++) if (w) return 1; }',
  '(w) => { for (const k in w) return k; }',
  '(w) => { w.context.n; return 1; }',
  '(w) => { function f() {} return 1; }',
  '(w) => w instanceof Seen',
  '(w) => w.context.naïve > 1',
  '(w) => w.context.n > 0x1f',
  'async (w) => w.context.n',
  'async w => w.context.n',
  'function* (w) { yield w; }',
  'class { constructor(w) {} }',
  '{ method(w) { return w; } }.method'.replace('{', '({').replace('}.', '}).'),
  '((w) => w.context.n).bind(null)',
  'new Proxy((w) => w, {})',
  'parseInt',
];

describe('that a function changes nothing', () => {
  it.each(CLOSED)('is seen of %s', (text) => {
    expect(effectFree(written(text))).toMatchObject({ isClosed: true });
  });

  it.each(OPEN)('is seen of %s, which depends on what is around it', (text) => {
    expect(effectFree(written(text))).toMatchObject({ isClosed: false });
  });

  it.each(REFUSED)('is not seen of %s', (text) => {
    expect(effectFree(written(text))).toBeNull();
  });

  it('is not asked of what is no function', () => {
    expect([effectFree(undefined), effectFree('(w) => w'), effectFree({})]).toEqual([
      null,
      null,
      null,
    ]);
  });
});

it('parameters are counted', () => {
  const counts = ['() => 1', 'w => w', '({ a, b }) => a', '(w, i) => i', '(a, b, c) => c'];
  const found = counts.map((text) => effectFree(written(text))?.parameters);
  expect(found).toEqual([0, 1, 1, 2, 3]);
});

it('functions of one text are one, and a text that they claim does not matter', () => {
  const [one, other] = ['(w) => w.a', '(w) => w.a'].map((text) => effectFree(written(text)));
  expect(one).not.toBeNull();
  expect(other).toBe(one);
  const lying = Object.assign(() => seen.push(1), { toString: () => '() => true' });
  const seen: number[] = [];
  expect(effectFree(lying)).toBeNull();
});
