import { Worker } from 'node:worker_threads';
import type { Progress } from '../explore/search.ts';
import { ReconvergeError } from '../model/error.ts';
import { Limits, type HardLimit, type LimitOptions } from './limits.ts';
import type { Message, Order, Started } from './protocol.ts';

/** What ended a task before it answered. `exhausted` is memory, too. */
export type StopReason = HardLimit | 'exhausted';

/** How a task in the worker thread ended. */
export type Ending<Answer> =
  | { readonly is: 'done'; readonly answer: Answer; readonly started: Started | null }
  | {
      readonly is: 'stopped';
      readonly by: StopReason;
      readonly started: Started | null;
      readonly progress: Progress | null;
    };

export interface IsolatedOptions extends LimitOptions {
  readonly onProgress: (progress: Progress) => void;
}

/** An error of ours in the worker thread, with the stack that it has there. */
class WorkerFailure extends Error {
  constructor(message: string, stack: string) {
    super(message);
    if (stack !== '') this.stack = stack;
  }
}

const isOutOfMemory = (thrown: unknown): boolean =>
  thrown instanceof Error && 'code' in thrown && thrown.code === 'ERR_WORKER_OUT_OF_MEMORY';

function startWorker(task: string, request: unknown, { memoryBytes }: LimitOptions) {
  const interruption = new SharedArrayBuffer(1);
  const worker = new Worker(new URL('./worker.js', import.meta.url), {
    workerData: { task, request, interruption } satisfies Order,
    resourceLimits: { maxOldGenerationSizeMb: Math.max(64, Math.round(memoryBytes / 2 ** 20)) },
    stdout: true,
  });
  // What a model prints must not get between the lines of a report.
  worker.stdout.pipe(process.stderr, { end: false });
  const flag = new Uint8Array(interruption);
  return { worker, interrupt: (): void => void Atomics.store(flag, 0, 1) };
}

/**
 * Runs a task in a worker thread, so that signals, progress and limits work while it computes. SIGINT and
 * SIGTERM ask it to end early; a second one, or no end within a few seconds, stops it.
 * @throws ReconvergeError as the task does; any other error is a mistake of this toolkit
 */
export async function runIsolated<Answer>(
  task: string,
  request: unknown,
  options: IsolatedOptions,
): Promise<Ending<Answer>> {
  const { worker, interrupt } = startWorker(task, request, options);
  let started: Started | null = null;
  let progress: Progress | null = null;
  const { promise, resolve, reject } = withResolvers<Ending<Answer>>();
  const stop = (by: StopReason): void => resolve({ is: 'stopped', by, started, progress });
  const limits = new Limits(options, interrupt, stop);
  worker.on('message', (message: Message) => {
    switch (message.is) {
      case 'started':
        started = message.started;
        return;
      case 'progress':
        progress = message.progress;
        return options.onProgress(message.progress);
      case 'done':
        return resolve({ is: 'done', answer: message.answer as Answer, started });
      case 'exhausted':
        return stop('exhausted');
      case 'mistake': {
        const { code, message: text, hint, at } = message.error;
        const place = { ...(hint === null ? {} : { hint }), ...(at === null ? {} : { at }) };
        return reject(new ReconvergeError(code, text, place));
      }
      case 'bug':
        return reject(new WorkerFailure(message.message, message.stack));
    }
  });
  worker.on('error', (thrown) => (isOutOfMemory(thrown) ? stop('exhausted') : reject(thrown)));
  worker.on('exit', (code) => {
    const hint = 'a model file must not call process.exit';
    reject(
      new ReconvergeError('RCV109', `the model ended its process (exit code ${code})`, { hint }),
    );
  });
  try {
    return await promise;
  } finally {
    limits.close();
    await worker.terminate();
  }
}

/** `Promise.withResolvers` of Node 22. */
function withResolvers<T>() {
  let resolve: (value: T) => void = () => {};
  let reject: (reason: unknown) => void = () => {};
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
