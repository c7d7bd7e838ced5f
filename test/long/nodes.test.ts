import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { isSupportedNode } from '../../src/cli/package.ts';
import { MAIN } from '../cli/cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'nodes-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = promisify(execFile);
/** Longer than npm takes to fetch a Node; without a network it gives up sooner. */
const FETCH_MS = 300_000;

/** The program of that major version of Node, as npm has it; null where it cannot be had. */
async function nodeOf(major: number): Promise<string | null> {
  const print = ['-e', 'console.log(process.execPath)'];
  const options = { cwd: folder, timeout: FETCH_MS };
  const asked = run('npx', ['--yes', `node@${major}`, ...print], options);
  return asked.then(
    ({ stdout }) => stdout.trim(),
    () => null,
  );
}

/** What a command says with one Node: its exit code and stdout, without timings. */
async function answer(node: string, args: readonly string[]): Promise<readonly [number, string]> {
  const env = { ...process.env, NODE_OPTIONS: '' };
  const ran = await run(node, [MAIN, ...args], { cwd: folder, env }).then(
    ({ stdout }) => ({ code: 0, stdout }),
    (error: { readonly code: number; readonly stdout: string }) => error,
  );
  return [ran.code, ran.stdout.replace(/"stats": \{[^}]*\}/, '')];
}

const COMMANDS = [
  ['check', 'order-fulfilment', '--json'],
  ['check', 'two-phase-commit', '--set', 'bug=late-refusal', '--json'],
  ['check', 'token-ring', '--set', 'values=2', '--json'],
  ['simulate', 'order-fulfilment', '--seed', '1', '--runs', '50', '--json'],
  ['mutate', 'chain-replication', '--json'],
  ['export', 'two-phase-commit', '--set', 'participants=1', '--format', 'dot'],
  ['completion', 'bash', '--words', 'check\u001ftwo-phase-commit\u001f--set\u001f'],
] as const;

describe.each([22, 24])('Node %i', (major) => {
  it('answers byte for byte what this Node does', async ({ skip }) => {
    const node = await nodeOf(major);
    if (node === null) return skip(`Node ${major} cannot be fetched here: not run`);
    const { stdout: version } = await run(node, ['--version']);
    expect(version).toMatch(new RegExp(`^v${major}\\.`));
    expect(isSupportedNode(version.trim())).toBe(true);
    for (const args of COMMANDS) {
      const there = await answer(node, args);
      expect(there, args.join(' ')).toEqual(await answer(process.execPath, args));
    }
    const coloured = await run(node, [MAIN, 'check', 'two-phase-commit'], {
      env: { ...process.env, FORCE_COLOR: '1' },
    });
    expect(coloured.stdout).toContain('\u001b[32mHOLDS');
  });
});
