import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { LogEntry } from '../../../src/executor.ts';

const script = fileURLToPath(new URL('../fixtures/errand-worker.ts', import.meta.url));

/** An executor in a process of its own. */
export interface WorkerProcess {
  readonly child: ChildProcess;
  readonly log: LogEntry[];
  /** Sends a signal; for SIGKILL, resolves when the process is gone. */
  signal(name: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): Promise<void>;
}

/** Resolves when it looks for work. */
export async function workerProcess(options: {
  url: string;
  leaseMs: number;
  concurrency: number;
}): Promise<WorkerProcess> {
  const child = fork(script, [JSON.stringify(options)], {
    execArgv: ['--import', 'jiti/register'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const log: LogEntry[] = [];
  await new Promise<void>((resolve, reject) => {
    child.once('exit', () => reject(new Error('the worker ended before it was ready')));
    child.on('message', (entry: LogEntry) => {
      log.push(entry);
      if (entry.event === 'ready') resolve();
    });
  });
  return {
    child,
    log,
    async signal(name) {
      const isAlive = child.exitCode === null && child.signalCode === null;
      const gone = name === 'SIGKILL' && isAlive ? once(child, 'exit') : null;
      child.kill(name);
      await gone;
    },
  };
}
