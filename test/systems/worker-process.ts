import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startLink, type Link } from '../../src/postgres/link.ts';
import type { EngineName } from './engines/all.ts';
import type { ToParent, ToWorker } from './protocol.ts';

const script = fileURLToPath(new URL('fixtures/worker.ts', import.meta.url));
const forked = (args: readonly string[]): ChildProcess =>
  fork(script, [...args], {
    execArgv: ['--import', 'jiti/register'],
    stdio: [
      'ignore',
      'ignore',
      process.env['RECONVERGE_SYSTEMS_DEBUG'] ? 'inherit' : 'ignore',
      'ipc',
    ],
  });

/** Has an engine make its tables. @throws Error if it cannot */
export async function prepared(engine: EngineName, url: string): Promise<void> {
  const child = forked(['prepare', engine, url]);
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${engine}: no tables were made (exit code ${code})`);
}

/** A step that a process waits for. */
export interface Ask {
  readonly ask: number;
  readonly step: number;
  isServed: boolean;
}

export type Condition = 'up' | 'frozen' | 'dead';

/** A process under test, its connection to the database, and what it asks for. */
export class WorkerProcess {
  readonly number: number;
  readonly link: Link;
  condition: Condition = 'up';
  /** Whether what it sends to the database is held back, after an answer. */
  isSaving = false;
  isKilled = false;
  asks: Ask[] = [];
  /** The steps it has ever asked for, in order. */
  readonly asked: number[] = [];
  private readonly child: ChildProcess;
  private guard: ChildProcess | null = null;
  private readonly waiters = new Map<'ready' | 'begun', (failed: Error | null) => void>();

  private constructor(child: ChildProcess, link: Link, number: number) {
    this.child = child;
    this.link = link;
    this.number = number;
    child.on('message', (message: ToParent) => this.hear(message));
    child.on('exit', () => {
      this.condition = 'dead';
      for (const tell of this.waiters.values()) tell(new Error('the process has ended'));
    });
  }

  /** Starts one; resolves when its engine works. */
  static async start(engine: EngineName, server: URL, number: number): Promise<WorkerProcess> {
    const link = await startLink(Number(server.port));
    const url = new URL(server);
    url.port = String(link.port);
    const started = new WorkerProcess(forked([engine, url.href, String(number)]), link, number);
    await started.hears('ready');
    return started;
  }

  private hears(what: 'ready' | 'begun'): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiters.set(what, (failed) => (failed === null ? resolve() : reject(failed)));
    });
  }

  private hear(message: ToParent): void {
    if (message.is === 'asks') {
      this.asks.push({ ask: message.ask, step: message.step, isServed: false });
      this.asked.push(message.step);
    } else if (message.is === 'failed') this.waiters.get('begun')?.(new Error(message.why));
    else this.waiters.get(message.is)?.(null);
  }

  private tell(message: ToWorker): void {
    this.child.send(message);
  }

  async begin(id: string): Promise<void> {
    const begun = this.hears('begun');
    this.tell({ is: 'begin', id });
    await begun;
  }

  /** Answers what was served; what it sends to the database from now on is held back. */
  answer(): void {
    const served = this.asks.filter(({ isServed }) => isServed);
    if (served.length === 0) return;
    this.link.hold('there');
    this.isSaving = true;
    this.asks = this.asks.filter(({ isServed }) => !isServed);
    for (const { ask } of served) this.tell({ is: 'answer', ask });
  }

  /** What was held back reaches the database. */
  save(): void {
    this.link.open('there');
    this.isSaving = false;
  }

  async kill(): Promise<void> {
    const isAlive = this.child.exitCode === null && this.child.signalCode === null;
    const gone = isAlive ? once(this.child, 'exit') : null;
    this.isKilled ||= isAlive;
    this.child.kill('SIGKILL');
    await gone;
    this.isSaving = false;
    this.link.cut();
    this.unguard();
  }

  /** SIGSTOP; should this process end meanwhile, so does the frozen one. */
  freeze(): void {
    const { pid = 0 } = this.child;
    const guard = ['-c', 'read -r line || kill -KILL "$1"', 'guard', String(pid)];
    this.guard = spawn('/bin/sh', guard, { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    this.guard.stdin?.on('error', () => undefined);
    this.child.kill('SIGSTOP');
    this.condition = 'frozen';
  }

  wake(): void {
    this.child.kill('SIGCONT');
    this.condition = 'up';
    this.unguard();
  }

  private unguard(): void {
    this.guard?.stdin?.end('awake\n');
    this.guard = null;
  }

  async close(): Promise<void> {
    await this.kill();
    await this.link.close();
  }
}
