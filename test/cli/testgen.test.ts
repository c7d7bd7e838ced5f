import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { documentIn, reconverge } from './cli.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(root, '.reconverge', `testgen-${process.pid}`);
const suite = 'order-fulfilment.faults.test.ts';

/** A project with the suite of the order, and tests that know the package by its name. */
beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  const paths = {
    reconverge: ['../../src/index.ts'],
    'reconverge/vitest': ['../../src/vitest/index.ts'],
    'reconverge/models/*': ['../../models/*.ts'],
  };
  const compilerOptions = { rootDir: '../..', noEmit: true, incremental: false, paths };
  const config = { extends: '../../tsconfig.json', compilerOptions, include: ['.'] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const alias = [
    { find: /^reconverge\/models\/(.*)$/, replacement: `${root}models/$1.ts` },
    { find: /^reconverge\/vitest$/, replacement: `${root}src/vitest/index.ts` },
    { find: /^reconverge$/, replacement: `${root}src/index.ts` },
  ];
  const lines = alias.map(
    ({ find, replacement }) =>
      `{ find: ${String(find)}, replacement: ${JSON.stringify(replacement)} }`,
  );
  writeFileSync(
    join(folder, 'vitest.config.mjs'),
    `export default { root: ${JSON.stringify(folder)}, resolve: { alias: [${lines.join(', ')}] } };\n`,
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const generate = (...more: readonly string[]) =>
  reconverge(['testgen', 'order-fulfilment', '--set', 'crashes=0', ...more], { cwd: folder });

/** Runs tests of the project; the driver has that bug. Answers what the reporter wrote. */
async function tested(files: readonly string[], bug: string | null) {
  const drivers = JSON.stringify(join(root, 'test/drive/order/driver.ts'));
  const text = `import { orderDriver } from ${drivers};\nexport default orderDriver(${JSON.stringify(bug)});\n`;
  writeFileSync(join(folder, 'order-fulfilment.driver.ts'), text);
  const report = join(folder, 'junit.xml');
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const args = [vitest, 'run', ...files, '--reporter', 'junit', '--outputFile', report];
  const env = { ...process.env, RECONVERGE_DEVIATIONS: join(folder, 'kept') };
  const code = await run(process.execPath, args, { cwd: folder, env }).then(
    () => 0,
    ({ code: failed }: { code: number }) => failed,
  );
  return { code, xml: readFileSync(report, 'utf8') };
}

/** The long run runs what was generated; so do, for a smaller one, the tests of the guide. */
const isLong = process.env['RECONVERGE_TESTS'] === 'long';

describe('as a vitest file', () => {
  test('it says how large it is, and the driver it comes with compiles as it is', async () => {
    const ran = await generate('--out', '.');
    expect(ran.exitCode).toBe(0);
    expect(ran.stdout).toMatch(/27 sequences for 42 goals of 'faults'; at least 2\d are needed/);
    expect(ran.stdout).toContain('no sequence has order.crash (declared 0 times)');
    const tsc = join(root, 'node_modules/.bin/tsc');
    const compiled = await run(tsc, ['-p', folder]).catch(({ stdout }: { stdout: string }) => ({
      stdout,
    }));
    expect(compiled.stdout).toBe('');
    const skeleton = readFileSync(join(folder, 'order-fulfilment.driver.ts'), 'utf8');
    expect(skeleton).toContain("'charge.halfDone': async (action) =>");
    await generate('--out', '.');
    expect(readFileSync(join(folder, 'order-fulfilment.driver.ts'), 'utf8')).toBe(skeleton);
  });

  test.runIf(isLong)(
    'it fails on a system with a bug; what deviates is kept as a test that fails as well',
    async () => {
      const bug = 'takes a refusal for a lost reply';
      const { code, xml } = await tested([suite], bug);
      expect(code).toBe(1);
      expect(xml).toContain('(shrunk from');
      expect(xml).toContain('kept as ');
      expect(xml.length).toBeLessThan(100_000);
      const [first = ''] = readdirSync(join(folder, 'kept'));
      const shortest = readFileSync(join(folder, 'kept', first), 'utf8');
      expect(shortest).toContain('the system under test deviates here, at the last step');
      expect((await tested([`kept/${first}`], bug)).code).toBe(1);
    },
  );

  test.runIf(isLong)(
    'it passes on one that does what the model does, and fails when the model has changed',
    async () => {
      const text = readFileSync(join(folder, suite), 'utf8');
      const changed = text.replace("bug: 'none'", "bug: 'no-retry'");
      expect(changed).not.toBe(text);
      writeFileSync(join(folder, 'stale.test.ts'), changed);
      const { code, xml } = await tested([], null);
      expect(code).toBe(1);
      const results = [
        ...xml.matchAll(/<testsuite name="(\S+)".*? tests="(\d+)" failures="(\d+)"/g),
      ];
      const failures = Object.fromEntries(
        results.map(([, name, , failed]) => [name, Number(failed)]),
      );
      const { [suite]: ours, 'stale.test.ts': stale, ...kept } = failures;
      expect(ours).toBe(0);
      expect(stale).toBeGreaterThan(0);
      expect(Object.values(kept).every((failed) => failed === 0)).toBe(true);
      expect(Object.keys(kept).length).toBeGreaterThan(0);
      expect(xml).toContain('order-fulfilment&apos; does something else: the model has changed');
      expect(xml).toContain('Make it again: npx reconverge testgen order-fulfilment');
    },
  );
});

describe('reconverge testgen', () => {
  test('tells a fresh suite from a stale one', async () => {
    const file = join(folder, suite);
    expect((await generate('--check', file)).exitCode).toBe(0);
    const text = readFileSync(file, 'utf8');
    const other = text.replace(/"behaviour":"./, (found) => `${found.slice(0, -1)}x`);
    const stale = join(folder, 'stale.txt');
    writeFileSync(stale, other);
    const ran = await generate('--check', stale, '--json');
    expect(ran.exitCode).toBe(1);
    expect(documentIn(ran).properties[0]).toMatchObject({ name: 'fresh', result: 'violated' });
    cpSync(join(root, 'README.md'), stale);
    const none = await generate('--check', stale, '--json');
    expect([none.exitCode, documentIn(none).error?.code]).toEqual([2, 'RCV510']);
  });

  test('as JSON lines, and as traces', async () => {
    expect((await generate('--format', 'json', '--out', 'lines')).exitCode).toBe(0);
    const [head = '', ...lines] = readFileSync(
      join(folder, 'lines/order-fulfilment.faults.jsonl'),
      'utf8',
    )
      .trim()
      .split('\n');
    expect(JSON.parse(head)).toMatchObject({ schema: 'reconverge/suite@1', goals: 42, seed: null });
    expect(lines).toHaveLength(27);
    const { start, steps } = JSON.parse(lines[0] ?? '') as { start: number; steps: unknown[] };
    expect(start).toBe(0);
    expect(steps[0]).toMatchObject({
      text: 'reserve.loseRequest',
      action: { effect: 'reserve', asker: 'order', fault: { persistence: 'transient' } },
    });
    expect((await generate('--format', 'itf', '--out', 'traces')).exitCode).toBe(0);
    const traces = readdirSync(join(folder, 'traces')).filter((name) => name.endsWith('.itf.json'));
    expect(traces).toHaveLength(27);
    const trace: unknown = JSON.parse(
      readFileSync(join(folder, 'traces', traces[0] ?? ''), 'utf8'),
    );
    expect(trace).toMatchObject({
      '#meta': { format: 'ITF' },
      states: expect.any(Array) as unknown,
    });
  });

  test('is inconclusive beyond its bound, and the same each time', async () => {
    const ran = await generate('--max-states', '50', '--json');
    expect(ran.exitCode).toBe(3);
    expect(documentIn(ran)).toMatchObject({ result: 'unknown', bounds: { states: 50 } });
    expect((await generate('--max-states', '50')).stdout).toContain('no suite was made');
    const twice = await Promise.all([generate('--json'), generate('--json')]);
    expect(twice[0]?.stdout).toBe(twice[1]?.stdout);
    const [property] = documentIn(twice[0]!).properties;
    expect(property).toMatchObject({ kind: 'coverage', values: { goals: 42, covered: 42 } });
  });
});
