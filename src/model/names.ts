import type { Part, Parts } from './part.ts';

/**
 * What the parts of a system are called, for whatever drives a real one along it: unions of names,
 * which only the compiler knows. They are no more than names, so that the declaration file of a
 * model needs none of its types.
 */
export interface Names<
  Actor extends string = string,
  Effect extends string = string,
  Saver extends string = string,
> {
  readonly actors: Actor;
  readonly effects: Effect;
  /** Actors with checkpoints. */
  readonly savers: Saver;
}

type SaveOf<P> = P extends Part<infer _Machine, infer Save, number | null> ? Save : never;
type SaverIn<P extends Parts> = {
  [K in keyof P & string]: [SaveOf<P[K]>] extends [never] ? never : K;
}[keyof P & string];

/** A union without the name it was given: a declaration file then holds what it consists of. */
type Plain<Text extends string> = Text extends infer One extends string ? One : never;

/** The names of a system with these actors and effects. */
export interface NamesOf<P extends Parts, Effect extends string> {
  readonly names: Names<Plain<keyof P & string>, Plain<Effect>, Plain<SaverIn<P>>>;
}
