import { expect, test } from 'vitest';
import { campaign, NAMES } from './campaign.ts';
import type { EngineName } from './engines/all.ts';
import type { Letter } from './letters.ts';

const [engine = '', letters = ''] = (process.env['REPLAY'] ?? '').split(': ');

/** `REPLAY='dbos: start serve'` plays that on that system, and fails as the model says. */
test.skipIf(engine === '')(`${engine}: ${letters}`, async () => {
  expect(NAMES).toContain(engine);
  const sequence = letters.split(' ') as Letter[];
  const played = await campaign([engine as EngineName], [sequence], 1);
  const run = played[engine]?.[0];
  process.stdout.write(`asked for, process by process: ${run?.asked}; result: ${run?.result}\n`);
  expect(run?.findings).toEqual([]);
});
