import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('..', import.meta.url));

/** `--mode long` runs the tests that take minutes, and only those. */
export default defineConfig(({ mode }) => {
  const isLong = mode === 'long';
  return {
    resolve: {
      alias: {
        'reconverge/vitest': `${root}src/vitest/index.ts`,
        reconverge: `${root}src/index.ts`,
      },
    },
    test: {
      root,
      include: isLong
        ? [
            'test/long/**/*.test.ts',
            'test/cli/help.test.ts',
            'test/cli/testgen.test.ts',
            'test/differential/library.test.ts',
            'test/differential/reduction.test.ts',
            'test/differential/simulation.test.ts',
            'test/known-answers/manifest.test.ts',
            'test/postgres/conform.test.ts',
            'test/postgres/executor/mutants.test.ts',
            'test/postgres/histories.test.ts',
            'test/postgres/orchestration-by-steps.test.ts',
            'test/postgres/replication/*.test.ts',
            'test/postgres/run-killed.test.ts',
            'test/postgres/server-faults.test.ts',
            'test/postgres/two-regions.test.ts',
            'test/postgres/unending.test.ts',
            'test/property/simulate.test.ts',
            'test/systems/*.test.ts',
            'test/unit/conform/random-histories.test.ts',
            'test/unit/docs.test.ts',
            'test/unit/explore/sweep.test.ts',
            'test/unit/generate/suite.test.ts',
            'test/unit/job-table-guide.test.ts',
            'test/unit/mutate/library.test.ts',
          ]
        : ['test/**/*.test.ts'],
      exclude: isLong ? [] : ['test/long/**'],
      passWithNoTests: isLong,
      env: { RECONVERGE_TESTS: isLong ? 'long' : 'short' },
      // Two, also on two cores: many tests wait for a server or a command.
      maxWorkers: 2,
      testTimeout: isLong ? 1_800_000 : 60_000,
      hookTimeout: 60_000,
    },
  };
});
