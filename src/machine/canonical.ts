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

function object(value: object, path: string, at: string): string {
  if (Array.isArray(value)) {
    const items = value.map((item, index) => canonical(item, `${path}[${index}]`, at));
    return `[${items.join(',')}]`;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) refuse(describe(value), path, at);
  const entries = Object.entries(value)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => `${JSON.stringify(key)}:${canonical(item, `${path}.${key}`, at)}`);
  return `{${entries.join(',')}}`;
}

/**
 * A text that two values share iff they are the same: keys sorted; NaN, -0, infinities and
 * undefined kept apart. Equal to JSON for values that survive JSON.
 * @throws ReconvergeError RCV220 for functions, symbols, bigints and class instances (Date, Map,
 * Error …)
 */
export function canonical(value: unknown, path: string, at: string): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'number':
      return number(value);
    case 'boolean':
      return String(value);
    case 'undefined':
      return 'undefined';
    case 'object':
      return value === null ? 'null' : object(value, path, at);
    case 'function':
    case 'symbol':
    case 'bigint':
      return refuse(`a ${typeof value}`, path, at);
  }
}

function unsurvivable(value: unknown): string | null {
  if (value === undefined) return 'undefined';
  if (typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0)))
    return number(value);
  if (typeof value === 'string' && value.includes('\u0000')) return 'a NUL character';
  if (typeof value === 'string' && /\p{Surrogate}/u.test(value)) return 'half a surrogate pair';
  return null;
}

/**
 * Checks that a value comes back from a `jsonb` column as it went in.
 * @throws ReconvergeError RCV221 naming the first path that does not survive
 */
export function checkSurvivesJson(value: unknown, path: string, at: string): void {
  const lost = unsurvivable(value);
  if (lost !== null) {
    throw new ReconvergeError('RCV221', `${path} is ${lost}, which does not survive a checkpoint`, {
      at,
      hint: 'use null for "nothing" and plain finite numbers; a checkpoint is stored as jsonb',
    });
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [key, item] of Object.entries(value)) {
    const place = Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`;
    checkSurvivesJson(key, place, at);
    checkSurvivesJson(item, place, at);
  }
}
