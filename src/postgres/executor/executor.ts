import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ReconvergeError } from '../../model/error.ts';
import { targetOf } from '../store.ts';
import type { Definition } from './definition.ts';
import { Hands } from './hands.ts';
import { Journal } from './journal.ts';
import { Listener } from './listener.ts';
import { requireVersion } from './schema.ts';
import { Telemetry, type LogEntry, type TracerLike } from './telemetry.ts';

/** Where and how an executor works. */
export interface ExecutorOptions {
  readonly url: string;
  /** Default "reconverge". */
  readonly schema?: string;
  readonly orchestrations: readonly Definition[];
  /** Workflows in hand at once; 0: only starts and asks. Default 16. */
  readonly concurrency?: number;
  /** How long others wait for this executor when it falls silent. Milliseconds, default 10,000. */
  readonly leaseMs?: number;
  /** How often to look for work that nobody told of. Milliseconds, default 1000. */
  readonly pollMs?: number;
  /** Connections to the database. Default 4. */
  readonly connections?: number;
  /** How long a call is repeated while the database is away. Milliseconds, default 10,000. */
  readonly patienceMs?: number;
  /** Bytes of UTF-8 in one checkpoint. Default 1 MiB. */
  readonly stateBytesMax?: number;
  readonly tracer?: TracerLike;
  /** Told what happens, as it happens. */
  readonly logger?: (entry: LogEntry) => void;
}

/** How a workflow stands. */
export interface ExecutionStatus {
  readonly workflowId: string;
  readonly orchestration: string;
  readonly version: string;
  readonly key: string;
  /** `waiting`: no live executor holds it. */
  readonly is: 'waiting' | 'running' | 'blocked' | 'done';
  readonly epoch: number;
  readonly isCancelled: boolean;
  /** Why it is blocked, else null. */
  readonly blocked: { readonly code: string; readonly message: string } | null;
  /** The machine's state value and context in the newest checkpoint. */
  readonly value: unknown;
  readonly context: unknown;
  /** The machine's output; undefined before it is done. */
  readonly output: unknown;
}

/** Milliseconds between looks at a workflow that another executor runs. */
const LOOK_MS = 50;

/**
 * Runs orchestrations on PostgreSQL: many workflows in each process, many processes on a database.
 * Whatever has no live executor is taken over from its last checkpoint by another one (spec 5.9).
 */
export class Executor {
  private readonly options: ExecutorOptions;
  private readonly journal: Journal;
  private readonly listener: Listener;
  private readonly hands: Hands;
  private timers: NodeJS.Timeout[] = [];
  private isClosed = false;

  constructor(url: string, options: ExecutorOptions) {
    const { concurrency = 16, leaseMs = 10_000, connections = 4, patienceMs = 10_000 } = options;
    const { stateBytesMax = 2 ** 20, orchestrations } = options;
    this.options = options;
    this.journal = new Journal(url, { patienceMs, attemptMs: 5000, connections });
    const telemetry = new Telemetry(options.tracer ?? null, options.logger ?? null);
    const surroundings = { journal: this.journal, telemetry, stateBytesMax };
    this.hands = new Hands({ orchestrations, concurrency, leaseMs, surroundings });
    this.listener = new Listener(url, (payload) => this.heard(payload));
  }

  /** Begins to look for work. */
  async open(): Promise<void> {
    const { leaseMs = 10_000, pollMs = 1000 } = this.options;
    if (this.options.concurrency === 0) return;
    await this.hands.renew();
    await this.listener.open();
    this.timers = [
      setInterval(() => void this.hands.renew(), leaseMs / 3),
      setInterval(() => void this.hands.claim(), pollMs),
    ];
    void this.hands.claim();
  }

  /**
   * Starts a workflow under a key, by default a new one; returns its id. The same key again is the
   * same workflow, which is left alone. Resolves when it is durable.
   * @throws ReconvergeError RCV431 for an unknown orchestration, RCV410 for a key used for another
   * input, RCV432 and RCV221 for input that cannot be stored
   */
  async start(name: string, input: unknown, options: { key?: string } = {}): Promise<string> {
    if (this.isClosed) throw new ReconvergeError('RCV437', 'the executor is closed');
    const { key = randomUUID() } = options;
    return this.hands.start(this.hands.definitionOf(name), key, input);
  }

