import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { ReconvergeError, type ErrorCode } from '../model/error.ts';
import type { Command, Notice, Response, WorkerView } from './protocol.ts';

/**
 * How to start a worker: a script that loads the model and calls `serveParent`, and its arguments.
 */
export interface WorkerEntry {
  readonly script: string;
  readonly args: readonly string[];
}

/** The worker died before it answered. */
export class WorkerGone extends Error {}

interface Waiter {
  readonly resolve: (response: Response & { ok: true }) => void;
  readonly reject: (thrown: Error) => void;
}

/** The parent's side of one worker process. */
export class WorkerProcess {
  private readonly child: ChildProcess;
  private readonly waiters = new Map<number, Waiter>();
  private next = 0;
  readonly ready: Promise<void>;
  private readonly exited: Promise<unknown>;
  /** Faults that the worker said were about to happen. */
  readonly fired: { fault: string; at: string }[] = [];

  constructor(entry: WorkerEntry) {
    this.child = fork(entry.script, [...entry.args], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      // A signal to the group of the parent, Ctrl-C among them, is for the parent: it decides what
      // becomes of its workers, and they end with its channel.
      detached: true,
    });
    let becomeReady = (): void => {};
    this.ready = new Promise((resolve, reject) => {
      becomeReady = resolve;
      this.child.once('exit', () => reject(new WorkerGone('the worker ended before it was ready')));
    });
    this.ready.catch(() => {});
    this.exited = once(this.child, 'exit');
    this.child.on('message', (message: Response | Notice) => {
      if ('note' in message) {
        if (message.note === 'ready') becomeReady();
        else this.fired.push({ fault: message.fault, at: message.at });
        return;
      }
      this.settle(message);
    });
    this.child.on('exit', () => {
      for (const { reject } of this.waiters.values()) reject(new WorkerGone('the worker is gone'));
      this.waiters.clear();
    });
  }

  private settle(message: Response): void {
    const waiter = this.waiters.get(message.id);
    this.waiters.delete(message.id);
    if (waiter === undefined) return;
    if (message.ok) return waiter.resolve(message);
    const { code, message: text, hint } = message;
    waiter.reject(
      code === null
        ? new Error(`a worker failed: ${text}`)
        : new ReconvergeError(code as ErrorCode, text, hint === null ? {} : { hint }),
    );
  }

  /**
   * @param patienceMs how long the answer may take; null: for ever
   * @throws WorkerGone when the process dies first or stays silent; what the worker threw otherwise
   */
  async tell(
    command: Command,
    patienceMs: number | null = null,
  ): Promise<{ view: WorkerView | null; value: unknown }> {
    await this.ready;
    if (!this.child.connected) throw new WorkerGone('the worker is gone');
    const id = this.next;
    this.next += 1;
    const answered = new Promise<Response & { ok: true }>((resolve, reject) => {
      this.waiters.set(id, { resolve, reject });
    });
    this.child.send({ id, command });
    const silent = new WorkerGone(`no answer to '${command.do}' within ${patienceMs} ms`);
    const timer =
      patienceMs === null
        ? undefined
        : setTimeout(() => this.waiters.get(id)?.reject(silent), patienceMs);
    return answered.finally(() => clearTimeout(timer));
  }

  /** SIGKILL, and wait until the process is gone. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited;
  }

  get pid(): number | undefined {
    return this.child.pid;
  }
}
