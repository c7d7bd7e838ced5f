import type { CheckReport } from '../check/check.ts';
import type { Progress } from '../explore/exploration.ts';
import { prepareCheck, type CheckRequest } from './check-task.ts';
import { isPath } from './load-model.ts';
import type { Started } from './protocol.ts';
import type { Ending } from './thread.ts';
import { within } from './within.ts';

/** Processor time of an attempt: on a busy machine a small check takes longer, but is as small. */
const PATIENCE_CPU_MS = 350;
/** So long, and no longer, an attempt may keep the main thread from hearing anything else. */
const PATIENCE_MS = 1_000;
/** More than it may take by then: nobody watches its memory. */
const MEMORY_MIN_BYTES = 2 ** 29;

/**
 * Tries a check on the main thread: a small one is over there before a thread would be up. Only for
 * models that load at once, print nothing and do not exit: those of the library.
 * @returns null if that is no way, or if it was not over soon: a thread must do it then
 * @throws ReconvergeError as the check does
 */
export async function attemptCheck(
  request: CheckRequest,
): Promise<Ending<CheckReport, Progress> | null> {
  const { model, timeoutMs, memoryBytes } = request;
  if (isPath(model) || timeoutMs !== null || memoryBytes < MEMORY_MIN_BYTES) return null;
  let started: Started | null = null;
  let isTooLong = false;
  const before = process.cpuUsage();
  const compute = await prepareCheck(request, {
    started: (known) => {
      started = known;
    },
    progress: () => {},
    interrupted: () => {
      const { user, system } = process.cpuUsage(before);
      isTooLong ||= user + system > 1000 * PATIENCE_CPU_MS;
      return isTooLong;
    },
  });
  const answer = within(PATIENCE_MS, compute);
  return answer === null || isTooLong ? null : { is: 'done', answer, started };
}