  /** Resolves with the machine's output. @throws ReconvergeError RCV406, or RCV435 when blocked */
  async result(workflowId: string): Promise<unknown> {
    for (;;) {
      const ending = await this.hands.endOf(workflowId);
      if (ending?.is === 'done') return ending.output;
      if (ending?.is === 'blocked') throw ending.error;
      const { is, output, blocked } = await this.status(workflowId);
      if (is === 'done') return output;
      if (blocked !== null) throw isBlocked(workflowId, blocked.message);
      await sleep(LOOK_MS);
    }
  }

  /** @throws ReconvergeError RCV406 for an unknown workflow */
  async status(workflowId: string): Promise<ExecutionStatus> {
    const standing = await this.journal.standing(workflowId);
    if (standing === null) {
      const hint = 'start it first';
      throw new ReconvergeError('RCV406', `no workflow ${workflowId}`, { hint });
    }
    const { orchestration, version, key, status, epoch, isHeld, isCancelled, blocked } = standing;
    const { snapshot } = standing.state as {
      snapshot: { value: unknown; context: unknown; output?: unknown };
    };
    const unfinished = blocked !== null ? 'blocked' : isHeld ? 'running' : 'waiting';
    const is = status === 'done' ? 'done' : unfinished;
    const { value, context, output } = snapshot;
    const named = { workflowId, orchestration, version, key };
    return { ...named, is, epoch, isCancelled, blocked, value, context, output };
  }

  /**
   * Asks the machine to give up by its own rules, through its cancel event, wherever it runs.
   * Durable: a worker that takes it over asks again. Resolves with false when it is done.
   * @throws ReconvergeError RCV433 for an orchestration without a cancel event, RCV406
   */
  async cancel(workflowId: string): Promise<boolean> {
    const { orchestration } = await this.status(workflowId);
    if (this.hands.definitionOf(orchestration).cancelEvent === null) {
      throw new ReconvergeError('RCV433', `'${orchestration}' cannot be cancelled`, {
        at: workflowId,
        hint: 'give the machine an event for it, and name it: cancelEvent',
      });
    }
    const isRunning = await this.journal.cancel(workflowId);
    this.hands.cancel(workflowId);
    return isRunning;
  }

  /** Lets a blocked workflow be tried again. Resolves with false when it was not blocked. */
  async resume(workflowId: string): Promise<boolean> {
    const isResumed = await this.journal.unblock(workflowId);
    if (isResumed) void this.hands.claim();
    return isResumed;
  }

  /**
   * Looks now for workflows that no live executor holds, and takes over as many as there is room
   * for; resolves with their number. Happens by itself every `pollMs`.
   */
  recover(): Promise<number> {
    return this.hands.claim();
  }

  /** Ids of the workflows in hand. */
  get inHand(): readonly string[] {
    return this.hands.ids;
  }

  /**
   * Lets go: of everything at once, or when what is in hand has ended (`drain`). Others go on with
   * it.
   */
  async close(options: { drain?: boolean } = {}): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    const [, claiming] = this.timers;
    clearInterval(claiming);
    await this.hands.close(options.drain === true);
    for (const timer of this.timers) clearInterval(timer);
    await this.listener.close();
    await this.journal.close();
  }

  private heard(payload: string): void {
    const [schema, what, workflowId = ''] = payload.split(' ');
    if (schema !== (this.options.schema ?? 'reconverge')) return;
    if (what === 'cancel') this.hands.cancel(workflowId);
    else void this.hands.claim();
  }
}

const isBlocked = (workflowId: string, because: string): ReconvergeError =>
  new ReconvergeError('RCV435', `workflow ${workflowId} is blocked: ${because}`, {
    hint: 'mend the cause, then executor.resume(workflowId)',
  });

/**
 * Opens an executor: it takes over what nobody holds, and runs what is started.
 * @throws ReconvergeError RCV434 when the schema is missing, older or newer than this program
 */
export async function openExecutor(options: ExecutorOptions): Promise<Executor> {
  const { schema = 'reconverge' } = options;
  const url = targetOf(options.url, schema);
  await requireVersion(url, schema);
  const executor = new Executor(url, options);
  await executor.open();
  return executor;
}
