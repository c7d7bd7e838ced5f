import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Trace } from '../../src/model/verdict.ts';
import { documentIn, reconverge } from './cli.ts';

const BUG = ['--set', 'bug=premature-commit'];
const HEAD = { history: 'reconverge/history@1', observed: [{}] };
let folder: string;
let trace: Trace;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'histories-'));
  const ran = await reconverge(['check', 'two-phase-commit', ...BUG, '--json']);
  const [violated] = documentIn(ran).properties.filter(({ result }) => result === 'violated');
  trace = violated!.trace!;
}, 60_000);
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, lines: readonly object[], end = ''): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, `${lines.map((line) => JSON.stringify(line)).join('\n')}\n${end}`);
  return path;
}

const ended = (rows: readonly object[]): readonly object[] => [HEAD, ...rows, { end: rows.length }];

async function judged(path: string, ...more: readonly string[]) {
  const args = ['conform', 'two-phase-commit', '--history', path, '--json', ...more];
  const ran = await reconverge(args);
  return { exitCode: ran.exitCode, report: documentIn(ran) };
}

describe.concurrent('reconverge conform --history', () => {
  it('takes the steps of a trace for a history, and accepts it', async () => {
    const path = await file('whole.jsonl', ended(trace.steps));
    const { exitCode, report } = await judged(path, ...BUG);
    expect(exitCode).toBe(0);
    expect(report).toMatchObject({ verb: 'conform', result: 'holds', completeness: 'exhaustive' });
    const points = { covered: trace.steps.length, total: trace.steps.length };
    expect(report.conformance).toMatchObject({
      postgres: null,
      tier: null,
      points,
      divergences: [],
    });
    expect(report.properties).toMatchObject([
      { name: 'whole.jsonl', kind: 'history', result: 'holds', vacuous: false },
    ]);
  });

  it('rejects what the broken variant did, for the model without the bug', async () => {
    const path = await file('buggy.jsonl', ended(trace.steps));
    const { exitCode, report } = await judged(path);
    expect(exitCode).toBe(1);
    const [divergence] = report.conformance!.divergences;
    expect(report.conformance!.divergences).toHaveLength(1);
    expect(divergence!.point).toBe(`buggy.jsonl:${divergence!.step + 1}`);
    expect(report.conformance!.points.covered).toBe(divergence!.step - 1);
    const { stdout } = await reconverge(['conform', 'two-phase-commit', '--history', path]);
    expect(stdout).toContain('THE MODEL HAS NO SUCH BEHAVIOUR');
    expect(stdout).toContain(`first row that does not fit: ${divergence!.point}`);
    expect(stdout).toContain('possible here: ');
  });

  it('misses a deleted row where every step is observed, and only there', async () => {
    const rows = trace.steps.filter((_, index) => index !== 2);
    const strict = await judged(await file('deleted.jsonl', ended(rows)), ...BUG);
    expect(strict.exitCode).toBe(1);
    expect(strict.report.conformance!.divergences[0]).toMatchObject({ step: 3 });
    const lines = [{ history: HEAD.history }, ...rows, { end: rows.length }];
    const free = await judged(await file('free.jsonl', lines), ...BUG);
    expect(free.exitCode).toBe(0);
  });

  it('does not decide what is empty, cut off, or behind a bound', async () => {
    const empty = await judged(await file('empty.jsonl', ended([])));
    expect(empty).toMatchObject({ exitCode: 3, report: { result: 'unknown' } });
    expect(empty.report.properties[0]).toMatchObject({ vacuous: true });
    const lines = [HEAD, ...trace.steps];
    const torn = await judged(await file('torn.jsonl', lines, '{"actor":"t'), ...BUG);
    expect(torn).toMatchObject({ exitCode: 3, report: { completeness: 'bounded' } });
    expect(torn.report.properties[0]!.because).toContain('ends in the middle');
    const open = await file('open.jsonl', lines);
    expect((await judged(open, ...BUG)).exitCode).toBe(3);
    expect((await judged(open, ...BUG, '--prefix')).exitCode).toBe(0);
    const bounded = await judged(open, ...BUG, '--prefix', '--max-states', '2');
    expect(bounded.exitCode).toBe(3);
    expect(bounded.report.properties[0]!.because).toContain('the exploration ended at a bound');
  });

  it('begins in the middle, if asked', async () => {
    const path = await file('suffix.jsonl', ended(trace.steps.slice(3)));
    expect((await judged(path, ...BUG)).exitCode).toBe(1);
    expect((await judged(path, ...BUG, '--suffix')).exitCode).toBe(0);
    const args = ['conform', 'two-phase-commit', ...BUG, '--history', path, '--suffix'];
    const { stdout } = await reconverge(args);
    expect(stdout).toContain('THE MODEL HAS THIS BEHAVIOUR');
    expect(stdout).toContain(`  replay npx reconverge ${args.join(' ')}\n`);
  });

  it('says which line is wrong, and what the model does not have', async () => {
    const wrong = await judged(await file('wrong.jsonl', ended([{ actr: 'tm' }])));
    expect(wrong.exitCode).toBe(2);
    expect(wrong.report.error).toMatchObject({ code: 'RCV603', at: 'wrong.jsonl:2' });
    const strange = await judged(await file('strange.jsonl', ended([{ actor: 'nobody' }])));
    expect(strange.exitCode).toBe(2);
    expect(strange.report.error).toMatchObject({ code: 'RCV604', at: 'strange.jsonl:2' });
    const view = await judged(await file('view.jsonl', ended([{ state: { tm: { valu: 1 } } }])));
    expect(view.report.error).toMatchObject({ code: 'RCV604', at: 'view.jsonl:2' });
    const path = await file('other.jsonl', [{ ...HEAD, model: 'token-ring' }, { end: 0 }]);
    const other = await judged(path);
    expect(other.report.error).toMatchObject({
      code: 'RCV604',
      message: "the history is of 'token-ring', not of 'two-phase-commit'",
    });
    const nowhere = await judged(join(folder, 'nowhere.jsonl'));
    expect(nowhere.report.error).toMatchObject({ code: 'RCV607' });
    const alone = await reconverge(['conform', 'two-phase-commit', '--suffix', '--json']);
    expect(alone.exitCode).toBe(2);
    expect(documentIn(alone).error).toMatchObject({ code: 'RCV502' });
  });
});
