import { ReconvergeError } from '../model/error.ts';

function refuse(what: string, path: string, at: string): never {
  throw new ReconvergeError('RCV220', `${path} holds ${what}, which is not plain data`, {
    at,
    hint: 'keep to strings, numbers, booleans, null, arrays and plain objects: JSON and checkpoints lose the rest',
  });
}

function describe(value: object): string {
  const name = (Object.getPrototypeOf(value) as { constructor?: { name?: string } } | null)
    ?.constructor?.name;
  return `a ${name ?? 'strange object'}`;
}

function number(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  return Object.is(value, -0) ? '-0' : String(value);
}

/** The texts of data that can not change any more. */
const texts = new WeakMap<object, string>();
/** Set when a text was made of something that may change. */
let isLoose = false;

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

/** Short strings come again and again. */
const quoted = new Map<string, string>();
const QUOTED_LENGTH = 32;
const QUOTED_MAX = 10_000;

function string(value: string): string {
  if (value.length > QUOTED_LENGTH) return JSON.stringify(value);
  const known = quoted.get(value);
  if (known !== undefined) return known;
  const text = JSON.stringify(value);
  if (quoted.size < QUOTED_MAX) quoted.set(value, text);
  return text;
}

function list(items: readonly unknown[]): string | null {
  let text = '[';
  for (let at = 0; at < items.length; at += 1) {
    const item = at in items ? textOf(items[at]) : 'hole';
    if (item === null) return null;
    text += at === 0 ? item : `,${item}`;
  }
  return `${text}]`;
}

function record(value: object): string | null {
  if (!isPlain(value)) return null;
  const keys = Object.keys(value);
  for (let at = 1; at < keys.length; at += 1) {
    if ((keys[at - 1] as string) < (keys[at] as string)) continue;
    keys.sort();
    break;
  }
  let text = '{';
  for (let at = 0; at < keys.length; at += 1) {
    const key = keys[at] as string;
    const item = textOf((value as Record<string, unknown>)[key]);
    if (item === null) return null;
    text += `${at === 0 ? '' : ','}${string(key)}:${item}`;
  }
  return `${text}}`;
}

function object(value: object): string | null {
  const isFrozen = Object.isFrozen(value);
  const known = isFrozen ? texts.get(value) : undefined;
  if (known !== undefined) return known;
  const wasLoose = isLoose;
  isLoose = !isFrozen;
  const text = Array.isArray(value) ? list(value) : record(value);
  if (!isLoose && text !== null) texts.set(value, text);
  else isLoose = true;
  isLoose ||= wasLoose;
  return text;
}

/** Null for what holds something that is not plain data. */
function textOf(value: unknown): string | null {
  switch (typeof value) {
    case 'string':
      return string(value);
    case 'number':
      return number(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'undefined':
      return 'undefined';
    case 'object':
      return value === null ? 'null' : object(value);
    case 'function':
    case 'symbol':
    case 'bigint':
      return null;
  }
}

/** Refuses the first thing that is not plain data. */
function find(value: unknown, path: string, at: string): void {
  if (['function', 'symbol', 'bigint'].includes(typeof value)) {
    refuse(`a ${typeof value}`, path, at);
  }
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value) && !isPlain(value)) refuse(describe(value), path, at);
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) find(item, `${path}[${index}]`, at);
    return;
  }
  for (const [key, item] of Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    find(item, `${path}.${key}`, at);
  }
}

/**
 * A text that two values share iff they are the same: keys sorted; NaN, -0, infinities and
 * undefined kept apart. Equal to JSON for values that survive JSON.
 * @throws ReconvergeError RCV220 for functions, symbols, bigints and class instances (Date, Map,
 * Error …)
 */
export function canonical(value: unknown, path: string, at: string): string {
  const text = textOf(value);
  if (text !== null) return text;
  find(value, path, at);
  throw new Error(`internal: ${path} has no text`);
}

/** The items in canonical order, and the text of them all. */
export function sortedTexts<T>(items: readonly T[], at: string): [string, T[]] {
  const pairs = items.map((item) => [canonical(item, 'item', at), item] as const);
  const sorted = pairs.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return [`[${sorted.map(([text]) => text).join(',')}]`, sorted.map(([, item]) => item)];
}
