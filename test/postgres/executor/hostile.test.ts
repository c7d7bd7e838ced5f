import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { Client, Pool } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { assign, fromPromise, setup } from 'xstate';
import {
  executable,
  migrate,
  openExecutor,
  openStore,
  type EffectCall,
  type Executor,
  type ExecutorOptions,
  type LogEntry,
} from '../../../src/executor.ts';
import type { PostgresServer } from '../../../src/postgres/server/running.ts';
import { startTestServer } from '../server-under-test.ts';
import { blocksOf } from '../../unit/docs/markdown.ts';

interface Kept {
  readonly asks: unknown;
  readonly kept: unknown;
}

/** Asks once for something, keeps the answer, and ends with it. */
const keeper = setup({
  types: {} as { context: Kept; input: unknown; output: unknown },
  actors: {
    fetch: fromPromise<unknown, unknown>(() => Promise.reject(new Error('provided'))),
    saveCheckpoint: fromPromise<void, void>(() => Promise.reject(new Error('provided'))),
  },
  actions: {
    keep: assign({ kept: ({ event }) => (event as unknown as { output: unknown }).output }),
  },
}).createMachine({
  context: ({ input }) => ({ asks: input, kept: null }),
  initial: 'fetching',
  states: {
    fetching: {
      invoke: {
        src: 'fetch',
        input: ({ context }: { context: Kept }) => context.asks,
        onDone: { target: 'saving', actions: 'keep' },
        onError: 'fetching',
      },
    },
    saving: { invoke: { src: 'saveCheckpoint', onDone: 'done' } },
    done: { type: 'final' },
  },
  output: ({ context }: { context: Kept }) => context.kept,
});

let answer: (input: unknown) => unknown = () => null;
const keeping = executable("kee'per", keeper, {
  effects: { fetch: ({ input }: EffectCall) => Promise.resolve(answer(input)) },
});

let server: PostgresServer;
let admin: Pool;
const open = new Set<Executor>();
beforeAll(async () => {
  server = await startTestServer();
  admin = new Pool({ connectionString: server.url, max: 2 });
  await migrate(server.url);
});
afterEach(async () => {
  await Promise.all([...open].map((one) => one.close()));
  open.clear();
});
afterAll(async () => {
  await admin.end();
  await server.stop();
});

async function executor(options: Partial<ExecutorOptions> = {}): Promise<Executor> {
  const made = await openExecutor({ url: server.url, orchestrations: [keeping], ...options });
  open.add(made);
  return made;
}

const deep = (levels: number): unknown => {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = [value];
  return value;
};

describe('input that cannot be stored is refused, and nothing is started', () => {
  it.each<[string, unknown, string]>([
    ['100 MB', 'x'.repeat(100_000_000), 'RCV432'],
    ['100,000 levels', deep(100_000), 'RCV432'],
    ['a NUL character', { name: 'a\0b' }, 'RCV221'],
    ['half a surrogate pair', { name: 'a\ud800' }, 'RCV221'],
    ['a NUL in a key', { 'a\0': 1 }, 'RCV221'],
    ['NaN', [Number.NaN], 'RCV221'],
    ['undefined in a list', [undefined], 'RCV221'],
    ['a Date', { at: new Date(0) }, 'RCV432'],
    ['a function', { f: () => 1 }, 'RCV432'],
  ])('%s', async (_, input, code) => {
    const one = await executor();
    const key = randomUUID();
    await expect(one.start("kee'per", input, { key })).rejects.toMatchObject({ code });
    const sql = 'SELECT FROM reconverge.executions WHERE key = $1';
    expect((await admin.query(sql, [key])).rowCount).toBe(0);
  });
});

describe('answers that cannot be stored block the workflow, and nothing is lost', () => {
  it.each<[string, unknown, string]>([
    ['2 MB', 'x'.repeat(2_000_000), 'RCV432'],
    ['a NUL character', 'a\0b', 'RCV221'],
    ['a Map', new Map(), 'RCV432'],
  ])('%s', async (_, wrong, code) => {
    const one = await executor();
    answer = () => wrong;
    const id = await one.start("kee'per", 'any');
    await expect(one.result(id)).rejects.toMatchObject({ code });
    expect(await one.status(id)).toMatchObject({ is: 'blocked', blocked: { code } });
    expect(await one.recover()).toBe(0);
    answer = () => 'small';
    expect(await one.resume(id)).toBe(true);
    expect(await one.result(id)).toBe('small');
  });

  it('a machine that throws blocks its workflow', async () => {
    const boom = keeper.provide({
      actions: {
        keep: () => {
          throw new Error('boom');
        },
      },
    });
    const effects = { fetch: () => Promise.resolve(1) };
    const one = await executor({ orchestrations: [executable('boom', boom, { effects })] });
    const id = await one.start('boom', 'any');
    await expect(one.result(id)).rejects.toMatchObject({ code: 'RCV435' });
    expect((await one.status(id)).blocked?.message).toContain('boom');
  });
});

