import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { sourcesOf } from '../../src/cli/sources.ts';
import { MAIN, fixture, reconverge } from './cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'watch-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const at = (name: string): string => join(folder, name);
const save = (name: string, text: string): void => writeFileSync(at(name), text);
const limit = (top: number): string => `export const top: number = ${top};\n`;
const COUNTER = `
import { assign, setup } from 'xstate';
import { actor, actors, always, defineModel } from 'reconverge';
import { top } from './limit.js';

const machine = setup({}).createMachine({
  context: { n: 0 },
  on: {
    ADD: {
      guard: ({ context }) => context.n < 5,
      actions: assign({ n: ({ context }) => context.n + 1 }),
    },
  },
});
export default defineModel({
  name: 'counter',
  build: () =>
    actors({ counter: actor(machine) }).faultTolerant({
      environment: { counter: { ADD: true } },
      properties: { small: always((s) => s.counter.context.n <= top) },
    }),
});
`;

/** A command that goes on, and what it says. */
class Watching {
  readonly child: ChildProcess;
  said = '';
  readonly ended: Promise<number | null>;

  constructor(args: readonly string[], command = process.execPath) {
    this.child = spawn(command, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.said += text;
      });
    }
    this.ended = new Promise((resolve) => void this.child.once('close', resolve));
  }

  /** Waits until it says so, after what was heard before. Returns the seconds it took. */
  async hear(what: RegExp): Promise<number> {
    const started = performance.now();
    for (;;) {
      const found = what.exec(this.said);
      if (found !== null) {
        this.said = this.said.slice(found.index + found[0].length);
        return (performance.now() - started) / 1000;
      }
      if (performance.now() - started > 20_000) throw new Error(`${what} in:\n${this.said}`);
      await sleep(10);
    }
  }
}

const running: Watching[] = [];
const watching = (model: string, ...more: string[]): Watching => {
  const one = new Watching([MAIN, 'check', model, '--watch', ...more]);
  running.push(one);
  return one;
};
afterEach(() => {
  for (const { child } of running.splice(0)) child.kill('SIGKILL');
});

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('reconverge check --watch', () => {
  it('checks again within a second of a save, of what is imported, too', async () => {
    save('counter.ts', COUNTER);
    save('limit.ts', limit(5));
    const one = watching('counter.ts', '--out', at('out'));
    await one.hear(/HOLDS[^]*watching counter\.ts/);
    const seconds: number[] = [];
    for (const [top, verdict] of [
      [4, /VIOLATED[^]*counter\.n = 5[^]*watching/],
      [5, /HOLDS[^]*watching/],
      [3, /VIOLATED[^]*counter\.n = 4[^]*watching/],
    ] as const) {
      save('limit.ts', limit(top));
      seconds.push(await one.hear(verdict));
    }
    // A machine that others use is measured by what a command takes on it.
    const { seconds: anew } = await reconverge(['check', at('counter.ts')]);
    expect(Math.min(...seconds)).toBeLessThan(Math.max(1, anew));
    save('next.ts', COUNTER.replace('context.n < 5', 'context.n < 2'));
    renameSync(at('next.ts'), at('counter.ts'));
    await one.hear(/HOLDS[^]* 3 distinct states[^]*watching/);
    expect(readFileSync(at('out/report.json'), 'utf8')).toContain('"result": "holds"');
    one.child.kill('SIGINT');
    expect(await one.ended).toBe(3);
  });

  it('tells what is wrong with the file, and goes on', async () => {
    save('counter.ts', COUNTER);
    save('limit.ts', limit(5));
    const one = watching('counter.ts', '--out', at('mended'));
    await one.hear(/HOLDS[^]*watching/);
    save('limit.ts', 'export const top: = ;\n');
    await one.hear(/error RCV105: 'counter\.ts' does not compile[^]*limit\.ts:1:\d+[^]*watching/);
    expect(readFileSync(at('mended/report.json'), 'utf8')).toContain('RCV105');
    rmSync(at('limit.ts'));
    await one.hear(/error RCV106[^]*watching/);
    save('limit.ts', limit(5));
    await one.hear(/HOLDS[^]*watching/);
    expect(readFileSync(at('mended/report.json'), 'utf8')).not.toContain('RCV');
    rmSync(at('counter.ts'));
    await one.hear(/error RCV104[^]*watching/);
    save('counter.ts', COUNTER);
    await one.hear(/HOLDS[^]*watching/);
    one.child.kill('SIGTERM');
    expect(await one.ended).toBe(3);
  });

  it('gives up a check whose model was saved meanwhile, and ends in the middle of one', async () => {
    const endless = readFileSync(fixture('endless-search.ts'), 'utf8');
    save('endless.ts', endless);
    save('limit.ts', limit(5));
    const one = watching('endless.ts');
    await one.hear(/exploring/);
    save('endless.ts', COUNTER);
    expect(await one.hear(/HOLDS[^]*watching/)).toBeLessThan(5);
    save('endless.ts', endless);
    await one.hear(/exploring/);
    one.child.kill('SIGINT');
    expect(await one.ended).toBe(3);
    expect(one.said).not.toContain('watching');
  });

  it('does not outlive who started it', async () => {
    save('counter.ts', COUNTER);
    save('limit.ts', limit(5));
    const script = '"$@" & echo "pid $! "; wait';
    const command = [process.execPath, MAIN, 'check', 'counter.ts', '--watch'];
    const shell = new Watching(['-c', script, 'sh', ...command], 'sh');
    running.push(shell);
    while (!/pid \d+ /.test(shell.said)) await sleep(10);
    const pid = Number(/pid (\d+) /.exec(shell.said)?.[1]);
    await shell.hear(/HOLDS[^]*watching/);
    expect(isAlive(pid)).toBe(true);
    shell.child.kill('SIGKILL');
    // Its output is closed when the last process that holds it is gone.
    await Promise.race([
      shell.ended,
      sleep(10_000).then(() => Promise.reject(new Error('still there'))),
    ]);
  });

  it('is for files, and answers people', async () => {
    const ran = await reconverge(['check', 'two-phase-commit', '--watch']);
    expect(ran.exitCode).toBe(2);
    expect(ran.stderr).toContain('error RCV502');
    expect(ran.stderr).toContain('give a path');
  });
});

describe('the sources of a model', () => {
  it('are all that is reached by relative paths, however they are written', () => {
    save('a.ts', "import './b.js';\nexport * from './c';\nimport type { D } from \"./d.ts\";\n");
    save('b.ts', "import {\n  e,\n} from './e.mjs';\nawait import('./lost.ts');\n");
    save('c.ts', "import 'xstate';\nimport { a } from './a.ts'; const d = require('./d');\n");
    save('d.ts', '');
    save('e.mjs', "export { x } from '.';\n");
    const found = sourcesOf(at('a.ts'));
    for (const name of ['a.ts', 'b.ts', 'c.ts', 'd.ts', 'e.mjs', 'lost.ts', 'index.ts']) {
      expect(found).toContain(at(name));
    }
    expect(found.filter((file) => !file.startsWith(folder))).toEqual([]);
  });
});
