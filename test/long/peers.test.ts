import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { QUICK } from '../bench/cases.ts';
import { measure } from '../bench/rounds.ts';
import { findTools, missing } from '../bench/tools.ts';
import { Workshop } from '../bench/workshop.ts';

const sources = fileURLToPath(new URL('../bench/', import.meta.url));
const places = { main: '', programs: '', sources };
const pace = { repetitions: 1, timeoutSeconds: 300, spendSeconds: 0 };
const box = findTools();
const workshop = new Workshop(box, sources);
afterAll(() => workshop.close());

/** The models as written for the peers have the counts and verdicts that ours are pinned to. */
describe.each(QUICK)('$name', (one) => {
  const peers = one.contenders.filter(
    ({ tool }) => !['Reconverge', '@xstate/graph'].includes(tool),
  );
  for (const contender of peers) {
    const lack = missing(contender.tool, box);
    const title = `${contender.tool}, ${contender.variant}`;
    test.skipIf(lack !== null)(lack === null ? title : `${title} (${lack})`, async () => {
      const alone = { ...one, contenders: [contender] };
      const [entry] = await measure(alone, workshop, places, box, pace);
      expect(entry).toMatchObject({ ending: 'measured', note: null });
    });
  }
});
