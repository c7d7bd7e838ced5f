import { execFile, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { SCRIPTS, SEPARATOR } from '../../src/cli/completion-scripts.ts';
import { documentIn, MAIN, reconverge } from './cli.ts';
import { hasBash, hasCommand, hasTerminal, TERMINAL } from './terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'completion-test-'));
const bin = join(folder, 'node_modules/.bin');
mkdirSync(bin, { recursive: true });
symlinkSync(MAIN, join(bin, 'reconverge'));
mkdirSync(join(folder, 'flows'));
for (const file of ['mine.ts', 'mine.d.ts', 'notes.md', 'flows/late.mts']) {
  writeFileSync(join(folder, file), "console.log('loaded'); export default 1;\n");
}
writeFileSync(join(folder, 'script.bash'), SCRIPTS.bash);
afterAll(() => rmSync(folder, { recursive: true }));

/** What Bash has to offer for a line, the cursor behind it. */
async function tab(line: string): Promise<readonly string[]> {
  const script = `source script.bash
    COMP_LINE=$LINE_TYPED COMP_POINT=\${#LINE_TYPED} COMP_WORDBREAKS=$' \\t\\n"\\'><=;|&(:'
    _reconverge; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const env = { ...process.env, LINE_TYPED: line };
  const ran = await promisify(execFile)('bash', ['-c', script], { cwd: folder, env });
  return ran.stdout.split('\n').filter((one) => one !== '');
}

describe.runIf(hasBash).concurrent('Tab in bash', () => {
  it.each<[line: string, offered: readonly string[]]>([
    ['reconverge ch', ['check']],
    ['npx reconverge conf', ['conform']],
    ['reconverge check two', ['two-phase-commit']],
    ['reconverge check m', ['mine.ts']],
    ['reconverge check fl', ['flows/']],
    ['reconverge check flows/', ['flows/late.mts']],
    ['reconverge check two-phase-commit --max', ['--max-depth', '--max-states']],
    ['reconverge check two-phase-commit --set ', ['bug=', 'participants=']],
    ['reconverge check two-phase-commit --set bug=la', ['late-refusal']],
    ['reconverge check --set bug=none two-phase-commit --set participants=1', ['1', '10']],
    ['reconverge check two-phase-commit --property can\\ c', ['can\\ call\\ off', 'can\\ commit']],
    ['reconverge check order-fulfilment --set crashes=1 --example conv', ['converges']],
    ['reconverge export two-phase-commit --format m', ['mermaid']],
    ['reconverge completion ', ['bash', 'fish', 'zsh']],
    ['reconverge doctor x', []],
    ['reconverge nothing x', []],
    ['npx another thing', []],
    ['reconverge check mine.ts --set ', []],
    ['reconverge check nowhere --property ', []],
  ])('%s', async (line, offered) => {
    expect(await tab(line)).toEqual(offered);
  });
});

describe.runIf(hasTerminal)('a terminal', () => {
  it('completes what is typed there', async () => {
    const env = { ...process.env, PATH: `${bin}:${process.env['PATH']}`, TERM: 'dumb' };
    const shell = ['-qec', 'bash --noprofile --norc -i', '/dev/null'];
    const child = spawn(TERMINAL, shell, { cwd: folder, env, stdio: ['pipe', 'ignore', 'ignore'] });
    child.stdin.write('eval "$(reconverge completion bash)"\n');
    child.stdin.write('reconverge che\ttwo-ph\t--se\tbug=l\t--json >found.json\nexit\n');
    await new Promise((resolve) => void child.once('close', resolve));
    const stdout = readFileSync(join(folder, 'found.json'), 'utf8');
    const { model } = documentIn({ stdout, stderr: '', exitCode: 1, seconds: 0, secondsToEnd: 0 });
    expect(model?.name).toBe('two-phase-commit');
    expect(model?.parameters['bug']).toBe('late-refusal');
  });
});

describe('reconverge completion', () => {
  it.each(['bash', 'zsh', 'fish'] as const)('prints what %s is to evaluate', async (shell) => {
    const { stdout, exitCode } = await reconverge(['completion', shell]);
    expect(exitCode).toBe(0);
    expect(stdout).toBe(SCRIPTS[shell]);
    if (hasCommand(shell, '--version')) {
      const file = join(folder, `script.${shell}`);
      writeFileSync(file, stdout);
      execFileSync(shell, ['-n', file]);
    }
  });

  it('lists every verb', async () => {
    const { stdout } = await reconverge(['completion', 'bash', '--words', '']);
    const help = await reconverge(['--help']);
    const verbs = [...help.stdout.matchAll(/^ {2}(\w+) \[options\]/gm)].map(([, verb]) => verb);
    expect(stdout.trim().split('\n')).toEqual(['--help', '--version', ...verbs].toSorted());
  });

  it('is not disturbed by what a model prints, nor by one that never ends loading', async () => {
    writeFileSync(join(folder, 'stuck.mts'), 'for (;;);\n');
    const words = (model: string) => ['check', model, '--set', ''].join(SEPARATOR);
    for (const model of ['mine.ts', 'stuck.mts']) {
      const ask = ['completion', 'bash', '--words', words(model)];
      const ran = await reconverge(ask, { cwd: folder });
      expect([ran.exitCode, ran.stdout]).toEqual([0, '']);
    }
  });

  it('refuses another shell', async () => {
    const ran = await reconverge(['completion', 'tcsh', '--json']);
    expect(ran.exitCode).toBe(2);
    expect(documentIn(ran).error?.code).toBe('RCV502');
  });
});
