import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { DrivenSuite, inChild, overHttp, parameterValues, Recording } from 'reconverge';
import { serveOverHttp, suiteFor, type Driver } from 'reconverge';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import model from '../../models/order-fulfilment.ts';
import { orderDriver } from './order/driver.ts';

const suite = suiteFor(model.build(parameterValues(model.parameters, { crashes: '0' })));
const root = fileURLToPath(new URL('../..', import.meta.url));
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'reconverge-remote-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Plays some sequences; answers what the first deviation says, or how they ended. */
async function outcome(driver: Driver, count = suite.walks.length): Promise<string> {
  const driven = new DrivenSuite(suite, driver, { shrinkPlaysMax: 0, patienceMs: 10_000 });
  const ends = new Set<string>();
  try {
    for (const sequence of driven.sequences.slice(0, count)) {
      ends.add((await driven.play(sequence)).is);
    }
  } catch (thrown) {
    return (thrown as Error).message;
  }
  return [...ends].join();
}

describe('over HTTP', () => {
  test('a driver does what it does here, and is reached from this machine only', async () => {
    const server = await serveOverHttp(orderDriver(null));
    try {
      expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
      expect(await outcome(overHttp(server.url))).toBe('agreed');
      const text = async (body: string) =>
        (await fetch(server.url, { method: 'POST', body })).text();
      expect(await text('{"do":"dance"}')).toBe('{"failed":"this is no request to a driver"}');
      expect(await text('nonsense')).toContain('"failed"');
    } finally {
      await server.close();
    }
    expect(await outcome(overHttp(server.url), 1)).toContain('start: fetch failed');
  });

  test('a bug is found as it is here', async () => {
    const server = await serveOverHttp(orderDriver('forgets the receipt'));
    try {
      const there = await outcome(overHttp(server.url));
      expect(there).toContain('order.saved.context.receipt: the model has "r1", the system null');
      expect(there).toBe(await outcome(orderDriver('forgets the receipt')));
    } finally {
      await server.close();
    }
  });
});

describe('in a child process', () => {
  /** The driver of the order as a script, which knows the package by its name. */
  let script = '';
  beforeAll(async () => {
    script = join(folder, 'child.mjs');
    const rolldown = join(root, 'node_modules/.bin/rolldown');
    const entry = join(root, 'test/drive/fixtures/child.ts');
    const config = join(folder, 'rolldown.config.mjs');
    const alias = JSON.stringify({ reconverge: join(root, 'src/index.ts') });
    const external = "['fast-check']";
    writeFileSync(
      config,
      `export default { input: ${JSON.stringify(entry)}, platform: 'node', resolve: { alias: ${alias} }, ` +
        `external: ${external}, output: { file: ${JSON.stringify(script)}, format: 'esm', codeSplitting: false } };\n`,
    );
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(join(root, 'node_modules/fast-check'), join(folder, 'node_modules/fast-check'));
    await promisify(execFile)(rolldown, ['--config', config], { cwd: root });
  });
  const child = (...bug: readonly string[]) => inChild(process.execPath, [script, ...bug]);

  test('a driver does what it does here, a process for each run', async () => {
    expect(await outcome(child(), 3)).toBe('agreed');
    expect(await outcome(child('never retries'), 1)).toContain('order.timer: nobody sleeps');
  });

  test('one that cannot be started, or ends by itself, is a deviation, not the end', async () => {
    expect(await outcome(inChild(join(folder, 'nothing')), 1)).toContain(
      "start: the driver's process",
    );
    expect(await outcome(inChild(process.execPath, ['-e', '']), 1)).toContain('ended (0)');
    const babble = inChild(process.execPath, [
      '-e',
      "process.stdin.on('data', () => console.log('hello'))",
    ]);
    expect(await outcome(babble, 1)).toContain('answers no JSON of a driver: hello');
  });

  test('it goes when whoever asks is gone', async () => {
    const process_ = spawn(process.execPath, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
    process_.stdin.write('{"do":"read","about":null}\n');
    await once(process_.stdout, 'data');
    const closed = once(process_, 'close');
    process_.stdin.destroy();
    expect((await closed)[0]).toBe(0);
  });
});

test('runs are recorded, each as a history with its end', async () => {
  const driver = orderDriver(null);
  const recorder = new Recording(join(folder, 'histories'), model.name, driver);
  const driven = new DrivenSuite(suite, driver, { recorder });
  for (const sequence of driven.sequences.slice(0, 2)) await driven.play(sequence);
  const files = readdirSync(join(folder, 'histories'));
  expect(files).toHaveLength(2);
  const [first] = driven.sequences;
  const lines = readFileSync(recorder.fileOf(first!.name), 'utf8').trim().split('\n');
  const [header, start, step, ...rest] = lines.map((line) => JSON.parse(line) as unknown);
  expect(header).toEqual({
    history: 'reconverge/history@1',
    model: 'order-fulfilment',
    observed: [{}],
    whole: true,
  });
  expect(start).toMatchObject({ state: { order: { saved: { value: { forward: 'reserving' } } } } });
  expect(step).toMatchObject({ actor: 'stock', fault: 'reserve.loseRequest' });
  expect(rest.at(-1)).toEqual({ end: first!.walk.steps.length + 1 });
});
