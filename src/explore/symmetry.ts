import type { Closure } from './closure.ts';
import type { PredicateTree } from './predicate-tree.ts';
import type { Product } from './product.ts';
import type { StepTable } from './step-table.ts';

/** Digits that may change places: what holds of a state holds of it with them permuted. */
export type Orbit = readonly number[];

/** What is asked for cannot be read off one state of each orbit. */
export class NeedsAllStates extends Error {}

/**
 * Numbers the values of replicas alike: equal texts get equal numbers. Returns the groups that took
 * the same values, in sets.
 */
export function aligned(closure: Closure): readonly (readonly number[])[] {
  const { system } = closure.questions;
  const found: (readonly number[])[] = [];
  for (const replicas of system.replicas ?? []) {
    const groups = replicas.map((component) => closure.home(component).group);
    const texts = groups.map((group) => textsOf(closure, group));
    const [first] = texts;
    if (groups.length < 2 || first === undefined || texts.includes(null)) continue;
    const sorted = first === null ? '' : first.toSorted().join('\n');
    if (!texts.every((own) => own?.toSorted().join('\n') === sorted)) continue;
    for (const [i, group] of groups.entries()) {
      const own = texts[i] as readonly string[];
      const order = own.toSorted();
      const place = new Map(order.map((text, at) => [text, at]));
      closure.renumber(
        group,
        own.map((text) => place.get(text) as number),
      );
    }
    found.push(groups);
  }
  return found;
}

/** The texts of a group's values; null where it is more than one replica's local state. */
function textsOf(closure: Closure, group: number): readonly string[] | null {
  const { system } = closure.questions;
  const members = closure.groups[group];
  const [component, ...others] = members?.components ?? [];
  if (members === undefined || component === undefined || others.length > 0) return null;
  if (system.text === undefined) return null;
  const texts: string[] = [];
  for (let tuple = 0; tuple < members.count; tuple += 1) {
    texts.push(system.text(component, members.value(tuple, 0)));
  }
  return new Set(texts).size === texts.length ? texts : null;
}

const same = (a: ArrayLike<number>, b: ArrayLike<number>): boolean => {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return false;
  return true;
};

/** Whether two tables over one digit each do the same to it. */
function isTwin(product: Product, one: StepTable, other: StepTable): boolean {
  const [a, b] = [product.digit(one.digits[0]!), product.digit(other.digits[0]!)];
  const scaled = (table: StepTable, stride: number) => table.delta.map((d) => d / stride);
  const label = (action: number): string => {
    const { event, label: kind, fault } = product.closure.questions.system.action(action);
    return JSON.stringify([event, kind, fault?.name]);
  };
  const names = (table: StepTable): string => Array.from(table.action, label).join();
  return (
    same(one.begin, other.begin) &&
    same(one.progress, other.progress) &&
    same(one.moves, other.moves) &&
    same(one.degree, other.degree) &&
    same(scaled(one, a.stride), scaled(other, b.stride)) &&
    same(
      one.claim.map((claim) => Math.min(claim, 0)),
      other.claim.map((claim) => Math.min(claim, 0)),
    ) &&
    names(one) === names(other)
  );
}

/** Whether all steps stay the same when these digits change places: read off the tables. */
export function isOrbit(product: Product, digits: Orbit): boolean {
  const touches = (some: readonly number[]): boolean =>
    some.some((digit) => digits.includes(digit));
  if (
    product.trees.some(({ rules }) =>
      rules.some(({ who, termDigit }) => touches([...who, ...termDigit])),
    )
  )
    return false;
  const own = digits.map((digit) => product.tables.filter((t) => t.digits.includes(digit)));
  const [first] = own;
  if (own.some((tables) => tables.length !== first!.length)) return false;
  for (const tables of own) {
    if (tables.some((table) => table.digits.length > 1)) return false;
    if (!tables.every((table, k) => isTwin(product, first![k]!, table))) return false;
  }
  return product.joints.every((joint) => {
    if (!touches(joint.digits)) return true;
    const at = digits.map((digit) => joint.digits.indexOf(digit));
    if (at.includes(-1)) return false;
    const moved = (i: number): Float64Array => {
      const { stride } = product.digit(joint.digits[i]!);
      return joint.delta[i]!.map((delta) => delta / stride);
    };
    return at.every(
      (i) => same(joint.able[i]!, joint.able[at[0]!]!) && same(moved(i), moved(at[0]!)),
    );
  });
}

