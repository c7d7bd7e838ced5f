import { ReconvergeError } from '../../model/error.ts';
import { lastLine } from './data-directory.ts';
import { type Launched, readLog } from './home.ts';
import { type Start, startOn } from './postmaster.ts';
import { isAlive, killServerProcesses, signal, waitGone } from './processes.ts';
import type { PostgresServer } from './running.ts';

/**
 * A throw-away server need not write its memory to disk before it ends. One that does not end in
 * time, for example because one of its processes is paused, is killed.
 */
const stopSignals = { throwAway: 'SIGQUIT', kept: 'SIGINT' } as const;
const stopTimeoutMs = { throwAway: 500, kept: 10_000 };

/** The handle of a server that this process has just started. Its operations run one at a time. */
export function ownServer(
  start: Start,
  first: { port: number; launched: Launched },
  version: string,
  throwAway: boolean,
): PostgresServer {
  const { home, dataDirectory } = start;
  const { port } = first;
  const mode = throwAway ? 'throwAway' : 'kept';
  let pid: number | null = null;
  let stopped: Promise<void> | null = null;
  let queue: Promise<void> = Promise.resolve();
  let reportLost: (error: ReconvergeError) => void;
  const lost = new Promise<ReconvergeError>((resolve) => {
    reportLost = resolve;
  });

  // Until the end of a process is known to its parent, its number is in use: a lock file with that
  // number keeps the next one from starting.
  let ended: Promise<unknown> = first.launched.ended;

  const watch = (launched: Launched): void => {
    pid = launched.pid;
    ended = launched.ended;
    void reportEnd(launched);
  };

  const reportEnd = async (launched: Launched): Promise<void> => {
    const how = await launched.ended;
    if (pid !== launched.pid) return; // We ended it ourselves.
    pid = null;
    const message = `PostgreSQL stopped unexpectedly (${how}): ${lastLine(readLog(home))}`;
    reportLost(new ReconvergeError('RCV403', message, { at: dataDirectory }));
  };

  const halt = async (): Promise<void> => {
    const running = pid;
    pid = null;
    if (running === null || !isAlive(running)) return;
    signal(running, stopSignals[mode]);
    signal(running, 'SIGCONT');
    if (!(await waitGone([running], stopTimeoutMs[mode]))) await killServerProcesses(running);
    await ended;
  };

  const inTurn = (operation: () => Promise<void>): Promise<void> => {
    if (stopped !== null) {
      const error = new ReconvergeError('RCV403', 'the server was stopped', { at: dataDirectory });
      return Promise.reject(error);
    }
    const result = queue.then(operation);
    queue = result.catch(() => undefined);
    return result;
  };

  const end = async (): Promise<void> => {
    await queue;
    await halt();
    await home.watchdog.close(true);
  };

  watch(first.launched);
  return {
    url: `postgresql://postgres@127.0.0.1:${port}/postgres`,
    port,
    version,
    dataDirectory,
    lost,
    get processId() {
      return pid;
    },
    crash: () =>
      inTurn(async () => {
        const running = pid;
        pid = null;
        if (running === null) return;
        await killServerProcesses(running);
        await ended;
      }),
    restart: () =>
      inTurn(async () => {
        await halt();
        watch(await startOn(start, port));
      }),
    stop() {
      stopped ??= end();
      return stopped;
    },
  };
}
