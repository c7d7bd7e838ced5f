import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { InvalidArgumentError, Option } from 'commander';
import { ReconvergeError } from '../model/error.ts';
import type { PostgresServer } from '../postgres/server/running.ts';
import type { ServerOptions } from '../postgres/server/server.ts';
import type { WorkerEntry } from '../postgres/worker-process.ts';
import type { Asked } from './open-model.ts';

const MAJORS = [18, 17, 16] as const;
type Database = Pick<ServerOptions, 'major' | 'url'>;

function database(text: string): Database {
  const major = MAJORS.find((known) => String(known) === text);
  if (major !== undefined) return { major };
  if (/^postgres(ql)?:\/\//.test(text)) return { url: text };
  throw new InvalidArgumentError('It must be 18, 17, 16, or a URL (postgresql://…).');
}

/** `--postgres 18|17|16|URL`. */
export function postgresFlag(): Option {
  const description = 'an embedded server of that major version, or a running one by its URL';
  return new Option('--postgres <18|17|16|URL>', description)
    .argParser(database)
    .default({ major: 18 }, '18');
}

/** How a worker process of this model is started. */
export function workerEntry(asked: Asked): WorkerEntry {
  const script = fileURLToPath(new URL('./executor-worker.js', import.meta.url));
  return { script, args: [JSON.stringify(asked)] };
}

/** How long a server that its watchdog is stopping may still hold its folder. Milliseconds. */
const PATIENCE_MS = 15_000;

/** Starts or finds the server; waits for one on the same folder that is on its way out. */
export async function openDatabase(
  options: Readonly<Record<string, unknown>>,
  rest: ServerOptions,
): Promise<PostgresServer> {
  const { startServer } = await import('../postgres/server/server.ts');
  const asked = options['postgres'] as Database;
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await startServer({ ...rest, ...asked });
    } catch (thrown) {
      const isBusy = thrown instanceof ReconvergeError && /already running/.test(thrown.message);
      if (!isBusy || performance.now() > deadline) throw thrown;
      await sleep(100);
    }
  }
}

/** Runs a task that SIGINT or SIGTERM asks to end early; a second signal insists. */
export async function interruptible<T>(
  task: (interrupted: () => boolean) => Promise<T>,
): Promise<T> {
  let asked = false;
  const interrupt = (): void => {
    if (asked) process.exit(3);
    asked = true;
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  try {
    return await task(() => asked);
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}
