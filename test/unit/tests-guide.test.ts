import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { blocksOf, fileNameOf } from './docs/markdown.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const page = join(root, 'docs/guide/tests-from-the-model.md');
const folder = join(root, '.reconverge', `guide-${process.pid}`);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What vitest says of the page's programs where it fails. */
async function failures(): Promise<readonly string[]> {
  mkdirSync(folder, { recursive: true });
  const blocks = blocksOf(readFileSync(page, 'utf8'));
  for (const block of blocks.filter(({ language }) => language === 'ts')) {
    writeFileSync(join(folder, fileNameOf(block)), block.text);
  }
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
  await promisify(execFile)(process.execPath, args, { cwd: folder }).catch(() => {});
  const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as {
    testResults: {
      assertionResults: { status: string; title: string; failureMessages: string[] }[];
    }[];
  };
  return testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status === 'failed')
    .map(({ title, failureMessages: [message = ''] }) => {
      const told = message.replace(/^Error: /, '').replace(/\n\s+at [\s\S]*$/, '');
      return `✗ ${title}\n${told}`;
    });
}

test('the tests on the page fail, and first as it says', async () => {
  const text = readFileSync(page, 'utf8');
  const [block] = blocksOf(text).filter(({ language }) => language === 'text');
  const [actual = ''] = await failures();
  if (process.env['UPDATE_TRANSCRIPTS'] === '1') {
    writeFileSync(
      page,
      text.replace(block!.text, () => actual),
    );
    return;
  }
  expect(actual).toBe(block!.text);
});
