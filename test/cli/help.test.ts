import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { VERBS } from '../../src/cli/verbs.ts';
import { blocksOf } from '../unit/docs/markdown.ts';
import { endingServers, exchangesOf } from '../unit/docs/transcript.ts';
import { MAIN, reconverge } from './cli.ts';
import { hasTerminal, TERMINAL } from './terminal.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const isLong = process.env['RECONVERGE_TESTS'] === 'long';
const folder = mkdtempSync(join(tmpdir(), 'help-test-'));
// The server runs under an account of its own when these tests run as root.
chmodSync(folder, 0o755);
writeFileSync(join(folder, 'package.json'), '{}\n');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Commands that documents show, which their own test runs. */
const guide = readdirSync(join(root, 'docs/guide')).map((name) => `docs/guide/${name}`);
const inDocuments = ['README.md', ...guide]
  .filter((path) => path.endsWith('.md'))
  .flatMap((path) => blocksOf(readFileSync(join(root, path), 'utf8')))
  .filter(({ language }) => language === 'console')
  .flatMap(({ text }) => exchangesOf(text).map(({ command }) => command));

/** The examples that the help of a verb shows. */
async function examplesOf(verb: string): Promise<readonly string[]> {
  const { stdout, exitCode } = await reconverge([verb, '--help']);
  expect(exitCode).toBe(0);
  const [, text = ''] = /^Examples:\n([^]*)$/m.exec(stdout) ?? [];
  return text.trim().split(/\n\s*/);
}

/** Types it, as it stands, where `npx reconverge` is the one that was built here. */
async function status(command: string): Promise<number> {
  const script = `npx() { shift; exec "$NODE" "$MAIN" "$@"; }\n${command}`;
  const env = { ...process.env, NODE: process.execPath, MAIN, NO_COLOR: '1' };
  const ran = promisify(execFile)('bash', ['-c', script], { cwd: folder, env });
  endingServers(ran.child);
  return ran.then(
    () => 0,
    (error: { readonly code: unknown }) => Number(error.code),
  );
}

describe('help', () => {
  it.each(VERBS.map(({ name }) => [name]))('%s: two examples, which run', async (verb) => {
    const examples = await examplesOf(verb);
    expect(new Set(examples).size).toBe(2);
    for (const example of examples) {
      expect(example).toContain(`npx reconverge ${verb}`);
      const isSlow = verb === 'run' || verb === 'conform';
      if (inDocuments.includes(example) || (isSlow && !isLong)) continue;
      const verdict = await status(example);
      expect([0, 1], `${example} ends with ${verdict}`).toContain(verdict);
    }
  });
});

describe('colour', () => {
  const escape = '\u001b[';
  const check = async (env: Readonly<Record<string, string>>) => {
    const own = { NO_COLOR: '', TERM: 'xterm', ...env };
    return (await reconverge(['check', 'two-phase-commit'], { env: own })).stdout;
  };

  it('is never in pipes, unless it is forced', async () => {
    expect(await check({})).not.toContain(escape);
    expect(await check({ FORCE_COLOR: '1' })).toContain(escape);
    expect(await check({ FORCE_COLOR: '0' })).not.toContain(escape);
    expect(await check({ FORCE_COLOR: '1', NO_COLOR: '1' })).toContain(escape);
  });

  it.runIf(hasTerminal)('is on terminals, unless it is refused', async () => {
    const command = `'${process.execPath}' '${MAIN}' check two-phase-commit`;
    const onTerminal = async (more: Readonly<Record<string, string>>): Promise<string> => {
      const { FORCE_COLOR: _forced, NO_COLOR: _refused, ...rest } = process.env;
      const env = { ...rest, TERM: 'xterm', ...more };
      const run = promisify(execFile)(TERMINAL, ['-qec', command, '/dev/null'], { env });
      run.child.stdin?.end();
      return (await run).stdout;
    };
    expect(await onTerminal({})).toContain(`${escape}32mHOLDS`);
    for (const refusal of [{ NO_COLOR: '1' }, { TERM: 'dumb' }, { FORCE_COLOR: '0' }]) {
      expect(await onTerminal(refusal)).toMatch(/^HOLDS/m);
    }
  });
});
