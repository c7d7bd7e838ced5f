import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PostgresServer } from '../../src/postgres/server/running.ts';
import { startTestServer } from '../postgres/server-under-test.ts';
import { blocksOf, editOf, fileNameOf } from './docs/markdown.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const page = join(root, 'docs/guide/testing-a-job-table.md');
const folder = join(root, '.reconverge', `job-table-${process.pid}`);
const isUpdated = process.env['UPDATE_TRANSCRIPTS'] === '1';
/** The long run runs what the page says; that its programs compile is seen in any. */
const isLong = isUpdated || process.env['RECONVERGE_TESTS'] === 'long';
let server: PostgresServer;
beforeAll(async () => {
  server = await startTestServer();
  mkdirSync(folder, { recursive: true });
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Reported {
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly title: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/** What vitest says of the page's programs as they are now: how many pass, and what fails. */
async function run(): Promise<{ passed: number; failures: readonly string[] }> {
  const alias = [
    ['reconverge/vitest', 'src/vitest/index.ts'],
    ['reconverge', 'src/index.ts'],
  ].map(([name, file]) => [name, join(root, file!)]);
  const config = { root: folder, resolve: { alias: Object.fromEntries(alias) as unknown } };
  const text = `export default ${JSON.stringify(config)};\n`;
  writeFileSync(join(folder, 'vitest.config.mjs'), text);
  const report = join(folder, 'report.json');
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const args = [vitest, 'run', '--reporter', 'json', '--outputFile', report];
  const env = { ...process.env, DATABASE_URL: server.url };
  await promisify(execFile)(process.execPath, args, { cwd: folder, env }).catch(() => {});
  const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as Reported;
  const results = testResults.flatMap(({ assertionResults }) => assertionResults);
  if (results.length === 0) throw new Error(testResults.map(({ message }) => message).join());
  const failures = results
    .filter(({ status }) => status === 'failed')
    .map(({ title, failureMessages: [message = ''] }) => {
      const told = message.replace(/^Error: /, '').replace(/\n\s+at [\s\S]*$/, '');
      return `✗ ${title}\n${told}`;
    });
  return { passed: results.filter(({ status }) => status === 'passed').length, failures };
}

test.runIf(isLong)(
  'the job table fails as the page says, once more after an edit, and then no more',
  async () => {
    let markdown = readFileSync(page, 'utf8');
    const blocks = blocksOf(markdown);
    for (const block of blocks.filter(({ language }) => language === 'ts')) {
      writeFileSync(join(folder, fileNameOf(block)), block.text);
    }
    for (const block of blocks) {
      if (block.language === 'diff') {
        const { file, apply } = editOf(block);
        const path = join(folder, file);
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
