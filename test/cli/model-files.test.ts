import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
