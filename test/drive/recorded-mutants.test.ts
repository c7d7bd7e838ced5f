import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DrivenSuite, parameterValues, Recording, suiteFor } from 'reconverge';
import { afterAll, expect, test } from 'vitest';
import model from '../../models/order-fulfilment.ts';
import { historyOfLines } from '../../src/conform/history-file.ts';
import { HistoryJudge } from '../../src/conform/judge-history.ts';
import { BUGS, type Bug } from './order/bugs.ts';
import { orderDriver } from './order/driver.ts';

const system = model.build(parameterValues(model.parameters, {}));
const suite = suiteFor(system);
const judge = new HistoryJudge(system, {});
const folder = mkdtempSync(join(tmpdir(), 'reconverge-recorded-mutants-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const lastOf = (file: string) => judge.judge(historyOfLines(readFileSync(file, 'utf8'), file));

/** What the judge says of the recorded run that first shows a bug, and whether it came to its end. */
async function killing(bug: Bug): Promise<{ readonly result: string; readonly isWhole: boolean }> {
  const driver = orderDriver(bug);
  const recorder = new Recording(folder, model.name, driver);
  const { sequences, player } = new DrivenSuite(suite, driver, { recorder });
  for (const sequence of sequences) {
    const played = await player.play(sequence);
    if (played.is !== 'deviated') continue;
    const { result } = lastOf(recorder.fileOf(sequence.name));
    return { result, isWhole: played.deviation.expected.length > 0 };
  }
  throw new Error(`no sequence shows '${bug}'`);
}

test.each(BUGS)('the record of a system that %s', async (bug) => {
  const { result, isWhole } = await killing(bug);
  // Where a step could not be taken, the record is cut off, and says nothing.
  expect(result).toBe(isWhole ? 'violated' : 'unknown');
});

test('the records of the system as it should be', async () => {
  const driver = orderDriver(null);
  const recorder = new Recording(folder, model.name, driver);
  const { sequences, player } = new DrivenSuite(suite, driver, { recorder });
  for (const sequence of sequences) {
    expect(await player.play(sequence)).toEqual({ is: 'agreed' });
    expect(lastOf(recorder.fileOf(sequence.name)).result).toBe('holds');
  }
});
