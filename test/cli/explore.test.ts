import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { documentIn, reconverge } from './cli.ts';
import { CHROMIUM, NO_BROWSER } from './chromium.ts';
import { Explorer } from './explorer.ts';

const BROKEN = ['order-fulfilment', '--set', 'bug=forgetful'];
const PROPERTY = 'charges only what is reserved';
/** Steps of the shortest way to break it. */
const STEPS = 10;

let explorer: Explorer;
beforeAll(async () => {
  explorer = await Explorer.start(...BROKEN, '--json');
});
afterAll(async () => {
  await explorer?.end('SIGKILL');
});

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What is wrong for those who do not see or use a mouse, as axe tells it. */
async function barriers(page: Page): Promise<readonly string[]> {
  // Not added to the page, which would refuse it.
  await page.evaluate(axe);
  return page.evaluate(
    `axe.run().then(({ violations }) =>
      violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ': ' + html)))`,
  );
}

const name = NO_BROWSER === null ? 'the page' : `the page (not tested: ${NO_BROWSER})`;
describe.runIf(NO_BROWSER === null)(name, () => {
  let browser: Browser;
  let page: Page;
  const elsewhere: string[] = [];
  const complaints: string[] = [];

  beforeAll(async () => {
    const executablePath = CHROMIUM ?? 'chromium';
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
    page = await browser.newPage({ viewport: { width: 1400, height: 900 }, colorScheme: 'light' });
    page.on('request', (request) => {
      if (!request.url().startsWith(explorer.url)) elsewhere.push(request.url());
    });
    page.on('pageerror', ({ message }) => complaints.push(message));
    page.on('console', (message) => complaints.push(message.text()));
  });
  afterAll(async () => {
    await browser?.close();
  });

  /** Where the page is now. */
  const at = async (wanted: string): Promise<void> =>
    page.locator('#path output', { hasText: wanted }).waitFor();
  /** As somebody who pastes an address into the page that is open. */
  const goTo = async (fragment: string): Promise<void> => {
    await page.evaluate(`location.hash = ${JSON.stringify(fragment)}`);
    if (fragment === '#') await at('0 / 0');
  };
  const counterexample = async (): Promise<void> => {
    await page.getByRole('button', { name: PROPERTY }).click();
    await at(`${STEPS} / ${STEPS}`);
  };

  it('takes steps, back and forth, by buttons and by keys', async () => {
    await page.goto(explorer.url);
    await page.locator('.verdict.violated').waitFor();
    expect(await page.title()).toContain('order-fulfilment');
    expect(await page.locator('.verdict').textContent()).toBe('violated: 2 of 15 properties');
    await page.locator('#next .step').first().click();
    await at('1 / 1');
    expect(await page.locator('mark').textContent()).toBe('{o1: full}');
    expect(await page.locator('#path .current').textContent()).toContain('reserve: PERFORM');
    await page.keyboard.press('1');
    await at('2 / 2');
    await page.keyboard.press('ArrowLeft');
    await at('1 / 2');
    await page.keyboard.press('ArrowLeft');
    await at('0 / 2');
    expect(await page.locator('.actor .leaf.active .label').textContent()).toContain('reserving');
    await page.keyboard.press('End');
    await at('2 / 2');
    expect(await page.locator('.actor .leaf.was').textContent()).toContain('reserving');
    await page.getByRole('button', { name: 'undo' }).click();
    await at('1 / 2');
    await page.locator('#next .step.F').first().click();
    await at('2 / 2');
    expect(await page.locator('#path li.fault').count()).toBe(1);
    expect(await page.locator('#spoken').textContent()).toContain('fault order.crash');
  });

  it('goes to a counterexample and along it, and says why', async () => {
    await goTo('#');
    await counterexample();
    expect(await page.locator('.whose').textContent()).toContain(PROPERTY);
    const row = page.locator('#properties li', { hasText: PROPERTY });
    expect(await row.locator('.light').getAttribute('class')).toContain('broken');
    expect(await row.locator('.why').textContent()).toContain('stock.rows.o1 = void');
    expect(await page.locator('.now .standing').textContent()).toBe('an invariant is false');
    await page.keyboard.press('ArrowLeft');
    await at(`9 / ${STEPS}`);
    expect(await row.locator('.light').getAttribute('class')).toContain('true');
    expect(await page.locator('#path li.ahead').count()).toBe(1);
    await page.keyboard.press('c');
    await page.locator('.whose', { hasText: 'converges' }).waitFor();
    expect(await page.getByText('Nothing more happens without another fault.').count()).toBe(1);
  });

  it('is led to the same state by its address', async () => {
    await goTo('#');
    await counterexample();
    await page.keyboard.press('ArrowLeft');
    await at(`9 / ${STEPS}`);
    const { hash } = new URL(page.url());
    const seen = await page.locator('main').innerText();
    await page.reload();
    await page.locator('.verdict.violated').waitFor();
    expect(await page.locator('main').innerText()).toBe(seen);
    const notice = page.locator('#notice');
    expect(await notice.isVisible()).toBe(false);
    await goTo(hash.replace('forgetful', 'none'));
    await notice.filter({ hasText: '--set bug=none' }).waitFor();
    await goTo('#');
    await notice.waitFor({ state: 'hidden' });
    await goTo(hash.replace(/model=\w+/, 'model=0'));
    await notice.filter({ hasText: 'has changed since' }).waitFor();
    await goTo(hash.replace(/path=\d+/, 'path=99'));
    await notice.filter({ hasText: 'step 1 of the path' }).waitFor();
    await at('0 / 0');
  });

  it('is light or dark, and open to everybody', async () => {
    const ground = async (): Promise<string> =>
      page.evaluate('getComputedStyle(document.documentElement).backgroundColor');
    await goTo('#');
    await counterexample();
    const light = await ground();
    expect(await barriers(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    const dark = await ground();
    expect(dark).not.toBe(light);
    await page.getByRole('button', { name: 'Step 7.' }).click();
    await at(`7 / ${STEPS}`);
    expect(await barriers(page)).toEqual([]);
    await page.keyboard.press('t');
    expect(await ground()).toBe(light);
    await page.keyboard.press('t');
    expect(await ground()).toBe(dark);
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    expect(await barriers(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await at(`7 / ${STEPS}`);
  });

  it('fits its window, wide or narrow', async () => {
    await goTo('#');
    await counterexample();
    const cut: readonly string[] = await page.evaluate(
      `[...document.querySelectorAll('.scrolls')]
        .filter((one) => one.scrollHeight > one.clientHeight + 1)
        .map((one) => one.dataset.key)`,
    );
    expect(cut).toEqual([]);
    await page.setViewportSize({ width: 420, height: 900 });
    const width: number = await page.evaluate('document.documentElement.scrollWidth');
    expect(width).toBeLessThanOrEqual(420);
  });

  it('asks nobody else, and has nothing to complain about', () => {
    expect(elsewhere).toEqual([]);
    expect(complaints).toEqual([]);
  });
});

describe('reconverge explore', () => {
  it('has a port that nobody else can have', async () => {
    const { port } = new URL(explorer.url);
    const second = await reconverge(['explore', 'two-phase-commit', '--port', port]);
    expect(second.exitCode).toBe(2);
    expect(second.stderr).toContain('error RCV511');
  });

  it('ends when it is told to, its port free, and says in a document what was found', async () => {
    expect(await explorer.answers()).toBe(true);
    while ((await explorer.check()).is === 'running') await sleep(50);
    const ended = await explorer.end('SIGINT');
    expect(ended.exitCode).toBe(0);
    expect(ended.seconds).toBeLessThan(5);
    expect(await explorer.answers()).toBe(false);
    const report = documentIn({ ...ended, secondsToEnd: 0 });
    expect(report).toMatchObject({ verb: 'explore', result: 'violated', error: null });
  });
});
