import primaryStandby from '../../models/primary-standby.ts';
import { conforms } from '../../src/vitest/conforms.ts';
import { pairDriver, PAIR } from '../postgres/replication/driver.ts';
import { LEVELS } from '../postgres/replication/pair.ts';

/** Every transition at the level that is PostgreSQL's default; elsewhere every fault. */
const DEFAULT_LEVEL = 'on';

for (const level of LEVELS) {
  conforms(primaryStandby, pairDriver(level), {
    set: { ...PAIR, level },
    coverage: level === DEFAULT_LEVEL ? 'transitions' : 'faults',
    shrinkPlaysMax: 0,
    timeoutMs: 120_000,
  });
}
