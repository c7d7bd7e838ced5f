import type { IntegerSystem } from '../model/integer-system.ts';
import { Questions } from './questions.ts';
import { Search } from './search.ts';

/** Where to stop exploring; what is left out is without bound. */
export interface SpanBounds {
  readonly statesMax?: number;
  readonly timeoutMs?: number;
  /** Of the resident process. */
  readonly memoryBytes?: number;
  readonly interrupted?: () => boolean;
}

const UNBOUNDED = Number.MAX_SAFE_INTEGER;

/** A search of the whole span with its edges, whatever is asked of it: to be run. */
export function spanSearch(system: IntegerSystem, bounds: SpanBounds = {}): Search {
  const { statesMax = UNBOUNDED, timeoutMs = UNBOUNDED, memoryBytes = UNBOUNDED } = bounds;
  return new Search(new Questions(system), {
    bounds: { statesMax, timeoutMs, memoryBytes, depthMax: UNBOUNDED },
    edges: true,
    watchFalse: [],
    watchTrue: [],
    stopAt: [],
    stopAtClaim: false,
    symmetry: false,
    reduce: false,
    clock: () => performance.now(),
    residentBytes: memoryBytes === UNBOUNDED ? () => 0 : () => process.memoryUsage.rss(),
    interrupted: bounds.interrupted ?? (() => false),
    onProgress: () => {},
  });
}
