import type { Route } from './wire.ts';

/** Bytes of a question, at most: paths of a hundred thousand steps. */
const BYTES_MAX = 2 ** 20;

/** What was posted; null if it is too much. */
export async function readText(body: AsyncIterable<Uint8Array>): Promise<string | null> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of body) {
    bytes += part.length;
    if (bytes > BYTES_MAX) return null;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

const isPlace = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

/** `{ start, path, at }` as it was posted; null for anything else. */
export function readRoute(given: unknown): { readonly route: Route; readonly at: number } | null {
  if (typeof given !== 'object' || given === null) return null;
  const { start, path, at } = given as Readonly<Record<string, unknown>>;
  if (!isPlace(start) || !isPlace(at) || !Array.isArray(path)) return null;
  return path.every(isPlace) ? { route: { start, path: path as readonly number[] }, at } : null;
}
