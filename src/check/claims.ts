/** The actor and, if any, the event that a fairness claim names. */
export function partsOf(claim: string): readonly [part: string, type: string | null] {
  const dot = claim.indexOf('.');
  return dot === -1 ? [claim, null] : [claim.slice(0, dot), claim.slice(dot + 1)];
}
