import type { Command } from 'commander';
import type { Report } from '../model/verdict.ts';
import type { Paint } from '../report/paint.ts';
import { exitCodeOf } from './exit-code.ts';

/** How a verb's answer is written for people. */
export interface Page {
  readonly width: number;
  readonly paint: Paint;
}

/** What a verb has to say: the document, the same for people, and the exit code. */
export interface Outcome {
  readonly report: Report;
  readonly text: (page: Page) => string;
  readonly exitCode: number;
}

/** The command line of a verb after commander has read it. */
export interface Invocation {
  /** The argument `<model>`; empty for a verb without one. */
  readonly model: string;
  /** The arguments that the verb names, in order. */
  readonly operands: readonly string[];
  /** The flags that the verb declared, by their camel-case names. */
  readonly options: Readonly<Record<string, unknown>>;
  /** A line for people on stderr: notes and warnings, never the answer. */
  readonly note: (line: string) => void;
  /** Aborted when nobody needs the answer any more; null: it is needed. */
  readonly signal: AbortSignal | null;
}

/**
 * One verb of the command line. Its module is loaded on every start: what is heavy is imported in
 * `perform`. `--json` and `--out` (where declared) are dealt with by the frame, and so are errors.
 */
export interface Verb {
  readonly name: string;
  readonly summary: string;
  /** Commands as one types them, for its help; tests run them, in the order of the verbs. */
  readonly examples: readonly [string, string];
  readonly takesModel: boolean;
  /** Arguments behind the model, if any: their names, and what they are. Left out: none. */
  readonly operands?: Readonly<Record<string, string>>;
  /** What the first of them may be; left out: anything. */
  readonly choices?: readonly string[];
  /** Declares the flags. */
  readonly declare: (command: Command) => void;
  /** @throws ReconvergeError for the user's mistakes; anything else ends in exit code 4 */
  readonly perform: (invocation: Invocation) => Promise<Outcome>;
}

/** Thrown when all has been printed, be it help or many answers: there is no outcome left. */
export class AllShown extends Error {
  readonly exitCode: number;

  constructor(exitCode: number) {
    super('all has been shown');
    this.exitCode = exitCode;
  }
}

/** An outcome whose exit code says no more than the result. */
export function outcomeOf(report: Report, text: (page: Page) => string): Outcome {
  return { report, text, exitCode: exitCodeOf(report.result) };
}
