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

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const root = fileURLToPath(new URL('../..', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'reconverge-site-'));
const site = join(scratch, 'site');
/** The rules of axe that the theme breaks by itself. */
const OF_THEME: readonly string[] = [
  'heading-order',
  'landmark-one-main',
  'nested-interactive',
  'region',
];
/** What the theme makes of a few modules, without any document, style or script of ours. */
const bare = join(scratch, 'bare');
const resolved = createRequire(import.meta.url).resolve;
const typedoc = join(dirname(resolved('typedoc/package.json')), 'bin/typedoc');

const documented = (...args: readonly string[]): Promise<{ stdout: string }> =>
  promisify(execFile)(process.execPath, [typedoc, ...args], { cwd: root });

beforeAll(async () => {
  await documented('--options', '.typedoc.json', '--out', site);
  const options = join(scratch, 'bare.json');
  writeFileSync(options, JSON.stringify({ plugin: [], readme: 'none' }));
  const doors = ['src/executor.ts', 'src/vitest/index.ts'].flatMap((one) => ['--entryPoints', one]);
  await documented('--options', options, '--tsconfig', 'tsconfig.json', ...doors, '--out', bare);
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

  /** What a page asks of other places, and complains of. */
  const strays: string[] = [];

  async function opened(colorScheme: 'light' | 'dark'): Promise<Page> {
    const page = await browser.newPage({ colorScheme, viewport: { width: 1400, height: 1000 } });
    page.on('request', (request) => {
      const isOwn = /^(?:data|blob):/.test(request.url());
      if (!isOwn && !request.url().startsWith(pathToFileURL(scratch).href))
        strays.push(`${page.url()} asks for ${request.url()}`);
    });
    page.on('requestfailed', (request) => strays.push(`${page.url()} lacks ${request.url()}`));
    page.on('pageerror', ({ message }) => strays.push(`${page.url()}: ${message}`));
    page.on('console', (said) => strays.push(`${page.url()}: ${said.text()}`));
    return page;
  }

  /** How many diagrams are written on the page; they are drawn when it is over. */
  async function visit(page: Page, folder: string, path: string): Promise<number> {
    await page.goto(pathToFileURL(join(folder, path)).href);
    const written =
      readFileSync(join(folder, path), 'utf8').split('<code class="mermaid').length - 1;
    if (written > 0) await page.waitForSelector(`html[data-diagrams="${written}"]`);
    return written;
  }

  it('draws every diagram of every page, and asks nobody for anything', async () => {
    const page = await opened('light');
    let written = 0;
    for (const path of pagesOf(site)) {
      const own = await visit(page, site, path);
      written += own;
      const drawn = await page.locator('.diagram-drawing > svg[role=img]').count();
      expect([path, drawn]).toEqual([path, own]);
    }
    expect(written).toBeGreaterThan(200);
    expect(strays).toEqual([]);
    await page.close();
  }, 900_000);

  /** The rules that a page breaks, and the first place of each, as axe tells it. */
  async function barriers(page: Page): Promise<ReadonlyMap<string, string>> {
    await page.evaluate(axe);
    const found: readonly [string, string][] = await page.evaluate(
      'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes[0].html]))',
    );
    return new Map(found);
  }

  it.each(['light', 'dark'] as const)(
    'puts up no barrier that the theme does not, %s',
    async (scheme) => {
      const page = await opened(scheme);
      const ofTheme = new Set<string>();
      for (const path of pagesOf(bare)) {
        await visit(page, bare, path);
        for (const rule of (await barriers(page)).keys()) ofTheme.add(rule);
      }
      expect([...ofTheme].toSorted()).toEqual(OF_THEME);
      const own: string[] = [];
      for (const path of pagesOf(site).filter((_, at) => at % 7 === 0)) {
        await visit(page, site, path);
        for (const [rule, html] of await barriers(page))
          if (!ofTheme.has(rule)) own.push(`${path}: ${rule}: ${html}`);
      }
      expect(own).toEqual([]);
      await page.close();
    },
    900_000,
  );

  it('would tell of a page that asks another place', async () => {
    const page = await opened('light');
    writeFileSync(join(scratch, 'asking.html'), '<img src="http://127.0.0.1:1/x.png">');
    await visit(page, scratch, 'asking.html');
    expect(strays.splice(0).join('\n')).toContain('asks for http://127.0.0.1:1/x.png');
    await page.close();
  });

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
