import { randomUUID } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PostgresServer } from '../../../src/postgres/server/running.ts';
import { startTestServer } from '../server-under-test.ts';
import { checks, type Library } from './checks.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const folder = join(root, '.reconverge', `mutants-${process.pid}`);
let server: PostgresServer;
let made = 0;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await server.stop();
});

/** A bug that could creep into the executor: in which file, what text, and who must notice. */
const mutants: [bug: string, file: string, from: string, to: string, noticedBy: string][] = [
  [
    'the next step does not wait for the checkpoint',
    'executor/tenure.ts',
    'await this.store(state, false);',
    'void this.store(state, false).catch(() => {});',
    'a step begins when the checkpoint before it is stored',
  ],
  [
    'a save does not wait for the one before',
    'executor/tenure.ts',
    'const before = this.lastStored;',
    'const before = this.begun;',
    'regions that save at once do so one after another',
  ],
  [
    'the head stays where it was',
    'executor/tenure.ts',
    'this.headId = checkpointId;\n  }\n\n  private async save',
    '}\n\n  private async save',
    'there is a checkpoint behind each step',
  ],
  [
    'the end is saved like any other state',
    'executor/tenure.ts',
    'await this.store(state, true);',
    'await this.store(state, false);',
    'there is a checkpoint behind each step',
  ],
  [
    'a stale epoch is accepted',
    'executor/journal.ts',
    "'SELECT save_checkpoints($1)'",
    `'SELECT save_checkpoint(s.workflow_id, w.epoch, s.checkpoint_id, s.parent_id, s.step, s.state_data, s.final) FROM json_populate_recordset(NULL::checkpoints, $1) AS s JOIN workflows AS w ON w.workflow_id = s.workflow_id'`,
    'a worker that was overtaken saves nothing and lets go',
  ],
  [
    'a fenced worker goes on',
    'executor/tenure.ts',
    'includes(code)) return this.abandon(message);',
    'includes(code)) return;',
    'a worker that was overtaken saves nothing and lets go',
  ],
  [
    'memos are ignored',
    'executor/tenure.ts',
    'if (isRestored) {',
    'if (isRestored && source === null) {',
    'an answer that is remembered is not asked for again',
  ],
  [
    'answers are not remembered',
    'executor/tenure.ts',
    'if (this.isOver || this.saves !== saves) return;',
    'return;',
    'an answer that is remembered is not asked for again',
  ],
  [
    'an unknown outcome counts as a failure',
    'sql-error.ts',
    "return consequence === 'transient' || consequence === 'unknown';",
    "return consequence === 'transient';",
    'a save whose answer is lost is found to be saved',
  ],
];

/** The library with one text changed; a null change leaves it as it is. */
async function library(change: { file: string; from: string; to: string } | null) {
  const place = join(folder, String((made += 1)));
  mkdirSync(place, { recursive: true });
  for (const part of ['model', 'postgres', 'executor.ts']) {
    cpSync(join(root, 'src', part), join(place, 'src', part), { recursive: true });
  }
  symlinkSync(join(root, 'spec'), join(place, 'spec'));
  if (change !== null) {
    const path = join(place, 'src/postgres', change.file);
    const text = readFileSync(path, 'utf8');
    expect(text.split(change.from), 'the text to change is there, once').toHaveLength(2);
    writeFileSync(
      path,
      text.replace(change.from, () => change.to),
    );
  }
  return (await import(join(place, 'src/executor.ts'))) as Library;
}

async function failureOf(lib: Library, check: string): Promise<unknown> {
  const schema = `m_${randomUUID().replaceAll('-', '')}`;
  await lib.migrate(server.url, { schema });
  return checks[check]?.(lib, server.url, schema).then(
    () => null,
    (thrown: unknown) => thrown,
  );
}

describe('every check', () => {
  it.each(Object.keys(checks))('passes without a bug: %s', async (check) => {
    expect(await failureOf(await library(null), check)).toBeNull();
  });
});

/** The short run has the first bug for each check. */
const isLong = process.env['RECONVERGE_TESTS'] === 'long';
const played = mutants.filter(
  ([, , , , check], at) => isLong || mutants.findIndex(([, , , , one]) => one === check) === at,
);

describe('every seeded bug is noticed', () => {
  it.each(played)('%s', async (_, file, from, to, noticedBy) => {
    expect(Object.keys(checks)).toContain(noticedBy);
    const failure = await failureOf(await library({ file, from, to }), noticedBy);
    expect(failure).toBeInstanceOf(Error);
  });
});
