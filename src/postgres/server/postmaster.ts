import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ReconvergeError } from '../../model/error.ts';
import { lastLine } from './data-directory.ts';
import { type Home, type Launched, launch, readLog } from './home.ts';

/** What it takes to start a postmaster. */
export interface Start {
  readonly home: Home;
  readonly native: string;
  readonly dataDirectory: string;
  /** Extra configuration parameters, names as in postgresql.conf. */
  readonly settings: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/** Starts on a free port, another one when somebody else was faster. Throws RCV402. */
export async function startAnywhere(start: Start): Promise<{ port: number; launched: Launched }> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const before = readLog(start.home).length;
    try {
      return { port, launched: await startOn(start, port) };
    } catch (error) {
      const log = readLog(start.home).slice(before);
      if (attempt === 5 || !/could not (bind|create any TCP)/.test(log)) throw error;
    }
  }
}

/**
 * Starts on a given port and waits until connections are accepted, recovery after a crash included.
 * Throws RCV402 with the last telling line of the log.
 */
export async function startOn(start: Start, port: number): Promise<Launched> {
  const { home, native, dataDirectory } = start;
  const settings = {
    ...start.settings,
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    cluster_name: home.marker,
    // Files under the data directory go away with it; /dev/shm would keep them after a kill.
    dynamic_shared_memory_type: 'mmap',
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const command = [join(native, 'bin', 'postgres'), '-D', dataDirectory, ...flags];
  const launched = launch(home, command, home.folder);
  const deadline = performance.now() + start.timeoutMs;
  while (!isReady(dataDirectory, launched.pid)) {
    const running = launched.process.exitCode === null && launched.process.signalCode === null;
    if (running && performance.now() < deadline) {
      await sleep(5);
      continue;
    }
    if (running) launched.process.kill('SIGQUIT');
    const how = running ? `no answer within ${start.timeoutMs} ms` : await launched.ended;
    throw new ReconvergeError(
      'RCV402',
      `PostgreSQL did not start (${how}): ${lastLine(readLog(home))}`,
      { at: dataDirectory },
    );
  }
  launched.process.unref();
  return launched;
}

/** The postmaster writes its state to line 8 of its lock file, its own number to line 1. */
function isReady(dataDirectory: string, pid: number): boolean {
  try {
    const lines = readFileSync(join(dataDirectory, 'postmaster.pid'), 'utf8').split('\n');
    return Number(lines[0]) === pid && lines[7]?.trim() === 'ready';
  } catch {
    return false;
  }
}

/**
 * A port that was free a moment ago, outside the range from which systems pick the near end of
 * outgoing connections: there, a client that retries a dead server can end up connected to itself.
 */
async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = randomInt(15_000, 32_000);
    if (await isFree(port)) return port;
  }
  throw new ReconvergeError('RCV402', 'no free port between 15000 and 31999 on 127.0.0.1');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => {
      resolve(false);
    });
    probe.listen(port, '127.0.0.1', () => {
      probe.close(() => {
        resolve(true);
      });
    });
  });
}
