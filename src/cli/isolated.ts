import { Worker } from 'node:worker_threads';
import { ReconvergeError } from '../model/error.ts';
import type { Json } from '../model/verdict.ts';
import { Limits, type HardLimit, type LimitOptions } from './limits.ts';
import type { Message, Order, Started } from './protocol.ts';

/** What ended a task before it answered. `exhausted` is memory, too. */
export type StopReason = HardLimit | 'exhausted';

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

/** How a task in the worker thread ended. */
export type Ending<Answer, Progress> =
  | { readonly is: 'done'; readonly answer: Answer; readonly started: Started | null }
  | {
      readonly is: 'stopped';
      readonly by: StopReason;
      readonly started: Started | null;
      readonly progress: Progress | null;
    };

export interface IsolatedOptions<Progress> extends LimitOptions {
  readonly onProgress: (progress: Progress) => void;
}

/** Node ends a thread with it when nothing is left to do but an `await` still waits. */
const UNSETTLED_AWAIT = 13;
/**
 * A task that has answered ends by itself, after its last lines of output; what lingers is stopped.
 */
const LINGER_MS = 100;

/** An error of ours in the worker thread, with the stack that it has there. */
class WorkerFailure extends Error {
  constructor(message: string, stack: string) {
    super(message);
    if (stack !== '') this.stack = stack;
  }
}

const isOutOfMemory = (thrown: unknown): boolean =>
  thrown instanceof Error && 'code' in thrown && thrown.code === 'ERR_WORKER_OUT_OF_MEMORY';

/** The error of a thread that ended without an answer. */
function silentEnd(exitCode: number): ReconvergeError {
  if (exitCode === UNSETTLED_AWAIT) {
    const hint = 'an await at the top of the model file waits for something that never comes';
    return new ReconvergeError('RCV110', 'the model never finishes loading', { hint });
  }
  const hint = 'a model file must not call process.exit';
  const message = `the model ended its process (exit code ${exitCode})`;
  return new ReconvergeError('RCV109', message, { hint });
}

function startWorker(order: Order, memoryBytes: number): Worker {
  const worker = new Worker(new URL('./worker.js', import.meta.url), {
    workerData: order,
    resourceLimits: { maxOldGenerationSizeMb: Math.max(64, Math.round(memoryBytes / 2 ** 20)) },
    stdout: true,
  });
  // What a model prints must not get between the lines of a report.
  worker.stdout.pipe(process.stderr, { end: false });
  return worker;
}

/** What a thread has said so far, and what becomes of it. */
class Conversation<Answer, Progress> {
  readonly ending: Promise<Ending<Answer, Progress>>;
  private started: Started | null = null;
  private progress: Progress | null = null;
  private resolve!: (ending: Ending<Answer, Progress>) => void;
  private reject!: (reason: unknown) => void;
  private readonly onProgress: (progress: Progress) => void;

  constructor(worker: Worker, onProgress: (progress: Progress) => void) {
    this.onProgress = onProgress;
    this.ending = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    worker.on('message', (message: Message) => this.hear(message));
    worker.on('error', (thrown) => {
      if (isOutOfMemory(thrown)) this.stop('exhausted');
      else this.reject(thrown);
    });
    worker.on('exit', (code) => this.reject(silentEnd(code)));
  }

  readonly stop = (by: StopReason): void => {
    const { started, progress } = this;
    this.resolve({ is: 'stopped', by, started, progress });
  };

  private hear(message: Message): void {
    switch (message.is) {
      case 'started':
        this.started = message.started;
        return;
      case 'progress':
        this.progress = message.progress as Progress;
        return this.onProgress(this.progress);
      case 'done':
        return this.resolve({
          is: 'done',
          answer: message.answer as Answer,
          started: this.started,
        });
      case 'exhausted':
        return this.stop('exhausted');
      case 'mistake': {
        const { code, message: text, hint, at } = message.error;
        const place = { ...(hint === null ? {} : { hint }), ...(at === null ? {} : { at }) };
        return this.reject(new ReconvergeError(code, text, place));
      }
      case 'bug':
        return this.reject(new WorkerFailure(message.message, message.stack));
    }
  }
}

/**
 * Runs a task in a worker thread, so that signals, progress and limits work while it computes.
 * SIGINT and SIGTERM ask it to end early; a second one, or no end within a few seconds, stops it.
 * @throws ReconvergeError as the task does; any other error is a mistake of this toolkit
 */
export async function runIsolated<Answer, Progress = never>(
  task: string,
  request: unknown,
  options: IsolatedOptions<Progress>,
): Promise<Ending<Answer, Progress>> {
  const interruption = new SharedArrayBuffer(1);
  const worker = startWorker({ task, request, interruption }, options.memoryBytes);
  const conversation = new Conversation<Answer, Progress>(worker, options.onProgress);
  const exited = new Promise((resolve) => void worker.once('exit', resolve));
  const interrupt = (): void => void Atomics.store(new Uint8Array(interruption), 0, 1);
  const limits = new Limits(options, interrupt, conversation.stop);
  try {
    const ending = await conversation.ending;
    if (ending.is === 'done') await Promise.race([exited, linger()]);
    return ending;
  } finally {
    limits.close();
    await worker.terminate();
  }
}

async function linger(): Promise<void> {
  await new Promise((resolve) => void setTimeout(resolve, LINGER_MS).unref());
}
