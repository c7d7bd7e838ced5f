import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Report } from '../../src/model/verdict.ts';

/** The built command line: `npm test` builds first. */
const MAIN = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));
const FIXTURES = fileURLToPath(new URL('./fixtures/', import.meta.url));

export const fixture = (name: string): string => `${FIXTURES}${name}`;

export interface Ran {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Signals to send, after so many milliseconds each. */
  readonly signals?: readonly (readonly [afterMs: number, signal: NodeJS.Signals])[];
}

/** Runs the command line as a user's shell does. */
export async function reconverge(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const { cwd, env = {}, signals = [] } = options;
  const started = performance.now();
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const timers = signals.map(([afterMs, signal]) => setTimeout(() => child.kill(signal), afterMs));
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  }
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  for (const timer of timers) clearTimeout(timer);
  return { exitCode, ...output, seconds: (performance.now() - started) / 1000 };
}

/** What stderr says besides progress, which a slow machine makes appear. */
export const notesIn = ({ stderr }: Ran): string =>
  stderr
    .split('\n')
    .filter((line) => !/^(loading|exploring|simulating)/.test(line))
    .join('\n');

/** The one document of a run with `--json`; anything else on stdout is an error. */
export function documentIn({ stdout }: Ran): Report {
  return JSON.parse(stdout) as Report;
}
