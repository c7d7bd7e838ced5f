import { spawn, type ChildProcess } from 'node:child_process';
import type { CheckStatus } from '../../src/explorer/wire.ts';
import { MAIN } from './cli.ts';

export interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** From the signal to the end. */
  readonly seconds: number;
}

/** `reconverge explore`, as a user's shell runs it, once it has said where it is. */
export class Explorer {
  readonly url: string;
  private readonly child: ChildProcess;
  private readonly said: { stdout: string; stderr: string };
  private readonly closed: Promise<number | null>;

  private constructor(url: string, child: ChildProcess, said: Explorer['said']) {
    this.url = url;
    this.child = child;
    this.said = said;
    this.closed = new Promise((resolve) => void child.once('close', resolve));
  }

  /** @throws Error when it ends before it says where it is */
  static async start(...args: readonly string[]): Promise<Explorer> {
    return Explorer.startIn({}, ...args);
  }

  /** The same, with more in its environment. */
  static async startIn(
    env: Readonly<Record<string, string>>,
    ...args: readonly string[]
  ): Promise<Explorer> {
    const child = spawn(process.execPath, [MAIN, 'explore', ...args], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text));
    const url = await new Promise<string>((resolve, reject) => {
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        said.stderr += text;
        const [found] = /http:\/\/127\.0\.0\.1:\d+\//.exec(said.stderr) ?? [];
        if (found !== undefined) resolve(found);
      });
      child.once('close', () => reject(new Error(`it ended: ${said.stderr}`)));
    });
    return new Explorer(url, child, said);
  }

  async end(signal: NodeJS.Signals): Promise<Ended> {
    const signalled = performance.now();
    this.child.kill(signal);
    const exitCode = await this.closed;
    return { exitCode, ...this.said, seconds: (performance.now() - signalled) / 1000 };
  }

  /** How far its check is. */
  async check(): Promise<CheckStatus> {
    return (await fetch(`${this.url}api/check`)).json() as Promise<CheckStatus>;
  }

  /** Whether anybody answers there. */
  async answers(): Promise<boolean> {
    return fetch(this.url).then(
      () => true,
      () => false,
    );
  }
}
