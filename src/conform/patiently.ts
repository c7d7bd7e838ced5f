import { setTimeout as sleep } from 'node:timers/promises';
import { isPassing } from '../postgres/sql-error.ts';

const PATIENCE_MS = 20_000;
const PAUSE_MS = 50;

const cause = (thrown: unknown): unknown =>
  thrown instanceof Error && thrown.cause !== undefined ? thrown.cause : thrown;

/** What prepares a run or tidies up after it: done again while a server is on its way back. */
export async function patiently(act: () => Promise<void>): Promise<void> {
  for (const deadline = performance.now() + PATIENCE_MS; ;) {
    try {
      return await act();
    } catch (thrown) {
      if (!isPassing(cause(thrown)) || performance.now() > deadline) throw thrown;
      await sleep(PAUSE_MS);
    }
  }
}
