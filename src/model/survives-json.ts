import { ReconvergeError } from './error.ts';

function unsurvivable(value: unknown): string | null {
  if (value === undefined) return 'undefined';
  if (typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0)))
    return Object.is(value, -0) ? '-0' : String(value);
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
