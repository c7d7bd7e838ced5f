/**
 * The entry of the worker thread, where models are loaded and explored: what they print, how long
 * they compute, how much memory they take and how they crash stays apart from the command line.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { ReconvergeError, messageOf } from '../model/error.ts';
import { checkTask } from './check-task.ts';
import type { Control, Message, Order, Preparation, Task, TaskName } from './protocol.ts';
import { replayTask } from './replay-task.ts';
import { optimiseLate } from './tiering.ts';

const PROGRESS_EVERY_MS = 100;

function send(message: Message): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origin
  parentPort?.postMessage(message);
}

function makeControl({ interruption, port }: Order): Control<unknown> {
  let reportedMs = -Infinity;
  return {
    started: (started) => send({ is: 'started', started }),
    progress: (progress) => {
      const nowMs = performance.now();
      if (nowMs - reportedMs < PROGRESS_EVERY_MS) return;
      reportedMs = nowMs;
      send({ is: 'progress', progress });
    },
    interrupted: () => Atomics.load(interruption, 0) !== 0,
    port,
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

type AnyTask = Task<never, unknown, unknown>;

const TASKS: { readonly [name in TaskName]: () => Promise<AnyTask> } = {
  check: async () => checkTask,
  example: async () => (await import('./example-task.ts')).exampleTask,
  explore: async () => (await import('./explore-task.ts')).exploreTask,
  export: async () => (await import('./export-task.ts')).exportTask,
  history: async () => (await import('./history-task.ts')).historyTask,
  mutate: async () => (await import('./mutate-task.ts')).mutateTask,
  names: async () => (await import('./names-task.ts')).namesTask,
  replay: async () => replayTask,
  report: async () => (await import('./report-task.ts')).reportTask,
  testgen: async () => (await import('./testgen-task.ts')).testgenTask,
  simulate: async () => (await import('./simulate-task.ts')).simulateTask,
};

/** What the task printed has left the thread. */
async function flushed(): Promise<void> {
  const { stdout, stderr } = process;
  await Promise.all(
    [stdout, stderr]
      .filter(({ writableLength }) => writableLength > 0)
      .map((stream) => new Promise((resolve) => void stream.write('', resolve))),
  );
}

const ordered = new Promise<Order>((resolve) => void parentPort?.once('message', resolve));
try {
  const perform = await TASKS[(workerData as Preparation).task]();
  const order = await ordered;
  optimiseLate();
  const answer = await perform(order.request as never, makeControl(order));
  await flushed();
  send({ is: 'done', answer });
} catch (thrown) {
  await flushed();
  send(failed(thrown));
}
