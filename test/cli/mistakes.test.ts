import { describe, expect, it } from 'vitest';
import { documentIn, fixture, reconverge, type Ran } from './cli.ts';

/** A mistake of the user's: a coded error with a hint, exit code 2, one document, and no stack. */
function expectMistake(ran: Ran, code: string, message: RegExp): void {
  const { error, ...rest } = documentIn(ran);
  expect(error?.message).toMatch(message);
  expect(error?.code).toBe(code);
  expect(error?.hint).not.toBeNull();
  expect(ran.exitCode).toBe(2);
  expect(ran.stderr).toContain(`error ${code}: `);
  expect(ran.stderr).not.toMatch(/^\s+at .*[:(]/m);
  expect(rest).toMatchObject({
    model: null,
    result: 'unknown',
    completeness: null,
    bounds: {},
    seed: null,
    stats: null,
    properties: [],
    tolerance: [],
    conformance: null,
  });
}

describe.concurrent('mistakes in a machine', () => {
  it.each([
    ['clock', 'RCV210', /Date\.now\(\) was called/],
    ['new-date', 'RCV210', /new Date\(\) was called/],
    ['random', 'RCV210', /Math\.random\(\) was called/],
    ['performance', 'RCV210', /performance\.now\(\) was called/],
    ['uuid', 'RCV210', /crypto\.randomUUID\(\) was called/],
    ['mutation', 'RCV211', /mutates its own state/],
    ['unknown-actor', 'RCV207', /no actor 'nobody'/],
    ['undeclared-action', 'RCV208', /action 'sendEmail' is not declared/],
    ['endless', 'RCV212', /never comes to rest/],
    ['throwing-guard', 'RCV213', /the guard gave up/],
    ['date', 'RCV220', /context\.held holds a Date/],
    ['map', 'RCV220', /context\.held holds a Map/],
    ['nested-map', 'RCV220', /context\.held\.deep\[0\]\.map holds a Map/],
    ['class', 'RCV220', /context\.held holds a Money/],
    ['function', 'RCV220', /context\.held holds a function/],
    ['throwing-predicate', 'RCV213', /the predicate gave up/],
    ['predicate-clock', 'RCV210', /Date\.now\(\) was called/],
    ['predicate-number', 'RCV219', /answered 1/],
    ['throwing-input', 'RCV213', /no input today/],
    ['input-clock', 'RCV210', /Date\.now\(\) was called/],
  ])('%s', async (mistake, code, message) => {
    const args = ['check', fixture('mistakes.ts'), '--set', `mistake=${mistake}`, '--json'];
    expectMistake(await reconverge(args), code, message);
  });

  it('says nothing where there is none', async () => {
    const ran = await reconverge(['check', fixture('mistakes.ts'), '--json']);
    expect(documentIn(ran)).toMatchObject({ result: 'holds', error: null });
    expect(ran.exitCode).toBe(0);
  });
});

describe.concurrent('values that a checkpoint would lose', () => {
  it.each([
    ['undefined', 'RCV221', /context\.value is undefined/],
    ['nan', 'RCV221', /context\.value is NaN/],
    ['infinity', 'RCV221', /context\.value is Infinity/],
    ['date', 'RCV220', /context\.value holds a Date/],
    ['error', 'RCV220', /context\.value holds a Error/],
    ['nul', 'RCV221', /a NUL character/],
    ['deep', 'RCV221', /context\.value\.list\[0\]\.when is undefined/],
  ])('%s', async (value, code, message) => {
    const args = ['check', fixture('checkpoint-mistakes.ts'), '--set', `value=${value}`, '--json'];
    expectMistake(await reconverge(args), code, message);
  });
});

describe.concurrent('mistakes in what a model is made of', () => {
  it.each([
    ['RCV120', /order has no steps/],
    ['RCV121', /'ship' is the name of two things/],
    ['RCV122', /not a name/],
    ['RCV123', /pivot/],
    ['RCV124', /pivot/],
    ['RCV125', /pivot/],
    ['RCV126', /nothing/],
    ['RCV127', /attempts/],
    ['RCV128', /idempotent/],
    ['RCV129', /L2 typed/],
    ['RCV204', /'ask' has no meaning/],
    ['RCV205', /budget of 'ask\.loseReply' is -1/],
    ['RCV206', /'nobody', which can not fail/],
    ['RCV209', /is not supported/],
    ['RCV214', /left while its checkpoint is being saved/],
    ['RCV215', /two answers/],
    ['RCV216', /inbox of box is full \(2 messages\)/],
    ['RCV217', /box does not handle 'PUT'/],
    ['RCV218', /context of client while it is down/],
    ['RCV222', /goes round/],
    ['RCV301', /asks for consistency/],
    ['RCV303', /'total' is a property of the toolkit's own/],
    ['RCV304', /names no actor that could be fair/],
    ['RCV305', /no declared fault/],
    ['RCV306', /has no end of states/],
  ])('%s', async (code, message) => {
    const args = ['check', fixture('wrong-parts.ts'), '--set', `code=${code}`, '--json'];
    expectMistake(await reconverge(args), code, message);
  });

  it('says nothing where there is none', async () => {
    const ran = await reconverge(['check', fixture('wrong-parts.ts'), '--json']);
    expect(documentIn(ran)).toMatchObject({ result: 'holds', error: null });
  });
});

describe.concurrent('mistakes on the command line', () => {
  const model = 'two-phase-commit';
  it.each([
    [[], 'RCV502', /a verb is missing/],
    [['chek', model], 'RCV502', /unknown command 'chek'/],
    [['explain', model], 'RCV502', /unknown command 'explain'/],
    [['check'], 'RCV502', /missing required argument 'model'/],
    [['check', model, 'more'], 'RCV502', /too many arguments/],
    [['check', model, '--unknown'], 'RCV502', /unknown option '--unknown'/],
    [['check', model, '--max-states', '0'], 'RCV502', /--max-states/],
    [['check', model, '--max-depth', '1.5'], 'RCV502', /--max-depth/],
    [['check', model, '--timeout', '-1'], 'RCV502', /--timeout/],
    [['check', model, '--memory', 'much'], 'RCV502', /--memory/],
    [['check', model, '--workers', '0'], 'RCV502', /--workers/],
    [['check', model, '--watch'], 'RCV502', /answers more than once, --json just once/],
    [['check', model, '--set', 'participants'], 'RCV501', /'--set participants'/],
    [['check', model, '--set', '=3'], 'RCV501', /'--set =3'/],
    [['check', model, '--set', 'bugs=none'], 'RCV102', /no parameter 'bugs'/],
    [['check', model, '--set', 'participants=99'], 'RCV103', /from 1 to 10, not '99'/],
    [['check', model, '--set', 'participants=2.5'], 'RCV103', /whole number/],
    [['check', model, '--set', 'bug=nope'], 'RCV103', /cannot be 'nope'/],
    [['check', model, '--property', 'nope'], 'RCV302', /no property 'nope'/],
    [['check', 'two-phase-comit'], 'RCV101', /no model 'two-phase-comit'/],
    [['check', './nowhere.ts'], 'RCV104', /no file '.\/nowhere.ts'/],
    [['check', model, '--replay', 'nowhere.json'], 'RCV504', /nowhere\.json/],
    [['simulate', model, '--seed', 'x'], 'RCV502', /--seed/],
    [['simulate', model, '--seed', '1', '--path', '9:x'], 'RCV311', /leads to no sequence/],
    [['conform', model, '--suite', 'x'], 'RCV505', /--suite is not available/],
    [['explore', 'two-phase-comit'], 'RCV101', /no model 'two-phase-comit'/],
    [['explore', model, '--set', 'bug=nope'], 'RCV103', /cannot be 'nope'/],
    [['explore', model, '--property', 'nope'], 'RCV302', /no property 'nope'/],
    [['explore', model, '--port', 'x'], 'RCV502', /--port/],
    [['explore', model, '--port', '70000'], 'RCV502', /--port/],
    [['doctor', 'me'], 'RCV502', /too many arguments/],
  ])('%j', async (args, code, message) => {
    expectMistake(await reconverge([...args, '--json']), code, message);
  });

  it('lists the models and those that may have been meant', async () => {
    const { stdout, stderr } = await reconverge(['check', 'two-phase-comit']);
    expect(stdout).toBe('');
    expect(stderr).toContain('did you mean two-phase-commit?');
    expect(stderr).toContain('token-ring');
  });

  it('prints help and the version, and ends well', async () => {
    for (const args of [['--help'], ['check', '--help'], ['--version']]) {
      const ran = await reconverge(args);
      expect(ran.exitCode).toBe(0);
      expect(ran.stdout).not.toBe('');
    }
  });
});
