import { statSync } from 'node:fs';
import { ReconvergeError } from '../model/error.ts';
import { exitCodeOf } from './exit-code.ts';
import { isPath } from './library.ts';
import { isOrphan } from './orphan.ts';
import { sourcesOf } from './sources.ts';
import type { Outcome } from './verb.ts';

/** Where the answers of a watched verb go, one after the other. */
export interface Screen {
  /** Before each of them: makes room for the next. */
  readonly clear: () => void;
  readonly answer: (outcome: Outcome) => void;
  /** Tells a mistake of the user's. @throws what is none */
  readonly mistake: (thrown: unknown) => void;
  readonly note: (line: string) => void;
}

/** What is done at every save. */
export interface Watched {
  /** Its signal says when nobody needs the answer any more. */
  readonly perform: (signal: AbortSignal) => Promise<Outcome>;
  /** Makes ready for the next time. */
  readonly prepare: () => void;
  readonly screen: Screen;
  readonly isJson: boolean;
}

/**
 * Files are looked at this often. They are asked rather than subscribed to: editors replace files,
 * and folders in containers and on networks send no events.
 */
const LOOK_EVERY_MS = 100;

function stampOf(file: string): string {
  const { mtimeMs, size, ino } = statSync(file, { throwIfNoEntry: false }) ?? {};
  return `${mtimeMs} ${size} ${ino}`;
}

/** What the sources of a model look like now; another text as soon as one of them is saved. */
const lookOf = (file: string): string =>
  sourcesOf(file)
    .map((source) => `${source} ${stampOf(source)}`)
    .join('\n');

/** Waits for a save, or the end; aborts what is under way then. */
class Lookout {
  private readonly file: string;
  private readonly timer: NodeJS.Timeout;
  private seen: string;
  private hasChanged = false;
  private hasEnded = false;
  private running = new AbortController();
  private wake: () => void = () => {};

  constructor(file: string) {
    this.file = file;
    this.seen = lookOf(file);
    this.timer = setInterval(() => this.look(), LOOK_EVERY_MS);
    process.on('SIGINT', this.end);
    process.on('SIGTERM', this.end);
    process.on('SIGHUP', this.end);
  }

  get isOver(): boolean {
    return this.hasEnded;
  }

  /** For the next performance; aborted at a save, and at the end. */
  next(): AbortSignal {
    this.hasChanged = false;
    this.running = new AbortController();
    return this.running.signal;
  }

  /** Returns at the next save, also one since `next`, and at the end. */
  async wait(): Promise<void> {
    while (!this.hasChanged && !this.hasEnded) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  private readonly end = (): void => {
    this.hasEnded = true;
    this.stir();
  };

  private stir(): void {
    this.running.abort();
    this.wake();
  }

  private look(): void {
    if (isOrphan()) return this.end();
    const look = lookOf(this.file);
    if (look === this.seen) return;
    this.seen = look;
    this.hasChanged = true;
    this.stir();
  }

  close(): void {
    clearInterval(this.timer);
    process.off('SIGINT', this.end);
    process.off('SIGTERM', this.end);
    process.off('SIGHUP', this.end);
  }
}

function refuseUnwatchable(model: string, isJson: boolean): void {
  if (isJson) {
    throw new ReconvergeError('RCV502', '--watch answers more than once, --json just once', {
      hint: 'leave --json out; --out DIR writes the document after each check',
    });
  }
  if (isPath(model)) return;
  throw new ReconvergeError('RCV502', `'${model}' of the library is not there to be edited`, {
    hint: '--watch is for a model in a file: give a path that ends in .ts or .js',
  });
}

/**
 * Performs a verb now and after each save of the model's file or of one it imports. A mistake in
 * them is told, and watching goes on. A save while it performs makes it begin again. Ends by
 * SIGINT, SIGTERM or SIGHUP, or when the parent process is gone.
 * @returns the exit code: 3, interrupted
 * @throws ReconvergeError RCV502 for a model of the library, and with `--json`
 */
export async function watch(
  model: string,
  { perform, prepare, screen, isJson }: Watched,
): Promise<number> {
  refuseUnwatchable(model, isJson);
  const lookout = new Lookout(model);
  try {
    while (!lookout.isOver) {
      const signal = lookout.next();
      const answered = await perform(signal).then(
        (outcome) => () => screen.answer(outcome),
        (thrown: unknown) => () => screen.mistake(thrown),
      );
      if (!signal.aborted) {
        screen.clear();
        answered();
        screen.note(`watching ${model} and what it imports; Ctrl-C ends`);
        prepare();
      }
      await lookout.wait();
    }
    return exitCodeOf('unknown');
  } finally {
    lookout.close();
  }
}