it('plain data survives, whatever its characters', async () => {
  const one = await executor();
  const hostile = {
    text: `'"; DROP TABLE workflows; -- $1 \\ \u2028 😀 {}`,
    'key\'"': [1e-7, -1.5, true, null, ''],
  };
  answer = (input) => input;
  const id = await one.start("kee'per", hostile, { key: `'"; DROP SCHEMA reconverge; --` });
  expect(await one.result(id)).toEqual(hostile);
  expect((await one.status(id)).key).toBe(`'"; DROP SCHEMA reconverge; --`);
});

it('a tampered checkpoint blocks its workflow, and its history is all there', async () => {
  const client = await executor({ concurrency: 0 });
  const id = await client.start("kee'per", 'any');
  const tamper = `UPDATE reconverge.checkpoints SET state_data = state_data || '{"step":7}'
    WHERE workflow_id = $1`;
  await admin.query(tamper, [id]);
  const one = await executor();
  await expect(one.result(id)).rejects.toMatchObject({ code: 'RCV435' });
  expect((await one.status(id)).blocked?.message).toContain('is damaged');
  const store = openStore(server.url);
  expect(await store.history(id)).toHaveLength(1);
  await store.close();
});

describe('the schema', () => {
  it('must be there, and of this version', async () => {
    const missing = executor({ schema: 'nowhere' });
    await expect(missing).rejects.toMatchObject({ code: 'RCV434' });
    const store = openStore(server.url, { schema: 'older' });
    const id = randomUUID();
    await store.migrate();
    await store.start(id, randomUUID(), { kept: true });
    await expect(executor({ schema: 'older' })).rejects.toMatchObject({ code: 'RCV434' });
    await migrate(server.url, { schema: 'older' });
    await executor({ schema: 'older' });
    expect((await store.head(id)).state).toEqual({ kept: true });
    await store.close();
    await admin.query('UPDATE older.schema_version SET version = 99');
    await expect(executor({ schema: 'older' })).rejects.toThrow('newer than this program');
    await expect(migrate(server.url, { schema: 'older' })).rejects.toMatchObject({
      code: 'RCV434',
    });
    await expect(executor({ schema: 'a"b' })).rejects.toMatchObject({ code: 'RCV412' });
  });
});

describe('the role', () => {
  const guide = readFileSync(new URL('../../../docs/guide/running.md', import.meta.url), 'utf8');
  const grants = blocksOf(guide).find(({ language }) => language === 'sql')?.text ?? '';
  const urlOf = (role: string): string => {
    const url = new URL(server.url);
    url.username = role;
    return url.href;
  };
  async function tenant(name: string): Promise<string> {
    await migrate(server.url, { schema: name });
    await admin.query(`CREATE ROLE ${name} LOGIN`);
    await admin.query(grants.replaceAll('tenant', name));
    return urlOf(name);
  }

  it('needs no more than the guide grants, and cannot reach the schema of another', async () => {
    const [url, other] = [await tenant('ada'), await tenant('bob')];
    answer = () => 1;
    const one = await executor({ url, schema: 'ada' });
    const id = await one.start("kee'per", 'any');
    expect(await one.result(id)).toBe(1);
    const denied = executor({ url: other, schema: 'ada' });
    await expect(denied).rejects.toMatchObject({ code: 'RCV436' });
    const client = new Client({ connectionString: other });
    await client.connect();
    for (const sql of [
      'SELECT * FROM ada.checkpoints',
      'UPDATE ada.workflows SET epoch = 1',
      `SELECT ada.cancel_execution('${id}')`,
    ]) {
      await expect(client.query(sql)).rejects.toMatchObject({ code: '42501' });
    }
    await client.end();
    await expect(migrate(url, { schema: 'ada' })).rejects.toMatchObject({ code: 'RCV436' });
  });

  it('is told what it lacks', async () => {
    await admin.query('CREATE ROLE reader LOGIN');
    await admin.query('GRANT USAGE ON SCHEMA reconverge TO reader');
    const reader = executor({ url: urlOf('reader') });
    await expect(reader).rejects.toMatchObject({ code: 'RCV436' });
    await admin.query('GRANT SELECT ON reconverge.schema_version TO reader');
    const client = await executor({ url: urlOf('reader'), concurrency: 0 });
    await expect(client.start("kee'per", 1)).rejects.toMatchObject({ code: 'RCV436' });
  });
});

it('says what happens, in spans and in entries', async () => {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const entries: LogEntry[] = [];
  const one = await executor({
    tracer: provider.getTracer('test'),
    logger: (entry) => void entries.push(entry),
  });
  answer = () => 1;
  const id = await one.start("kee'per", 'any', { key: 'k' });
  await one.result(id);
  await one.close();
  const spans = exporter.getFinishedSpans().map(({ name, attributes }) => [name, attributes]);
  expect(spans).toEqual([
    [
      'effect fetch',
      { 'reconverge.workflow': id, 'reconverge.key': 'k', 'reconverge.memo': `${id}/1/0` },
    ],
    ['workflow', { 'reconverge.workflow': id, 'reconverge.key': 'k' }],
  ]);
  expect(entries).toEqual([{ event: 'workflow.done', workflow: id, key: 'k', because: '' }]);
  await provider.shutdown();
});
