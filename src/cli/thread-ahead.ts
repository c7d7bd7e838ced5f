import { defaultMemoryBytes } from './limits.ts';
import type { TaskName } from './protocol.ts';
import { Thread } from './thread.ts';

/** The thread that was started before it was known what for. */
let ahead: { readonly task: TaskName; readonly thread: Thread } | null = null;

const VERBS: readonly string[] = ['check', 'simulate'] satisfies readonly TaskName[];

/**
 * Starts the thread that these arguments will need, if they look like it: it comes up while they
 * are being read. Without its order it does nothing, and ends with the process.
 */
export function startAhead(args: readonly string[]): void {
  const [verb = '', ...rest] = args;
  if (!VERBS.includes(verb) || rest.length === 0) return;
  if (rest.some((arg) => /^--(help|memory|replay)|^-h$/.test(arg))) return;
  const task = verb as TaskName;
  ahead = { task, thread: new Thread(task, defaultMemoryBytes()) };
}

/** A thread for this task, with its order to come: the one started ahead, if it fits. */
export function takeThread<Answer, Progress>(
  task: TaskName,
  memoryBytes: number,
): Thread<Answer, Progress> {
  const found = ahead;
  ahead = null;
  if (found?.task === task && found.thread.memoryBytes === memoryBytes) {
    return found.thread as Thread<Answer, Progress>;
  }
  void found?.thread.close();
  return new Thread<Answer, Progress>(task, memoryBytes);
}
