import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DrivenSuite, parameterValues, Recording, suiteFor } from 'reconverge';
import { afterAll, beforeAll, expect, test } from 'vitest';
import model from '../../models/order-fulfilment.ts';
import { reconverge } from '../cli/cli.ts';
import type { Bug } from './order/bugs.ts';
import { orderDriver } from './order/driver.ts';

const suite = suiteFor(model.build(parameterValues(model.parameters, { crashes: '0' })));
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'reconverge-recorded-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Records the first sequence, and lets the judge of histories look at it. */
async function judged(bug: Bug | null) {
  const driver = orderDriver(bug);
  const recorder = new Recording(join(folder, bug ?? 'none'), model.name, driver);
  const driven = new DrivenSuite(suite, driver, { recorder, shrinkPlaysMax: 0 });
  const [first] = driven.sequences;
  const played = await driven.player.play(first!);
  const file = recorder.fileOf(first!.name);
  const args = ['conform', 'order-fulfilment', '--set', 'crashes=0', '--history', file];
  return { played: played.is, ...(await reconverge(args)) };
}

test('what is recorded of the order as it should be conforms', async () => {
  const { played, exitCode, stdout } = await judged(null);
  expect([played, exitCode], stdout).toEqual(['agreed', 0]);
});

test('what is recorded of a deviation does not', async () => {
  const { played, exitCode, stdout } = await judged('forgets the receipt');
  expect([played, exitCode], stdout).toEqual(['deviated', 1]);
});
