import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PostgresServer } from '../../src/postgres/server/running.ts';
import { startTestServer } from '../postgres/server-under-test.ts';
import { blocksOf, editOf } from './docs/markdown.ts';
import { PageTests } from './docs/page-tests.ts';

const page = fileURLToPath(new URL('../../docs/guide/testing-a-job-table.md', import.meta.url));
const isUpdated = process.env['UPDATE_TRANSCRIPTS'] === '1';
/** The long run runs what the page says; that its programs compile is seen in any. */
const isLong = isUpdated || process.env['RECONVERGE_TESTS'] === 'long';
const tests = new PageTests('job-table');
let server: PostgresServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  await server.stop();
  rmSync(tests.folder, { recursive: true, force: true });
});

test.runIf(isLong)(
  'the job table fails as the page says, once more after an edit, and then no more',
  async () => {
    let markdown = readFileSync(page, 'utf8');
    tests.write(markdown);
    const run = () => tests.run({ DATABASE_URL: server.url });
    for (const block of blocksOf(markdown)) {
      if (block.language === 'diff') {
        const { file, apply } = editOf(block);
        const path = join(tests.folder, file);
        writeFileSync(path, apply(readFileSync(path, 'utf8')));
      }
      if (block.language !== 'text') continue;
      const [first = 'nothing fails'] = (await run()).failures;
      if (isUpdated) {
        const told = block.text === '' ? '```text\n```' : `\`\`\`text\n${block.text}\n\`\`\``;
        markdown = markdown.replace(told, () => `\`\`\`text\n${first}\n\`\`\``);
      } else expect(first).toBe(block.text);
    }
    if (isUpdated) writeFileSync(page, markdown);
    const { passed, failures } = await run();
    expect(failures).toEqual([]);
    expect(passed).toBeGreaterThan(5);
  },
);
