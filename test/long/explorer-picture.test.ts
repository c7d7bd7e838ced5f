import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { afterAll, expect, it } from 'vitest';
import { CHROMIUM, NO_BROWSER } from '../cli/chromium.ts';
import { Explorer } from '../cli/explorer.ts';

/** `npm run pictures` takes the picture of the guide anew; without it one is taken and forgotten. */
const isUpdating = process.env['UPDATE_PICTURES'] === '1';
const PICTURE = fileURLToPath(new URL('../../docs/guide/images/explorer.png', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'reconverge-picture-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const SIZE = { width: 1400, height: 900 };
const PROPERTY = 'charges only what is reserved';

/** Width and height of a PNG file, which stand behind its signature. */
function sizeOf(file: string): typeof SIZE {
  const bytes = readFileSync(file);
  expect(bytes.toString('latin1', 1, 4)).toBe('PNG');
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

it.skipIf(NO_BROWSER !== null)(
  'the explorer at a counterexample, as the guide shows it',
  async () => {
    const explorer = await Explorer.start('order-fulfilment', '--set', 'bug=forgetful');
    const browser = await chromium.launch({
      executablePath: CHROMIUM ?? 'chromium',
      args: ['--no-sandbox'],
    });
    try {
      const page = await browser.newPage({ viewport: SIZE, colorScheme: 'light' });
      await page.goto(explorer.url);
      await page.locator('.verdict.violated').waitFor();
      await page.getByRole('button', { name: PROPERTY }).click();
      await page.locator('.whose', { hasText: PROPERTY }).waitFor();
      await page.mouse.move(0, 0);
      await page.evaluate('document.activeElement.blur()');
      const path = isUpdating ? PICTURE : join(scratch, 'explorer.png');
      await page.screenshot({ path });
      expect(sizeOf(path)).toEqual(SIZE);
      expect(sizeOf(PICTURE)).toEqual(SIZE);
    } finally {
      await browser.close();
      await explorer.end('SIGINT');
    }
  },
);
