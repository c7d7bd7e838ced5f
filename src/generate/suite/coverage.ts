/** What a suite is to cover. */
export const COVERAGES = [
  'states',
  'transitions',
  'transition-pairs',
  'faults',
  'recovery',
  'frontier',
] as const;
export type Coverage = (typeof COVERAGES)[number];
