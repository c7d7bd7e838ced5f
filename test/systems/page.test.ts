import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { allSequences, campaign, NAMES } from './campaign.ts';
import { divergencesOf } from './divergences.ts';
import { isStrike } from './letters.ts';
import { pageOf } from './page.ts';
import { LANES, recordOf, REPLAYS, versions, type Recorded } from './record.ts';

const docs = new URL('../../docs/', import.meta.url);
const data = new URL('systems.json', docs);
const page = new URL('systems.md', docs);
const isLong = process.env['RECONVERGE_TESTS'] === 'long';
const isUpdated = process.env['UPDATE_SYSTEMS'] === '1';
const recorded = (): Recorded => JSON.parse(readFileSync(data, 'utf8')) as Recorded;

test.runIf(isLong)('every sequence on every system shows what the page says', async () => {
  const sequences = allSequences();
  const played = await campaign(NAMES, sequences, LANES);
  for (const { letters, struck } of Object.values(played).flat()) {
    expect(struck, letters.join(' ')).toEqual(letters.filter(isStrike));
  }
  if (isUpdated) {
    const made = await recordOf(played);
    writeFileSync(data, `${JSON.stringify(made, null, 2)}\n`);
    writeFileSync(page, pageOf(made));
    return;
  }
  const named = ({ engine, oracle, cause }: { engine: string; oracle: string; cause: string }) =>
    `${engine}: ${oracle}, ${cause}`;
  const { rows } = recorded();
  const always = rows.filter(({ again }) => again === REPLAYS).map(named);
  const seen = NAMES.flatMap((engine) => divergencesOf(engine, played[engine] ?? [])).map(named);
  expect(seen).toEqual(expect.arrayContaining(always));
  const unknown = seen.filter((one) => !rows.map(named).includes(one));
  // What was only slow in a crowd is no divergence: it must be seen alone, too.
  if (unknown.length > 0)
    expect((await recordOf(played)).rows.map(named)).not.toContain(unknown[0]);
});

test('the page is made of what was recorded, with the versions that are installed', () => {
  expect(readFileSync(page, 'utf8')).toBe(pageOf(recorded()));
  expect(recorded().versions).toEqual(versions());
  expect(recorded().sequences).toBeLessThanOrEqual(allSequences().length);
});
