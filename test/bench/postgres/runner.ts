import { bareCommit, byHand } from './by-hand.ts';
import type { Opener } from './contender.ts';
import { ours } from './ours.ts';
import { dbos, pgBoss } from './peers.ts';

/** What a contender is asked for, as the process's only argument. */
export interface Task {
  readonly contender: keyof typeof CONTENDERS;
  readonly url: string;
  readonly concurrency: number;
  readonly seconds: number;
}

/** What it did. Latencies in milliseconds. */
export interface Measured {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
}

export const CONTENDERS = { bareCommit, byHand, ours, dbos, pgBoss } satisfies Record<
  string,
  Opener
>;

const at = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;

async function measure({ contender, url, concurrency, seconds }: Task): Promise<Measured> {
  const opened = await CONTENDERS[contender](url, concurrency);
  const run = async (ms: number): Promise<number[]> => {
    const latencies: number[] = [];
    const until = performance.now() + ms;
    const lane = async (): Promise<void> => {
      for (let from = performance.now(); from < until;) {
        await opened.one();
        const now = performance.now();
        latencies.push(now - from);
        from = now;
      }
    };
    await Promise.all(Array.from({ length: concurrency }, lane));
    return latencies;
  };
  await run(1000);
  const from = performance.now();
  const latencies = (await run(seconds * 1000)).toSorted((a, b) => a - b);
  const took = performance.now() - from;
  await opened.close();
  return {
    perSecond: (latencies.length / took) * 1000,
    p50: at(latencies, 0.5),
    p99: at(latencies, 0.99),
  };
}

if (process.send !== undefined) {
  const task = JSON.parse(process.argv[2] ?? '') as Task;
  process.on('disconnect', () => process.exit(0));
  const measured = await measure(task);
  process.send(measured, () => process.exit(0));
}
