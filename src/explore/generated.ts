/** What generated code refers to, by name. */
export type Values = Record<string, unknown>;

/**
 * A function made from code, which sees `values` under their names. The code is made by this
 * toolkit from numbers and names of its own: no text of a model gets into it.
 */
export function generated<F>(values: Values, lines: readonly string[]): F {
  // oxlint-disable-next-line no-implied-eval -- code made for one system is the point
  const make = new Function(...Object.keys(values), lines.join('\n')) as (...given: unknown[]) => F;
  return make(...Object.values(values));
}
