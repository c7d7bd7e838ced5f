import { Worker } from 'node:worker_threads';
import { ReconvergeError } from '../model/error.ts';
import { heapLimitBytes, type HardLimit } from './limits.ts';
import type { Message, Order, Preparation, Started, TaskName } from './protocol.ts';

/** What ended a task before it answered. `exhausted` is memory, too. */
export type StopReason = HardLimit | 'exhausted';

/** How a task in the worker thread ended. */
export type Ending<Answer, Progress> =
  | { readonly is: 'done'; readonly answer: Answer; readonly started: Started | null }
  | {
      readonly is: 'stopped';
      readonly by: StopReason;
      readonly started: Started | null;
      readonly progress: Progress | null;
      /** How long it had been at work. */
      readonly seconds: number;
    };

/** Who is told how a task gets on. */
export interface Listener<Progress> {
  /** The model is loaded. */
  readonly onStarted: () => void;
  readonly onProgress: (progress: Progress) => void;
}

/** Node ends a thread with it when nothing is left to do but an `await` still waits. */
const UNSETTLED_AWAIT = 13;

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

function startWorker(task: TaskName, memoryBytes: number): Worker {
  const preparation: Preparation = { task };
  return new Worker(new URL('./worker.js', import.meta.url), {
    workerData: preparation,
    resourceLimits: { maxOldGenerationSizeMb: Math.ceil(heapLimitBytes(memoryBytes) / 2 ** 20) },
    stdout: true,
    stderr: true,
  });
}

/** A worker thread for one task, what it has said so far, and what becomes of it. */
export class Thread<Answer = unknown, Progress = unknown> {
  readonly ending: Promise<Ending<Answer, Progress>>;
  readonly memoryBytes: number;
  private readonly worker: Worker;
  private started: Started | null = null;
  private progress: Progress | null = null;
  private listener: Listener<Progress> | null = null;
  private begunMs = performance.now();
  private resolve!: (ending: Ending<Answer, Progress>) => void;
  private reject!: (reason: unknown) => void;

  /** Until `begin` the thread does not keep the process from ending. */
  constructor(task: TaskName, memoryBytes: number) {
    this.memoryBytes = memoryBytes;
    this.worker = startWorker(task, memoryBytes);
    this.ending = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    this.ending.catch(() => {});
    this.worker.on('message', (message: Message) => this.hear(message));
    this.worker.on('error', (thrown) => {
      if (isOutOfMemory(thrown)) this.stop('exhausted');
      else this.reject(thrown);
    });
    this.worker.on('exit', (code) => this.reject(silentEnd(code)));
    // After its listeners, for they hold the process, too.
    this.worker.unref();
  }

  begin(order: Order, listener: Listener<Progress>): void {
    this.listener = listener;
    this.begunMs = performance.now();
    this.worker.ref();
    // What a model prints must not get between the lines of a report.
    for (const stream of [this.worker.stdout, this.worker.stderr]) {
      stream.on('data', (text: Uint8Array) => process.stderr.write(text));
    }
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origin
    this.worker.postMessage(order, order.port === null ? [] : [order.port]);
  }

  /** Gives the task up: what is known of it so far is how it ended. */
  readonly stop = (by: StopReason): void => {
    const { started, progress, begunMs } = this;
    const seconds = (performance.now() - begunMs) / 1000;
    this.resolve({ is: 'stopped', by, started, progress, seconds });
  };

  /** Ends the thread, whatever it does. */
  async close(): Promise<void> {
    await this.worker.terminate();
  }

  private hear(message: Message): void {
    switch (message.is) {
      case 'started':
        this.started = message.started;
        return this.listener?.onStarted();
      case 'progress':
        this.progress = message.progress as Progress;
        return this.listener?.onProgress(this.progress);
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
