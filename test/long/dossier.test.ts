import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { libraryNames } from '../../src/cli/library.ts';
import { slugOf } from '../../src/report/dossier/dossier.ts';
import { DOSSIER, pagesIn, writePages } from '../cli/dossier.ts';

/** `npm run dossier` writes the pages; without it they are compared. */
const isUpdating = process.env['UPDATE_DOSSIER'] === '1';
const scratch = mkdtempSync(join(tmpdir(), 'reconverge-dossier-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

if (isUpdating) rmSync(DOSSIER, { recursive: true, force: true });
const into = isUpdating ? DOSSIER : join(scratch, 'pages');

it.each(libraryNames())('the pages of %s say what is so', async (name) => {
  await writePages(name, into, scratch);
  const folder = slugOf(name);
  expect(pagesIn(join(into, folder))).toEqual(pagesIn(join(DOSSIER, folder)));
});

it.each(['README.md', 'index.json', 'junit.xml'])('so does the front page: %s', (name) => {
  expect(readFileSync(join(into, name), 'utf8')).toBe(readFileSync(join(DOSSIER, name), 'utf8'));
});
