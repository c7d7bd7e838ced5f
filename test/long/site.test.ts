import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM, NO_BROWSER } from '../cli/chromium.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'reconverge-site-'));
const site = join(scratch, 'site');
const resolved = createRequire(import.meta.url).resolve;
const typedoc = join(dirname(resolved('typedoc/package.json')), 'bin/typedoc');

const documented = (...args: readonly string[]): Promise<{ stdout: string }> =>
  promisify(execFile)(process.execPath, [typedoc, ...args], { cwd: root });

beforeAll(async () => {
  await documented('--options', '.typedoc.json', '--out', site);
}, 600_000);
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const filesIn = (folder: string, ending: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(ending))
    .toSorted();

/** The pages of a site; what it merely carries is not among them. */
const pagesOf = (folder: string): readonly string[] =>
  filesIn(folder, '.html').filter((page) => !page.startsWith('media/'));

/** What a file refers to, and where it is not. */
function brokenLinks(folder: string, page: string, anchors: (file: string) => Set<string>) {
  const text = readFileSync(join(folder, page), 'utf8');
  const targets = [...text.matchAll(/\s(?:href|src)="([^"]*)"/g)].map(([, target = '']) => target);
  return [...new Set(targets)].flatMap((target) => {
    const url = new URL(target.replaceAll('&amp;', '&'), pathToFileURL(join(folder, page)));
    if (url.protocol !== 'file:') return [];
    const file = fileURLToPath(new URL(url.pathname, 'file://'));
    const anchor = decodeURIComponent(url.hash.slice(1));
    const isThere =
      existsSync(file) &&
      (anchor === '' ||
        !file.endsWith('.html') ||
        anchor.startsWith('icon-') ||
        anchors(file).has(anchor));
    return isThere ? [] : [`${page}: ${target}`];
  });
}

const known = new Map<string, Set<string>>();
function anchorsIn(file: string): Set<string> {
  const found =
    known.get(file) ??
    new Set([...readFileSync(file, 'utf8').matchAll(/\sid="([^"]*)"/g)].map(([, id = '']) => id));
  known.set(file, found);
  return found;
}

describe('the site', () => {
  it('has a page for every document, door and model', () => {
    const pages = pagesOf(site);
    for (const door of ['', '_executor', '_properties', '_vitest']) {
      expect(pages).toContain(`modules/reconverge${door}.html`);
    }
    const written = ['docs', 'spec'].flatMap((folder) => filesIn(join(root, folder), '.md'));
    const found = pages.filter((page) => page.startsWith('documents/'));
    // And CONTRIBUTING.md.
    expect(found).toHaveLength(written.length + 1);
  });

  it('has no link that leads nowhere', () => {
    const broken = pagesOf(site).flatMap((page) => brokenLinks(site, page, anchorsIn));
    expect(broken).toEqual([]);
  });

  it('would tell of one that does', () => {
    const page = join(scratch, 'broken.html');
    writeFileSync(
      page,
      '<a href="nowhere.html">a</a> <a href="#b">b</a> <p id="c"><a href="#c">c</a>',
    );
    expect(brokenLinks(scratch, 'broken.html', anchorsIn)).toEqual([
      'broken.html: nowhere.html',
      'broken.html: #b',
    ]);
  });
});

const name = NO_BROWSER === null ? 'in a browser' : `in a browser (not tested: ${NO_BROWSER})`;
describe.runIf(NO_BROWSER === null)(name, () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM as string, args: ['--no-sandbox'] });
  });
  afterAll(() => browser.close());

  async function opened(colorScheme: 'light' | 'dark'): Promise<Page> {
    const page = await browser.newPage({ colorScheme, viewport: { width: 1400, height: 1000 } });
    return page;
  }

  async function visit(page: Page, folder: string, path: string): Promise<number> {
    await page.goto(pathToFileURL(join(folder, path)).href);
    const written =
      readFileSync(join(folder, path), 'utf8').split('<code class="mermaid').length - 1;
    if (folder === site && written > 0) {
      await page.waitForSelector(`html[data-diagrams="${written}"]`);
    }
    return written;
  }

  it('draws again when the theme is changed', async () => {
    const page = await opened('light');
    await visit(page, site, 'documents/Invariants.order-fulfilment.charges_once.html');
    const fill = (): Promise<string> =>
      page.evaluate("getComputedStyle(document.querySelector('svg rect.actor')).fill");
    const light = await fill();
    await page.emulateMedia({ colorScheme: 'dark' });
    await expect.poll(fill).not.toBe(light);
  });
});