/**
 * Whether a predicate says the same when these digits change places: it asks each of them once, one
 * behind the other, in the same way, and one answer of one decides.
 */
export function isBlind(product: Product, tree: PredicateTree, digits: Orbit): boolean {
  if (tree.constant !== null) return true;
  const asked: number[] = [];
  const patterns: (readonly string[])[] = [];
  const places: number[] = [];
  let place = 0;
  for (let node = tree.root; node >= 0; place += 1) {
    const digit = tree.who[node]!;
    const start = tree.base[node]!;
    const answers = [...tree.next.subarray(start, start + product.digit(digit).radix)];
    const inner = [...new Set(answers.filter((answer) => answer >= 0))];
    if (inner.length > 1) return false;
    if (digits.includes(digit)) {
      asked.push(digit);
      places.push(place);
      if (inner.length === 0 && !isLastAlike(patterns[0], answers)) return false;
      if (inner.length > 0) patterns.push(answers.map((a) => (a < 0 ? String(a) : 'on')));
    }
    node = inner[0] ?? -1;
  }
  if (asked.length === 0) return true;
  const isEachOnce = asked.length === digits.length && new Set(asked).size === digits.length;
  const [from = 0, to = 0] = [places[0], places.at(-1)];
  const isTogether = to - from === digits.length - 1;
  const oneAnswer = new Set(patterns.flat()).size <= 2;
  const isAlike = new Set(patterns.map((pattern) => pattern.join())).size <= 1;
  return isEachOnce && isTogether && oneAnswer && isAlike;
}

/** Whether the last one asked decides as those before: where they decided, it says the same. */
function isLastAlike(pattern: readonly string[] | undefined, answers: readonly number[]): boolean {
  if (pattern === undefined) return false;
  const exit = pattern.find((one) => one !== 'on');
  return answers.every((answer, value) => (String(answer) === exit) === (pattern[value] !== 'on'));
}

/** Code that puts `t` into the order of its orbits: the largest digit first. */
export function canonicalCode(product: Product, orbits: readonly Orbit[]): string {
  const isSmall = product.domain <= 2 ** 31;
  const lines: string[] = [];
  for (const [k, orbit] of orbits.entries()) {
    const name = (i: number): string => `y${k}_${i}`;
    for (const [i, digit] of orbit.entries()) {
      const { stride, radix } = product.digit(digit);
      const quotient = isSmall ? `((t / ${stride}) | 0)` : `Math.floor(t / ${stride})`;
      lines.push(`let ${name(i)} = ${quotient} % ${radix}; t -= ${name(i)} * ${stride};`);
    }
    for (let end = orbit.length - 1; end > 0; end -= 1) {
      for (let i = 0; i < end; i += 1) {
        const [a, b] = [name(i), name(i + 1)];
        lines.push(`if (${a} < ${b}) { const y = ${a}; ${a} = ${b}; ${b} = y; }`);
      }
    }
    for (const [i, digit] of orbit.entries()) {
      lines.push(`t += ${name(i)} * ${product.digit(digit).stride};`);
    }
  }
  return lines.join('\n');
}

/** The least of a state's orbit: its digits in order, the largest first. */
export function canonical(product: Product, orbits: readonly Orbit[], state: number): number {
  const digits = product.digitsOf(state, new Int32Array(product.digits.length));
  let number = state;
  for (const orbit of orbits) {
    const shown = orbit.map((digit) => digits[digit] as number);
    const ordered = shown.toSorted((a, b) => b - a);
    for (const [i, digit] of orbit.entries()) {
      number += (ordered[i]! - shown[i]!) * product.digit(digit).stride;
    }
  }
  return number;
}
