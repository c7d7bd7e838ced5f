import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Report } from '../../src/model/verdict.ts';

/** The built command line: `npm test` builds first. */
export const MAIN = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));
const FIXTURES = fileURLToPath(new URL('./fixtures/', import.meta.url));

export const fixture = (name: string): string => `${FIXTURES}${name}`;

export interface Ran {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
  /** From the last signal to the end; 0 without one. */
  readonly secondsToEnd: number;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Signals to send once stderr says this, 200 ms apart. */
  readonly interrupt?: { readonly when: RegExp; readonly signals: readonly NodeJS.Signals[] };
}

/** Runs the command line as a user's shell does. */
export async function reconverge(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const { cwd, env = {}, interrupt } = options;
  const started = performance.now();
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let signalled: number | null = null;
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  }
  child.stderr.on('data', () => {
    if (signalled !== null || interrupt?.when.test(output.stderr) !== true) return;
    for (const [index, signal] of interrupt.signals.entries()) {
      setTimeout(() => {
        signalled = performance.now();
        child.kill(signal);
      }, 200 * index);
    }
    signalled = performance.now();
  });
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const ended = performance.now();
  const secondsToEnd = (ended - (signalled ?? ended)) / 1000;
  return { exitCode, ...output, seconds: (ended - started) / 1000, secondsToEnd };
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
