/**
 * Something that runs workflows of five steps, each of which does nothing and is followed by a
 * durable checkpoint, on the server at a URL.
 */
export interface Contender {
  /** Runs one workflow to its durable end. */
  one(): Promise<void>;
  close(): Promise<void>;
}

/** @param concurrency workflows that will be under way at once */
export type Opener = (url: string, concurrency: number) => Promise<Contender>;

export const STEPS = 5;
