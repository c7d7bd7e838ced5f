import { expect, test } from 'vitest';
import { allSequences, campaign } from './campaign.ts';
import type { EngineName } from './engines/all.ts';
import type { Letter } from './letters.ts';

/** A process that is frozen once its step is in the ledger, and wakes when the other has gone on. */
const LATE: readonly Letter[] = ['start', 'serve', 'freeze', 'serve', 'answer', 'save', 'wake'];

const isLong = process.env['RECONVERGE_TESTS'] === 'long';

const runOf = async (engine: EngineName) => (await campaign([engine], [LATE], 1))[engine]?.[0];

test('the sequence is one of those that the model gives', () => {
  expect(allSequences().map(String)).toContain(String(LATE));
});

test
  .runIf(isLong)
  .concurrent('a job table that knows its owner agrees with the model', async () => {
    const run = await runOf('job-table-fenced');
    expect(run).toMatchObject({ findings: [], struck: ['freeze'], result: 'pay reserve notify' });
  });

test
  .runIf(isLong)
  .concurrent('one that does not lets a process that wakes late set the job back', async () => {
    const { findings = [], struck } = (await runOf('job-table')) ?? {};
    expect(struck).toEqual(['freeze']);
    expect(findings.map(({ oracle }) => oracle)).toContain('effects');
  });
