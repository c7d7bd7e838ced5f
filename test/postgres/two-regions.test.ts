import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PostgresServer } from '../../src/postgres/server/running.ts';
import { documentIn, reconverge } from '../cli/cli.ts';
import { startTestServer } from './server-under-test.ts';

const model = fileURLToPath(new URL('./fixtures/two-regions.ts', import.meta.url));
let server: PostgresServer;
const folder = mkdtempSync(join(tmpdir(), 'two-regions-test-'));
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

const on = (verb: string, flags: readonly string[] = []) =>
  reconverge([verb, model, '--postgres', server.url, ...flags, '--json'], { cwd: folder });

describe('regions that save at the same time', () => {
  it('run to their end', async () => {
    const { result, properties } = documentIn(await on('run', ['--workflows', '2']));
    expect(result).toBe('holds');
    expect(properties).toMatchObject([{ values: { completed: 2 } }]);
  });

  it.runIf(process.env['RECONVERGE_TESTS'] === 'long')(
    'are played in every order, each save cut off, too',
    async () => {
      const { result, conformance } = documentIn(await on('conform'));
      expect(result).toBe('holds');
      expect(conformance?.points).toMatchObject({ covered: 32, total: 32 });
    },
  );
});
