import { duration, mebibytes } from '../report/lines.ts';

/** Nothing is said about what is done earlier than that, on a terminal and elsewhere. */
const LIVE_AFTER_MS = 2_000;
const PLAIN_EVERY_MS = 2_000;
const LIVE_EVERY_MS = 200;

function lineOf(doing: string, elapsedMs: number): string {
  return `${doing}, ${duration(elapsedMs / 1000)}, ${mebibytes(process.memoryUsage.rss())}`;
}

/**
 * A line on stderr that says how far things are: live on a terminal, else a new one now and then.
 */
export class ProgressLine {
  private readonly stream: NodeJS.WriteStream;
  private readonly startedMs = performance.now();
  private readonly timer: NodeJS.Timeout;
  private doing = 'loading the model';
  private isShown = false;

  constructor(stream: NodeJS.WriteStream) {
    this.stream = stream;
    this.timer = setInterval(() => this.show(), stream.isTTY ? LIVE_EVERY_MS : PLAIN_EVERY_MS);
  }

  /** @param doing what goes on and how far it is, for example "exploring: 12,000 states" */
  update(doing: string): void {
    this.doing = doing;
  }

  private show(): void {
    const elapsedMs = performance.now() - this.startedMs;
    if (this.stream.isTTY && elapsedMs < LIVE_AFTER_MS) return;
    const line = lineOf(this.doing, elapsedMs);
    this.stream.write(
      this.stream.isTTY ? `\r\u001b[2K${line.slice(0, this.stream.columns - 1)}` : `${line}\n`,
    );
    this.isShown = true;
  }

  /** Removes the live line. */
  close(): void {
    clearInterval(this.timer);
    if (this.isShown && this.stream.isTTY) this.stream.write('\r\u001b[2K');
  }
}
