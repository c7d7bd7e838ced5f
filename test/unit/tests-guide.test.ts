import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { blocksOf } from './docs/markdown.ts';
import { PageTests } from './docs/page-tests.ts';

const page = fileURLToPath(new URL('../../docs/guide/tests-from-the-model.md', import.meta.url));
const tests = new PageTests('guide');
afterAll(() => rmSync(tests.folder, { recursive: true, force: true }));

test('the tests on the page fail, and first as it says', async () => {
  const text = readFileSync(page, 'utf8');
  const [block] = blocksOf(text).filter(({ language }) => language === 'text');
  tests.write(text);
  const [actual = ''] = (await tests.run()).failures;
  if (process.env['UPDATE_TRANSCRIPTS'] === '1') {
    writeFileSync(
      page,
      text.replace(block!.text, () => actual),
    );
    return;
  }
  expect(actual).toBe(block!.text);
});
