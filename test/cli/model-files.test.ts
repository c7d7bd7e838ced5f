import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { documentIn, reconverge } from './cli.ts';

/** A folder without node_modules, where nothing but our own instances can be found. */
const folder = mkdtempSync(join(tmpdir(), 'model-files-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return name;
}

const MODEL = `
import { setup, StateMachine } from 'xstate';
import { assign } from 'xstate/actions';
import { actor, actors, always, defineModel, ReconvergeError } from 'reconverge';
import { top } from './limit.ts';

const machine = setup({}).createMachine({
  context: { n: 0 },
  on: {
    ADD: {
      guard: ({ context }) => context.n < top,
      actions: assign({ n: ({ context }) => context.n + 1 }),
    },
  },
});
if (!(machine instanceof StateMachine)) throw new Error('another instance of xstate');

export default defineModel({
  name: 'elsewhere',
  build: () => {
    if (top > 5) throw new ReconvergeError('RCV999', 'the same class');
    return actors({ counter: actor(machine) }).faultTolerant({
      environment: { counter: { ADD: true } },
      properties: { small: always((s) => s.counter.context.n <= top) },
    });
  },
});
`;

describe('models in files', () => {
  it.each(['elsewhere.ts', 'elsewhere.mts', 'elsewhere.js', 'elsewhere.mjs'])(
    'loads %s with our own xstate and reconverge',
    async (name) => {
      write('limit.ts', 'export const top: number = 4;\n');
      write(name, MODEL);
      const ran = await reconverge(['check', `./${name}`, '--json'], { cwd: folder });
      expect(documentIn(ran)).toMatchObject({ error: null, result: 'holds', stats: { states: 5 } });
    },
  );

  it('knows an error of ours when a model throws it', async () => {
    write('limit.ts', 'export const top: number = 6;\n');
    const ran = await reconverge(['check', write('throwing.ts', MODEL), '--json'], { cwd: folder });
    expect(documentIn(ran).error).toMatchObject({ code: 'RCV999', message: 'the same class' });
  });

  it.each([
    ['syntax.ts', 'const a = 1;\nexport default { b:\n  const };\n', 'RCV105', /compile/, /:3:2$/],
    ['syntax.mjs', 'export default {{;\n', 'RCV105', /does not compile/, /:1:\d+$/],
    [
      'throws.ts',
      'const a: number = 1;\nthrow new Error("boom" + a);\n',
      'RCV106',
      /boom1/,
      /:2:\d+$/,
    ],
    ['throws-null.ts', 'throw null;\n', 'RCV106', /null/, /throws-null\.ts$/],
    ['lacks.ts', 'import "./nowhere.ts";\n', 'RCV106', /Cannot find module/, /lacks\.ts$/],
    ['nothing.ts', 'export const a = 1;\n', 'RCV107', /exports only a/, /nothing\.ts$/],
    ['empty.ts', '', 'RCV107', /exports nothing/, /empty\.ts$/],
    ['number.ts', 'export default 7;\n', 'RCV107', /of type number/, /number\.ts$/],
    ['null.ts', 'export default null;\n', 'RCV107', /null/, /null\.ts$/],
    [
      'no-system.ts',
      `import { defineModel } from 'reconverge';
       export default defineModel({ name: 'no-system', build: () => ({}) as never });`,
      'RCV108',
      /returns no system/,
      /no-system: build/,
    ],
    ['exits.ts', 'process.exit(0);\n', 'RCV109', /ended its process/, null],
    ['waits.ts', 'await new Promise(() => {});\n', 'RCV110', /never finishes loading/, null],
  ])('explains what is wrong with %s', async (name, text, code, message, at) => {
    const ran = await reconverge(['check', write(name, text), '--json'], { cwd: folder });
    const { error } = documentIn(ran);
    expect(error?.message).toMatch(message);
    expect(error?.code).toBe(code);
    if (at !== null) expect(error?.at).toMatch(at);
    expect(ran.exitCode).toBe(2);
    expect(ran.stderr).not.toMatch(/^\s+at .*\(/m);
  });

  it('leaves no compiled files behind', async () => {
    write('limit.ts', 'export const top: number = 4;\n');
    const before = readdirSync(folder).length;
    const scratch = mkdtempSync(join(tmpdir(), 'model-files-scratch-'));
    const env = { TMPDIR: scratch };
    await reconverge(['check', 'elsewhere.ts'], { cwd: folder, env });
    expect(readdirSync(folder).length).toBe(before);
    expect(readdirSync(scratch)).toEqual([]);
    rmSync(scratch, { recursive: true });
  });
});

describe('models in a project that has us among its packages', () => {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const project = mkdtempSync(join(tmpdir(), 'model-files-project-'));
  mkdirSync(join(project, 'node_modules'));
  symlinkSync(root, join(project, 'node_modules', 'reconverge'));
  symlinkSync(join(root, 'node_modules/xstate'), join(project, 'node_modules', 'xstate'));
  afterAll(() => rmSync(project, { recursive: true }));

  const check = async (files: Readonly<Record<string, string>>) => {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(project, name), text);
    const [file = ''] = Object.keys(files);
    return documentIn(await reconverge(['check', file, '--json'], { cwd: project }));
  };

  it('are loaded by Node itself where they are JavaScript', async () => {
    const files = {
      'plain.mjs': MODEL.replace('./limit.ts', './limit.mjs'),
      'limit.mjs': `
        import { createRequire } from 'node:module';
        const loaded = Object.keys(createRequire(import.meta.url).cache);
        export const top = loaded.some((file) => file.includes('jiti')) ? 0 : 4;\n`,
    };
    expect(await check(files)).toMatchObject({ error: null, stats: { states: 5 } });
  });

  it('and share our classes then, too', async () => {
    const files = {
      'high.mjs': MODEL.replace('./limit.ts', './high-limit.mjs'),
      'high-limit.mjs': 'export const top = 6;\n',
    };
    expect((await check(files)).error).toMatchObject({ code: 'RCV999', message: 'the same class' });
  });

  it('may still import TypeScript', async () => {
    const files = { 'mixed.mjs': MODEL, 'limit.ts': 'export const top: number = 4;\n' };
    expect(await check(files)).toMatchObject({ error: null, stats: { states: 5 } });
  });

  it.each([
    ['wrong.mjs', 'export default {{;\n', 'RCV105', /wrong\.mjs:1:\d+$/],
    ['thrown.mjs', '\nthrow new Error("boom");\n', 'RCV106', /thrown\.mjs:2:\d+$/],
    ['other.mjs', 'export default 7;\n', 'RCV107', /other\.mjs$/],
  ])('are explained when they fail: %s', async (name, text, code, at) => {
    const { error } = await check({ [name]: text });
    expect(error?.code).toBe(code);
    expect(error?.at).toMatch(at);
  });
});
