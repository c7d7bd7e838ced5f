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
/** A task that is asked to end by a signal gets this long to say what it knows. */
const SIGNAL_GRACE_MS = 1_500;
/** The same beyond a timeout; judging what was found takes its time, too. */
const TIMEOUT_GRACE_MS = 3_000;
/** The same for loading the model, which a timeout does not count. */
const LOADING_GRACE_MS = 10_000;
/** The same above the memory limit. */
const MEMORY_GRACE_MS = 3_000;
const WATCH_EVERY_MS = 50;
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

/** So far above the memory limit there is no time for a clean end. */
function farAbove(memoryBytes: number): number {
  return Math.min(OVERRUN * memoryBytes + OVERRUN_BYTES, 0.95 * availableBytes());
}

/**
 * What V8 may take for the objects of a task. The watch comes first: where V8 has no more, it may
 * abort the whole process, and memory of typed arrays it does not count.
 */
export function heapLimitBytes(memoryBytes: number): number {
  return 2 * memoryBytes + 2 * OVERRUN_BYTES;
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
  private readonly timeoutMs: number | null;
  private readonly watch: NodeJS.Timeout;
  private readonly timers: NodeJS.Timeout[] = [];
  private readonly interrupt: () => void;
  private readonly stop: (by: HardLimit) => void;
  private loading: NodeJS.Timeout | undefined;
  private isInterrupted = false;
  private overSinceMs: number | null = null;

  constructor(options: LimitOptions, interrupt: () => void, stop: (by: HardLimit) => void) {
    this.interrupt = interrupt;
    this.stop = stop;
    const { timeoutMs, memoryBytes } = options;
    this.timeoutMs = timeoutMs;
    if (timeoutMs !== null) this.loading = this.after(timeoutMs + LOADING_GRACE_MS, 'time');
    this.watch = setInterval(() => this.watchMemory(memoryBytes), WATCH_EVERY_MS);
    process.on('SIGINT', this.onSignal);
    process.on('SIGTERM', this.onSignal);
  }

  private after(milliseconds: number, reason: HardLimit): NodeJS.Timeout | undefined {
    // setTimeout knows 2^31 - 1 milliseconds at most; beyond, the search keeps the limit alone.
    if (milliseconds >= 2 ** 31) return undefined;
    const timer = setTimeout(() => this.stop(reason), milliseconds);
    this.timers.push(timer);
    return timer;
  }

  /** The model is loaded: from now on the timeout counts. */
  readonly onStarted = (): void => {
    clearTimeout(this.loading);
    if (this.timeoutMs !== null) this.after(this.timeoutMs + TIMEOUT_GRACE_MS, 'time');
  };

  private readonly onSignal = (): void => {
    this.interrupt();
    if (this.isInterrupted) this.stop('interrupted');
    else this.after(SIGNAL_GRACE_MS, 'interrupted');
    this.isInterrupted = true;
  };

  private watchMemory(memoryBytes: number): void {
    const resident = process.memoryUsage.rss();
    if (resident <= memoryBytes) {
      this.overSinceMs = null;
      return;
    }
    this.overSinceMs ??= performance.now();
    const isLong = performance.now() - this.overSinceMs > MEMORY_GRACE_MS;
    if (isLong || resident > farAbove(memoryBytes)) this.stop('memory');
  }

  /** No signal is caught any more. */
  close(): void {
    clearInterval(this.watch);
    for (const timer of this.timers) clearTimeout(timer);
    process.off('SIGINT', this.onSignal);
    process.off('SIGTERM', this.onSignal);
  }
}
