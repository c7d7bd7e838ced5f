/** What a suite is to cover. */
export const COVERAGES = [
  'states',
  'transitions',
  'transition-pairs',
  'faults',
  'recovery',
  'frontier',
] as const;

/** What a suite is to cover: one of these. */
export type Coverage = (typeof COVERAGES)[number];
