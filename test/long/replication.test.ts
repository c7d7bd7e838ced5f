import primaryStandby from '../../models/primary-standby.ts';
import { conforms } from '../../src/vitest/conforms.ts';
import { pairDriver, PAIR } from '../postgres/replication/driver.ts';
import { LEVELS } from '../postgres/replication/pair.ts';

for (const level of LEVELS) {
  conforms(primaryStandby, pairDriver(level), {
    set: { ...PAIR, level },
    coverage: 'transitions',
    shrinkPlaysMax: 0,
    timeoutMs: 120_000,
  });
}
