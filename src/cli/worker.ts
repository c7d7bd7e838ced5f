/**
 * The entry of the worker thread, where models are loaded and explored: what they print, how long
 * they compute, how much memory they take and how they crash stays apart from the command line.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { ReconvergeError, messageOf } from '../model/error.ts';
import type { Control, Message, Order, Task } from './protocol.ts';

const { task, request, interruption } = workerData as Order;
const flag = new Uint8Array(interruption);
const PROGRESS_EVERY_MS = 100;

function send(message: Message): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origin
  parentPort?.postMessage(message);
}

function makeControl(): Control<unknown> {
  let reportedMs = performance.now();
  return {
    started: (started) => send({ is: 'started', started }),
    progress: (progress) => {
      const nowMs = performance.now();
      if (nowMs - reportedMs < PROGRESS_EVERY_MS) return;
      reportedMs = nowMs;
      send({ is: 'progress', progress });
    },
    interrupted: () => Atomics.load(flag, 0) !== 0,
  };
}

/** V8 throws these where a typed array or a table can grow no further. */
const EXHAUSTED = /Array buffer allocation failed|Invalid typed array length|maximum size exceeded/;

function failed(thrown: unknown): Message {
  const message = messageOf(thrown);
  if (thrown instanceof ReconvergeError) {
    const { code, hint, at } = thrown;
    return { is: 'mistake', error: { code, message, hint, at } };
  }
  if (thrown instanceof RangeError && EXHAUSTED.test(message)) {
    return { is: 'exhausted', what: message };
  }
  return { is: 'bug', message, stack: thrown instanceof Error ? (thrown.stack ?? '') : '' };
}

const TASKS: { readonly [name: string]: () => Promise<Task<never, unknown, unknown>> } = {
  check: async () => (await import('./check-task.ts')).checkTask,
  replay: async () => (await import('./replay-task.ts')).replayTask,
  simulate: async () => (await import('./simulate-task.ts')).simulateTask,
};

try {
  const load = TASKS[task];
  if (load === undefined) throw new Error(`internal: there is no task '${task}'`);
  const perform = await load();
  send({ is: 'done', answer: await perform(request as never, makeControl()) });
} catch (thrown) {
  send(failed(thrown));
}
