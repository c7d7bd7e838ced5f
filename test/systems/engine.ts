/** Performs a step of the payment in the world; resolves with what the result is made of. */
export type Perform = (step: number, signal?: AbortSignal) => Promise<string>;

/** An engine at work in this process. */
export interface Working {
  /** Has the payment begun; resolves when the engine has acknowledged it. */
  begin(id: string): Promise<void>;
}

/** Where a process works, and which of the two it is: 0 or 1; a restarted one is the same again. */
export interface Place {
  readonly url: string;
  readonly process: number;
}

/** Reads the engine's tables over a connection that no fault touches. */
export type Query = (
  text: string,
  values?: readonly unknown[],
) => Promise<readonly Readonly<Record<string, unknown>>[]>;

/** A system under test: how to run the payment on it, by its documentation. */
export interface Engine {
  /** How often a process looks for what it may have to do, as configured here. Milliseconds. */
  readonly looksEveryMs: number;
  /** Makes its tables in an empty database. */
  prepare(url: string): Promise<void>;
  /** Starts to work, in a process of its own. */
  work(place: Place, perform: Perform): Promise<Working>;
  /** The result of the payment; null before its end is stored. */
  result(query: Query, id: string): Promise<string | null>;
  /**
   * Lets as much time pass as the engine waits for a process that has fallen silent, by moving what
   * it has stored of time into the past. An engine that does not wait has nothing to do.
   */
  elapse(query: Query): Promise<void>;
}
