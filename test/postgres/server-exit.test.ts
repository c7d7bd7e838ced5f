import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { isAlive } from '../../src/postgres/server/processes.ts';
import { folder, processesNaming, until } from './observe.ts';

function lineOf(child: ChildProcess, wanted: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const found = wanted.exec(text);
      if (found !== null) resolve(found[0]);
    });
    child.stderr?.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.once('close', () => {
      reject(new Error(`the child ended: ${text}`));
    });
  });
}

async function expectClean(child: ChildProcess, temporary: string): Promise<void> {
  expect(await until(() => readdirSync(temporary).length === 0, 5000)).toBe(true);
  expect(await until(() => processesNaming(temporary).length === 0, 5000)).toBe(true);
  expect(child.exitCode ?? child.signalCode).not.toBeNull();
}

describe.runIf(process.platform === 'linux')(
  'however the process ends, nothing is left',
  { concurrent: true },
  () => {
    const server = fileURLToPath(new URL('../../src/postgres/server/server.ts', import.meta.url));

    /** The child prints a line when it begins and one when the server runs, then does `finally`. */
    function startChild(temporary: string, last: string): ChildProcess {
      const script = `
      import { createJiti } from 'jiti';
      import { spawn } from 'node:child_process';
      const { startServer } = await createJiti(process.cwd() + '/x', { fsCache: false })
        .import(${JSON.stringify(server)});
      console.log('begin');
      const server = await startServer();
      const other = spawn('sleep', ['20'], { detached: true, stdio: 'ignore', env: {} });
      other.unref();
      console.log(JSON.stringify([other.pid, server.processId, server.dataDirectory]));
      ${last}
    `;
      return spawn(process.execPath, ['--input-type=module', '-e', script], {
        cwd: fileURLToPath(new URL('../..', import.meta.url)),
        env: { ...process.env, TMPDIR: temporary },
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
      });
    }

    const forever = 'setInterval(() => undefined, 1000);';

    test.each([0, 50, 200, 400])('SIGKILL %i ms into the start', async (delayMs) => {
      const temporary = folder();
      const child = startChild(temporary, forever);
      const closed = once(child, 'close');
      await lineOf(child, /begin/);
      await sleep(delayMs);
      child.kill('SIGKILL');
      await closed;
      await expectClean(child, temporary);
    });

    test.each([
      ['SIGKILL', forever],
      ['SIGKILL to the group', forever],
      ['SIGINT to the group', forever],
      ['an uncaught exception', 'setTimeout(() => { throw new Error("x"); }, 50);'],
      ['its natural end, without stop', ''],
    ])('once it runs: %s', async (how, last) => {
      const temporary = folder();
      const child = startChild(temporary, last);
      const closed = once(child, 'close');
      const line = await lineOf(child, /\[\d+,\d+,".*"\]/);
      const [other, postmaster, data] = JSON.parse(line) as [number, number, string];
      expect(data.startsWith(temporary)).toBe(true);
      const name = /^SIG\w+/.exec(how)?.[0] as NodeJS.Signals | undefined;
      if (name !== undefined) {
        expect(isAlive(postmaster)).toBe(true);
        process.kill(how.endsWith('group') ? -(child.pid ?? 0) : (child.pid ?? 0), name);
      }
      await closed; // Its streams too: neither server nor watchdog holds them.
      await expectClean(child, temporary);
      expect(isAlive(postmaster)).toBe(false);
      expect(isAlive(other), 'a child that outlives its parent does not hold the pipe').toBe(true);
      process.kill(other, 'SIGKILL');
    });
  },
);
