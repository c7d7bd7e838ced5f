import type { Dice } from '../../../oracle/dice.ts';

/** What a test may be about: a number, a truth value, anything that is true or false in effect. */
const LIST_TESTS = [
  'context.list.length > 1',
  'context.list.includes(2)',
  'context.list.some((x) => x > 1)',
  'context.list.every((x, at) => x !== at)',
  'context.list.filter((x) => x > 0).length === 1',
  'context.list.at(-1) === 2',
  'new Set(context.list).size === context.list.length',
];

const OWN_TESTS = [
  'context.n > 1',
  'context.n === 0',
  "context.note !== 'b'",
  'context.maybe === null',
  ...LIST_TESTS,
];

/** Of one actor `w`; what it reads of it depends on the actor itself. */
function own(dice: Dice): string {
  const simple = [
    "w.matches('work')",
    "w.hasTag('busy')",
    "w.status === 'active'",
    "w.status !== 'down'",
    "w.value === 'idle'",
    dice.pick(OWN_TESTS).replaceAll('context', 'w.context'),
    // Not true or false, but as good as.
    'w.context.n',
    'w.context.note',
    'w.context.list.length',
    // Throws where there is nothing, or nobody.
    'w.context.maybe.deep > 1',
    'w.context.n < 2',
  ];
  const one = dice.pick(simple);
  if (dice.chance(1, 2)) return one;
  return `${one} ${dice.pick(['&&', '||'])} ${dice.pick(simple)}`;
}

/** Of an actor and what is around the test: numbers `k` and `m`, the state `s`. */
function around(dice: Dice): string {
  return dice.pick([
    'w.context.n <= k',
    'w.context.n !== m',
    'w.context.list.includes(m)',
    'k > m || w.context.n > m',
    'w.context.n < s.a.context.n',
    "w.matches('idle') || s.a.context.n > 1",
    'w === s.b[0] || w.context.n > 1',
    'w.context.n >= s.b[1].context.n',
    's.b[m % 3].context.n === w.context.n',
    'lowest[0] <= w.context.n',
    'outside.limit > w.context.n',
    's.c.every((v) => v.context.n <= w.context.n)',
    's.b.some((v) => v !== w && v.context.n === w.context.n)',
    `${own(dice)} && w.context.n <= k`,
  ]);
}

/** With something left behind, that other code sees. */
function changing(dice: Dice): string {
  return dice.pick([
    '{ m += w.context.n; return true; }',
    '(m = w.context.n) >= 0',
    '!seen.has(w.context.n) && Boolean(seen.add(w.context.n))',
    '!seen.has(w.context.n) && seen.add(w.context.n)',
    'lowest.push(w.context.n) < 4',
    'w.context.n + m++ < 4',
    'w.context.n < 2 ? --m : m',
    '{ lowest.push(w.context.n); return w.context.n < 3; }',
    '{ if (w.context.n > 1) m++; return true; }',
    'note(w.context.n)',
    '{ const { n } = w.context; if (n > k) lowest[0] = n; return n < 3; }',
    '[w.context.n].every((n) => (m += n) < 5)',
    '{ for (const n of w.context.list) m = n; return true; }',
    'Boolean((w.context.n > 1 ? seen : new Set()).add(1))',
  ]);
}

function testText(dice: Dice): string {
  const kind = dice.roll(10);
  if (kind < 4) return `(w) => ${own(dice)}`;
  if (kind < 6) return `(w) => ${around(dice)}`;
  if (kind < 8) return `(w) => ${changing(dice)}`;
  return dice.pick([
    `({ context }) => ${dice.pick(OWN_TESTS)}`,
    `({ context: { n, list } }) => list.length > n`,
    '(w, i) => w.context.n === i',
    '(w, i) => i === 1 || w.context.n <= k',
    '(w, i, all) => all[0].context.n <= w.context.n',
    '(...given) => given[0].context.n > 0',
    'function (w) { return w.context.n > this; }',
    `function (w) { if (${own(dice)}) return false; return ${own(dice)}; }`,
    `(w) => { const { list, n } = w.context; for (const x of list) if (x > n) return x; return n; }`,
    'isSmall',
    'isBelow',
    `(w) => { try { return w.context.maybe.deep > 0; } catch { return ${own(dice)}; } }`,
  ]);
}

function question(dice: Dice): string {
  const all = dice.pick(['s.b', 's.b', 's.c']);
  const test = testText(dice);
  return dice.pick([
    `${all}.every(${test})`,
    `${all}.every(${test})`,
    `${all}.some(${test})`,
    `${all}.some(${test}, m)`,
    `${all}.find(${test})?.context.n === 1`,
    `${all}.findLast(${test})?.matches('work')`,
    `${all}.findIndex(${test}) > 0`,
    `${all}.filter(${test}).length > 1`,
    `${all}.filter(${test}).every(${testText(dice)})`,
    `${all}.slice(1).some(${test})`,
    `[...${all}].reverse().every(${test})`,
    `${all}.reverse().every(${test})`,
    `${all}.map(${test}).filter(Boolean).length === 1`,
  ]);
}

function statement(dice: Dice): string {
  const asked = question(dice);
  return dice.pick([
    'k = s.a.context.n;',
    'k = s.b[1].context.n;',
    'm = s.b[0].context.list.length;',
    'm += 1;',
    'm = k;',
    'k += lowest[0];',
    `if (${asked}) return false;`,
    `if (!${asked}) return m > 1;`,
    `if (${asked}) m += 2;`,
    `k += ${asked} ? 1 : 0;`,
    `for (k = 0; k < 2; k += 1) if (${asked}) m += 1;`,
    `try { if (${asked}) m += 1; } catch { m = 0; }`,
  ]);
}

/** The text of a predicate that asks many things of actors, and goes on by the answers. */
export function predicateText(dice: Dice): string {
  const statements = Array.from({ length: 1 + dice.roll(4) }, () => statement(dice));
  const last = dice.pick([
    question(dice),
    `${question(dice)} && m < 3`,
    `m > k || ${question(dice)}`,
  ]);
  return `(s) => {
  let k = ${dice.roll(3)};
  let m = ${dice.roll(3)};
  const seen = new Set();
  const lowest = [1];
  const outside = { limit: ${dice.roll(4)} };
  const note = (n) => { m = n; return n < 2; };
  ${statements.join('\n  ')}
  return Boolean(${last});
}`;
}
