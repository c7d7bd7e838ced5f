import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { documentIn, fixture, MAIN } from '../cli/cli.ts';
import { Explorer } from '../cli/explorer.ts';

describe.concurrent('reconverge explore', () => {
  it.each(['SIGTERM', 'SIGHUP'] as const)('ends by %s, its port free', async (signal) => {
    const explorer = await Explorer.start('two-phase-commit');
    expect(await explorer.answers()).toBe(true);
    const ended = await explorer.end(signal);
    expect(ended).toMatchObject({ exitCode: 0, stdout: '' });
    expect(ended.seconds).toBeLessThan(5);
    expect(await explorer.answers()).toBe(false);
  });

  it('answers about a model whose check has no end, and ends in the middle of it', async () => {
    const explorer = await Explorer.start(fixture('endless-search.ts'));
    let text = '';
    while (!/exploring: [\d,]+ states/.test(text)) {
      const status = await explorer.check();
      if (status.is !== 'running') throw new Error('it has an end');
      ({ text } = status);
    }
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ start: 0, path: [0, 0, 0], at: 3 });
    const asked = { method: 'POST', headers, body };
    const walked = (await (await fetch(`${explorer.url}api/walk`, asked)).json()) as never;
    expect(walked).toMatchObject({ at: 3, lost: null });
    const ended = await explorer.end('SIGINT');
    expect(ended.exitCode).toBe(0);
    expect(ended.seconds).toBeLessThan(5);
  });

  it('keeps the bounds of the check', async () => {
    const explorer = await Explorer.start('two-phase-commit', '--max-states', '100', '--json');
    while ((await explorer.check()).is === 'running') await sleep(20);
    const ended = await explorer.end('SIGINT');
    const report = documentIn({ ...ended, secondsToEnd: 0 });
    expect(report).toMatchObject({ completeness: 'bounded', bounds: { states: 100 } });
  });

  it.runIf(process.platform === 'linux')('opens the page, if there is a browser', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'reconverge-open-'));
    const opened = join(folder, 'opened');
    writeFileSync(
      join(folder, 'xdg-open'),
      `#!/bin/sh\necho "$1" >'${opened}.new'\nmv '${opened}.new' '${opened}'\n`,
    );
    chmodSync(join(folder, 'xdg-open'), 0o755);
    try {
      const PATH = `${folder}:${process.env['PATH'] ?? ''}`;
      const explorer = await Explorer.startIn({ PATH }, 'two-phase-commit', '--open');
      while (!existsSync(opened)) await sleep(20);
      expect(readFileSync(opened, 'utf8').trim()).toBe(explorer.url);
      await explorer.end('SIGINT');
      const lonely = await Explorer.startIn({ PATH: '' }, 'two-phase-commit', '--open');
      while ((await lonely.check()).is === 'running') await sleep(20);
      expect((await lonely.end('SIGINT')).stderr).toContain('no browser was found');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('does not outlive who started it', async () => {
    const command = [process.execPath, MAIN, 'explore', 'two-phase-commit'];
    const shell = spawn('sh', ['-c', '"$@" & wait', 'sh', ...command], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const closed = new Promise((resolve) => void shell.stderr.once('close', resolve));
    let said = '';
    await new Promise<void>((resolve) => {
      shell.stderr.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        if (said.includes('http://')) resolve();
      });
    });
    shell.kill('SIGKILL');
    // Its output is closed when the last process that holds it is gone.
    await closed;
  });
});
