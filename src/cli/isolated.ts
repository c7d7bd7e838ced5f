import type { MessagePort } from 'node:worker_threads';
import type { Json } from '../model/verdict.ts';
import { Limits, type LimitOptions } from './limits.ts';
import type { TaskName } from './protocol.ts';
import type { Ending, StopReason, Thread } from './thread.ts';
import { takeThread } from './thread-ahead.ts';

/** The limit that ended a task, named as the search names those that it keeps itself. */
export function boundOf(
  by: StopReason,
  { timeoutMs, memoryBytes }: LimitOptions,
): { readonly [name: string]: Json } {
  switch (by) {
    case 'interrupted':
      return { interrupted: true };
    case 'time':
      return { timeoutMs };
    case 'memory':
    case 'exhausted':
      return { memoryBytes };
  }
}

export interface IsolatedOptions<Progress> extends LimitOptions {
  readonly onProgress: (progress: Progress) => void;
  /** Stops the task at once when it is aborted; null or left out: nothing does. */
  readonly signal?: AbortSignal | null;
  /** Where the task is asked questions while it runs; null or left out: nowhere. */
  readonly port?: MessagePort | null;
}

/**
 * Runs a task in a worker thread, so that signals, progress and limits work while it computes.
 * SIGINT and SIGTERM ask it to end early; a second one, or no end within a few seconds, stops it.
 * @throws ReconvergeError as the task does; any other error is a mistake of this toolkit
 */
export async function runIsolated<Answer, Progress = never>(
  task: TaskName,
  request: unknown,
  options: IsolatedOptions<Progress>,
): Promise<Ending<Answer, Progress>> {
  const interruption = new Uint8Array(new SharedArrayBuffer(1));
  let thread: Thread<Answer, Progress> | null = null;
  const interrupt = (): void => void Atomics.store(interruption, 0, 1);
  const limits = new Limits(options, interrupt, (by) => thread?.stop(by));
  try {
    thread = takeThread<Answer, Progress>(task, options.memoryBytes);
    const { onProgress, signal, port = null } = options;
    const running = thread;
    signal?.addEventListener('abort', () => running.stop('interrupted'), { once: true });
    thread.begin({ request, interruption, port }, { onStarted: limits.onStarted, onProgress });
    return await thread.ending;
  } finally {
    limits.close();
    await thread?.close();
  }
}
