import { expect, test } from 'vitest';
import { exploring } from '../../../src/cli/check-progress.ts';

const found = { states: 1000, transitions: 4000, depth: 7, queued: 200, elapsedMs: 2000 };
const said = 'exploring: 1,000 states, 4,000 transitions, depth 7, 200 to do, 500 states/s';

test.each([
  ['nothing is known', null, null, said],
  ['an estimate', 4000, null, `${said}, 25 % of about 4,000, 6.00 s to go`],
  ['only what is certain', null, 8000, `${said}, at least 12 % (there are no more than 8,000)`],
  ['an estimate tells more', 4000, 8000, `${said}, 25 % of about 4,000, 6.00 s to go`],
  ['a bound that says nothing', null, 100_001, said],
  ['an estimate that is passed', 900, null, said],
])('progress with a rate, and with what is left: %s', (_, estimate, most, text) => {
  expect(exploring({ ...found, estimate, most })).toBe(text);
});
