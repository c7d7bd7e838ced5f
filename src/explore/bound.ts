import type { Incomplete, Progress, SearchOptions } from './exploration.ts';

/** Tells how far a search is that began at `started`, and whether it is to end there. */
export function boundReached(
  { bounds, clock, residentBytes, interrupted, onProgress }: SearchOptions,
  started: number,
  found: Omit<Progress, 'elapsedMs'>,
): Incomplete {
  const elapsedMs = clock() - started;
  onProgress({ ...found, elapsedMs });
  if (found.states > bounds.statesMax) return 'states';
  if (elapsedMs > bounds.timeoutMs) return 'time';
  if (residentBytes() > bounds.memoryBytes) return 'memory';
  return interrupted() ? 'interrupted' : null;
}
