import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Report, Trace } from '../../src/model/verdict.ts';
import { documentIn, fixture, notesIn, reconverge } from './cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'check-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe.concurrent('reconverge check', () => {
  it('finds the published number of states of two-phase commit', async () => {
    const ran = await reconverge(['check', 'two-phase-commit', '--json']);
    expect(ran.exitCode).toBe(0);
    const report = documentIn(ran);
    expect(report).toMatchObject({
      schema: 'reconverge/report@1',
      verb: 'check',
      model: { name: 'two-phase-commit', parameters: { participants: 3, bug: 'none' } },
      result: 'holds',
      completeness: 'exhaustive',
      bounds: {},
      seed: null,
      stats: { states: 288, depth: 11 },
      tolerance: [],
      conformance: null,
      error: null,
    });
    expect(report.model?.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(report.properties.map(({ name, result }) => `${name} ${result}`)).toEqual([
      'consistent holds',
      'can commit holds',
      'can abort holds',
      'can refuse holds',
      'can call off holds',
    ]);
    expect(notesIn(ran)).toBe('');
  });

  it.each([
    [1, 12],
    [2, 56],
    [4, 1568],
  ])('finds the states of two-phase commit with %i participants', async (participants, states) => {
    const args = ['check', 'two-phase-commit', '--set', `participants=${participants}`, '--json'];
    expect(documentIn(await reconverge(args)).stats?.states).toBe(states);
  });

  it('writes its keys in the order of the schema, and the same twice but for stats', async () => {
    const args = ['check', 'two-phase-commit', '--set', 'bug=premature-commit', '--json'];
    const [one, two] = await Promise.all([reconverge(args), reconverge(args)]);
    const withoutStats = (text: string): string => text.replace(/"stats": \{[^}]*\}/, '');
    expect(withoutStats(one.stdout)).toBe(withoutStats(two.stdout));
    const report = documentIn(one);
    expect(Object.keys(report).join(' ')).toBe(
      'schema verb model result completeness bounds seed stats ' +
        'properties tolerance conformance error',
    );
    expect(Object.keys(report.properties[0] ?? {})).toEqual(
      'name kind result failure vacuous because values trace replay'.split(' '),
    );
    expect(Object.keys(report.properties[0]?.trace?.steps[0] ?? {})).toEqual(
      'actor event label fault state'.split(' '),
    );
  });

  it('shows the shortest counterexample and a command that finds it again', async () => {
    const ran = await reconverge(['check', 'two-phase-commit', '--set', 'bug=premature-commit']);
    expect(ran.exitCode).toBe(1);
    expect(ran.stdout).toMatch(
      /'consistent' is false in the last state: rm\[0\] in committed,\s+rm\[\d\] in aborted \(7 steps\)/,
    );
    expect(ran.stdout).toContain('7 P rm[0] COMMIT');
    const [, command = ''] = /^replay npx reconverge (.*)$/m.exec(ran.stdout) ?? [];
    expect(command).toBe('check two-phase-commit --set bug=premature-commit --property consistent');
    const again = await reconverge([...command.split(' '), '--json']);
    expect(again.exitCode).toBe(1);
    expect(documentIn(again).properties[0]?.trace?.steps.length).toBe(7);
  });

  it('quotes names with spaces in the command', async () => {
    const ran = await reconverge(['check', fixture('two-wrong.ts'), '--json']);
    const replays = documentIn(ran).properties.map(({ replay }) => replay);
    expect(replays[0]).toBe(`npx reconverge check ${fixture('two-wrong.ts')} --property "never 3"`);
  });

  it('lists the assumptions and what each step changed', async () => {
    const args = ['check', 'order-fulfilment', '--set', 'bug=forgetful', '--property', 'converges'];
    const { stdout, exitCode } = await reconverge(args);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('assuming weak fairness of every actor');
    expect(stdout).toMatch(/\d+ F payments .*! charge\.\w+ /);
    expect(stdout).toMatch(
      /P order +failed forward\.charging: transient network +\[transient\] → retrying/,
    );
    expect(stdout).not.toContain('\u001b');
  });

  it('marks the loop of a lasso', async () => {
    const args = ['check', 'token-ring', '--set', 'values=2', '--property', 'converges'];
    const { stdout, exitCode } = await reconverge(args);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('lasso: the loop is fair');
    expect(stdout).toMatch(/── the loop begins here\n 1 P/);
    expect(stdout).toMatch(/── and again from step 1, for ever \(a loop of \d+ steps\)/);
  });

  it.each([
    [['--max-states', '50'], { states: 50 }],
    [['--max-depth', '3'], { depth: 3 }],
    [['--memory', '1'], { memoryBytes: 2 ** 20 }],
  ])('is inconclusive at the bound %j', async (flags, bounds) => {
    const ran = await reconverge(['check', 'two-phase-commit', ...flags, '--json']);
    expect(ran.exitCode).toBe(3);
    const report = documentIn(ran);
    expect(report).toMatchObject({ result: 'unknown', completeness: 'bounded', bounds });
    expect(report.properties.map(({ result }) => result)).toContain('unknown');
  });

  it('says what grows without bound, and soon', async () => {
    const ran = await reconverge(['check', fixture('growing.ts')]);
    expect(ran.exitCode).toBe(3);
    expect(ran.stdout).toContain('counter.context.n seems to grow without bound');
    expect(ran.seconds).toBeLessThan(30);
  });

  it('says what it left out with --reduce, and when that was nothing', async () => {
    const args = ['check', 'two-phase-commit', '--reduce'];
    const document = documentIn(await reconverge([...args, '--json']));
    expect(document).toMatchObject({ result: 'holds', completeness: 'exhaustive' });
    expect(document.stats).toMatchObject({
      states: 206,
      visited: 'dense bitmap, independent steps in one order',
    });
    const { stdout } = await reconverge(args);
    expect(stdout).toContain('HOLDS (exhaustive)  206 distinct states');
    expect(stdout).toContain('not every reachable state was counted: independent steps in one');
    const ran = await reconverge(['check', 'token-ring', '--reduce', '--json']);
    expect([ran.exitCode, documentIn(ran).stats?.visited]).toEqual([0, 'dense bitmap']);
    expect(notesIn(ran)).toMatch(/^note: --reduce left nothing out/);
  });

  it('makes a mistake of what is proved of nothing, with --strict', async () => {
    const asked = ['check', fixture('vacuous.ts')];
    const [plain, strict] = await Promise.all([
      reconverge(asked),
      reconverge([...asked, '--strict']),
    ]);
    expect([plain.exitCode, strict.exitCode]).toEqual([0, 2]);
    expect(plain.stdout).toContain('holds  (steps = change nothing that it reads; vacuous)');
    expect(notesIn(strict)).toBe('strict: vacuous: answered, calm\n');
  });

  it('says that more workers are not used', async () => {
    const ran = await reconverge(['check', 'two-phase-commit', '--workers', '4', '--json']);
    expect(ran.exitCode).toBe(0);
    expect(notesIn(ran)).toBe(
      'note: explored by one worker: only a large search over a bitmap is shared out\n',
    );
    expect(documentIn(ran).stats?.states).toBe(288);
  });

  it('is done well within a second where there is little to do', async () => {
    await reconverge(['check', 'two-phase-commit']);
    const { seconds } = await reconverge(['check', 'two-phase-commit', '--set', 'participants=1']);
    expect(seconds).toBeLessThan(5);
  });

  it('writes the report to a folder that it makes, and that of an error, too', async () => {
    const out = join(folder, 'deep', 'er');
    const ran = await reconverge(['check', 'two-phase-commit', '--json', '--out', out]);
    expect(readFileSync(join(out, 'report.json'), 'utf8')).toBe(ran.stdout);
    expect(ran.stderr).toContain(join(out, 'report.json'));
    const failed = await reconverge(['check', 'two-phase-commit', '--set', 'x=1', '--out', out]);
    expect(failed.exitCode).toBe(2);
    expect(readFileSync(join(out, 'report.json'), 'utf8')).toContain('RCV102');
  });

  it('refuses a folder that cannot be made', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    for (const out of [join(file, 'x'), '/proc/nothing/here']) {
      const ran = await reconverge(['check', 'two-phase-commit', '--json', '--out', out]);
      expect(ran.exitCode).toBe(2);
      expect(documentIn(ran).error?.code).toBe('RCV503');
    }
  });

  it('keeps what a model prints out of the document', async () => {
    const ran = await reconverge(['check', fixture('talkative.ts'), '--json']);
    expect(ran.exitCode).toBe(0);
    expect(documentIn(ran).stats?.states).toBe(2);
    expect(ran.stderr).toContain('loading\nguarding\n');
  });
});

