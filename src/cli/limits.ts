import { totalmem } from 'node:os';

/** What stops a task that does not stop by itself. */
export type HardLimit = 'interrupted' | 'time' | 'memory';

export interface LimitOptions {
  /** Milliseconds that the search may take; null without a limit. */
  readonly timeoutMs: number | null;
  /** Resident bytes of the process. */
  readonly memoryBytes: number;
}

const MEBIBYTE = 2 ** 20;
const GIBIBYTE = 2 ** 30;
/** A task that is asked to end gets this long to say what it knows. */
const GRACE_MS = 5_000;
/** The same beyond a timeout, which starts only when the model is loaded. */
const TIMEOUT_GRACE_MS = 10_000;
const WATCH_EVERY_MS = 200;
/** So far above the memory limit there is no time for a clean end. */
const OVERRUN = 1.25;
const OVERRUN_BYTES = 256 * MEBIBYTE;

/**
 * Memory that this process may have: the container's limit where there is one, else the machine's.
 */
export function availableBytes(): number {
  const constrained = process.constrainedMemory();
  const total = totalmem();
  return constrained > 0 && constrained < total ? constrained : total;
}

/**
 * The default of `--memory`: most of what there is, at most 8 GiB, so that the system never runs
 * out.
 */
export function defaultMemoryBytes(): number {
  return Math.min(8 * GIBIBYTE, Math.floor(0.8 * availableBytes()));
}

/** The limits that `--timeout` (seconds) and `--memory` (MiB) ask for. */
export function limitsOf(options: Readonly<Record<string, unknown>>): LimitOptions {
  const { timeout, memory } = options;
  return {
    timeoutMs: typeof timeout === 'number' ? timeout * 1000 : null,
    memoryBytes: typeof memory === 'number' ? memory * MEBIBYTE : defaultMemoryBytes(),
  };
}

/**
 * Watches a task from outside. The search keeps its limits itself and ends cleanly; here it is
 * stopped when it does not, be it stuck in the model's code or in an analysis after the search.
 */
export class Limits {
  private readonly timers: NodeJS.Timeout[] = [];
  private readonly interrupt: () => void;
  private readonly stop: (by: HardLimit) => void;
  private interruptions = 0;
  private overSinceMs: number | null = null;

  constructor(options: LimitOptions, interrupt: () => void, stop: (by: HardLimit) => void) {
    this.interrupt = interrupt;
    this.stop = stop;
    const { timeoutMs, memoryBytes } = options;
    if (timeoutMs !== null) this.after(timeoutMs + TIMEOUT_GRACE_MS, 'time');
    this.timers.push(setInterval(() => this.watchMemory(memoryBytes), WATCH_EVERY_MS));
    process.on('SIGINT', this.onSignal);
    process.on('SIGTERM', this.onSignal);
  }

  private after(milliseconds: number, reason: HardLimit): void {
    // setTimeout knows 2^31 - 1 milliseconds at most; beyond, the search keeps the limit alone.
    if (milliseconds < 2 ** 31) this.timers.push(setTimeout(() => this.stop(reason), milliseconds));
  }

  private readonly onSignal = (): void => {
    this.interruptions += 1;
    this.interrupt();
    if (this.interruptions > 1) this.stop('interrupted');
    else this.after(GRACE_MS, 'interrupted');
  };

  private watchMemory(memoryBytes: number): void {
    const resident = process.memoryUsage.rss();
    if (resident <= memoryBytes) {
      this.overSinceMs = null;
      return;
    }
    this.overSinceMs ??= performance.now();
    const isFar =
      resident > Math.min(OVERRUN * memoryBytes + OVERRUN_BYTES, 0.95 * availableBytes());
    if (isFar || performance.now() - this.overSinceMs > GRACE_MS) this.stop('memory');
  }

  /** No signal is caught any more. */
  close(): void {
    for (const timer of this.timers) clearTimeout(timer);
    process.off('SIGINT', this.onSignal);
    process.off('SIGTERM', this.onSignal);
  }
}
