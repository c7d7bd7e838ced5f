import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A program to be run; `environment` is added to ours. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly folder?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** One run of a whole process, from its start to its end. */
export interface Run {
  readonly seconds: number;
  /** User and system time; null where nobody measured it. */
  readonly cpuSeconds: number | null;
  /** Largest resident size; null where nobody measured it. */
  readonly peakBytes: number | null;
  /** Null after a signal. */
  readonly exitCode: number | null;
  readonly isTimedOut: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** The file that a shell would run for this name, or null. */
export function onPath(name: string): string | null {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const files = folders.filter((folder) => folder !== '').map((folder) => join(folder, name));
  return files.find((file) => existsSync(file)) ?? null;
}

/** GNU time; others of that name have other options. */
function gnuTime(): string | null {
  const file = onPath('time');
  if (file === null) return null;
  const { stdout, stderr } = spawnSync(file, ['--version'], { encoding: 'utf8' });
  return /GNU/.test(`${stdout}${stderr}`) ? file : null;
}

/** GNU time's three numbers: KiB, seconds of the user, seconds of the system. */
export function usageIn(text: string): { readonly peakBytes: number; readonly cpuSeconds: number } {
  const [kibibytes = NaN, user = NaN, system = NaN] = (text.trim().split('\n').at(-1) ?? '')
    .split(' ')
    .map(Number);
  return { peakBytes: kibibytes * 1024, cpuSeconds: Math.round((user + system) * 100) / 100 };
}

/** Runs programs one after the other and knows which one to kill. */
export class Stopwatch {
  private readonly clock = gnuTime();
  private readonly usageFile: string;
  private running: ChildProcess | null = null;

  /** @param folder where what the operating system measured is kept for a moment */
  constructor(folder: string) {
    this.usageFile = join(folder, 'usage');
  }

  /** Whether peak memory and CPU time can be had of programs that do not tell. */
  get measuresUsage(): boolean {
    return this.clock !== null;
  }

  /** Kills what runs, and whatever that has started. */
  kill(): void {
    const pid = this.running?.pid;
    this.running = null;
    if (pid === undefined) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }

  private commandLine({ file, args }: Command): readonly [string, readonly string[]] {
    if (this.clock === null) return [file, args];
    return [this.clock, ['-o', this.usageFile, '-f', '%M %U %S', file, ...args]];
  }

  private usage(): Pick<Run, 'peakBytes' | 'cpuSeconds'> {
    const isThere = this.clock !== null && existsSync(this.usageFile);
    return isThere
      ? usageIn(readFileSync(this.usageFile, 'utf8'))
      : { peakBytes: null, cpuSeconds: null };
  }

  async run(command: Command, timeoutSeconds: number): Promise<Run> {
    rmSync(this.usageFile, { force: true });
    const [file, args] = this.commandLine(command);
    const started = performance.now();
    const child = spawn(file, args, {
      cwd: command.folder,
      env: { ...process.env, ...command.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, so that all of it can be killed.
      detached: true,
    });
    this.running = child;
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        output[name] += text;
      });
    }
    let isTimedOut = false;
    const timer = setTimeout(() => {
      isTimedOut = true;
      this.kill();
    }, timeoutSeconds * 1000);
    let ended = started;
    child.once('exit', () => {
      ended = performance.now();
    });
    try {
      const exitCode = await new Promise<number | null>((resolve, reject) => {
        child.once('error', reject);
        child.once('close', resolve);
      });
      const seconds = (ended - started) / 1000;
      const { peakBytes, cpuSeconds } = this.usage();
      return { seconds, cpuSeconds, peakBytes, exitCode, isTimedOut, ...output };
    } finally {
      clearTimeout(timer);
      this.running = null;
    }
  }
}