describe.concurrent('reconverge check --replay', () => {
  it('says whether the traces of a report are behaviours', async () => {
    const args = ['check', 'two-phase-commit', '--set', 'bug=premature-commit', '--json'];
    const report = join(folder, 'found.json');
    const found = await reconverge(args);
    writeFileSync(report, found.stdout);
    const replayed = await reconverge(['check', 'two-phase-commit', '--replay', report, '--json']);
    expect(replayed.exitCode).toBe(0);
    expect(notesIn(replayed)).toBe('');
    expect(documentIn(replayed)).toMatchObject({
      result: 'holds',
      model: { parameters: { bug: 'premature-commit' } },
    });
    const correct = ['check', 'two-phase-commit', '--set', 'bug=none', '--replay', report];
    const refuted = await reconverge([...correct, '--json']);
    expect(refuted.exitCode).toBe(1);
    expect(refuted.stderr).toContain('the model is not the one that the traces were found in');
    expect(documentIn(refuted).properties[0]).toMatchObject({
      name: 'consistent',
      kind: 'replay',
      result: 'violated',
      because: 'step 6 (COMMIT) does not exist',
    });
  });

  it('walks the trace with the fewest faults under no more than those', async () => {
    const given = ['--set', 'write=database-first', '--set', 'writers=1'];
    const out = join(folder, 'fewest');
    const asked = ['check', 'outbox', ...given, '--property', 'nothing lost'];
    const ran = await reconverge([...asked, '--out', out]);
    expect(ran.stdout).toContain('the fewest faults: 8 steps with no fault but writer.crash\n');
    const file = join(out, 'report.json');
    const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
    const { trace, values } = report.properties[0]!;
    expect(values).toMatchObject({ fewest: { faults: { 'writer.crash': 1 } } });
    const { trace: other } = values['fewest'] as unknown as { readonly trace: Trace };
    const faults = ({ steps }: Trace) => steps.flatMap(({ fault }) => fault?.name ?? []);
    expect([trace!, other].map(faults)).toEqual([
      ['writer.crash', 'writer.REFUSE'],
      ['writer.crash'],
    ]);
    const replayed = await reconverge(['check', 'outbox', '--replay', file, '--json']);
    expect(documentIn(replayed).properties.map(({ name, result }) => [name, result])).toEqual([
      ['nothing lost', 'holds'],
      ['nothing lost, fewest faults', 'holds'],
    ]);
    const more = JSON.stringify(report).replace('{"writer.crash":1}', '{}');
    expect(more).not.toBe(JSON.stringify(report));
    writeFileSync(file, more);
    const refuted = await reconverge(['check', 'outbox', '--replay', file, '--json']);
    expect(documentIn(refuted).properties.map(({ result }) => result)).toEqual([
      'holds',
      'violated',
    ]);
  });

  it('walks an example of a property, and knows where there is none', async () => {
    const out = join(folder, 'example');
    const asked = ['check', 'two-phase-commit', '--example', 'can commit'];
    const ran = await reconverge([...asked, '--out', out]);
    expect(ran.exitCode).toBe(0);
    expect(ran.stdout).toContain('it comes to where it holds (10 steps)');
    expect(ran.stdout).toMatch(/^10 P rm\[\d\] COMMIT +→ committed$/m);
    const report = join(out, 'report.json');
    const replayed = await reconverge(['check', 'two-phase-commit', '--replay', report, '--json']);
    expect(documentIn(replayed)).toMatchObject({
      result: 'holds',
      properties: [{ kind: 'replay' }],
    });
    const none = await reconverge(['check', fixture('vacuous.ts'), '--example', 'answered']);
    expect(none.exitCode).toBe(1);
    expect(none.stdout).toContain('no run shows what it asks for');
    const unknown = await reconverge([...asked.slice(0, 3), 'nothing']);
    expect(unknown.stderr).toContain('RCV302');
  });

  it('takes a single trace, too', async () => {
    const args = ['check', fixture('two-wrong.ts'), '--property', 'never 3', '--json'];
    const [property] = documentIn(await reconverge(args)).properties;
    const file = join(folder, 'trace.json');
    writeFileSync(file, JSON.stringify(property?.trace));
    const ran = await reconverge(['check', fixture('two-wrong.ts'), '--replay', file]);
    expect(ran.exitCode).toBe(0);
    expect(ran.stdout).toContain('the trace is a behaviour of this model (3 steps)');
  });

  it.each([
    ['no JSON', '{'],
    ['no object', '[1]'],
    ['no trace', '{"properties": [{"trace": {"initial": 1}}]}'],
    ['a loop out of range', '{"initial": {}, "steps": [], "loop": 0}'],
  ])('refuses a file with %s', async (name, text) => {
    const file = join(folder, `${name}.json`);
    writeFileSync(file, text);
    const ran = await reconverge(['check', 'two-phase-commit', '--replay', file, '--json']);
    expect(ran.exitCode).toBe(2);
    expect(documentIn(ran).error?.code).toBe('RCV504');
  });
});
