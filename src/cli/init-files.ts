/** A file of a user's own project, by its path from the project's folder, `/` between the parts. */
export interface FirstFile {
  readonly path: string;
  readonly text: string;
}

/** README.md shows it, too; a test compares them. */
const MODEL = `// payment.mts
import { assign, fromPromise, setup } from 'xstate';
import { actor, actors, always, defineModel } from 'reconverge';

const buyer = setup({
  types: {} as { tags: 'retry' },
  actors: { charge: fromPromise(async () => {}) },
}).createMachine({
  initial: 'paying',
  states: {
    paying: { invoke: { src: 'charge', onDone: 'paid', onError: 'waiting' } },
    waiting: { tags: 'retry', after: { 1000: 'paying' } },
    paid: { type: 'final' },
  },
});

const bank = setup({
  types: {} as { context: { charges: number }; events: { type: 'CHARGE' } },
}).createMachine({
  context: { charges: 0 },
  on: { CHARGE: { actions: assign({ charges: ({ context }) => context.charges + 1 }) } },
});

export default defineModel({
  name: 'payment',
  build: () =>
    actors({ buyer: actor(buyer), bank: actor(bank) }).faultTolerant({
      effects: { charge: { to: 'bank', send: () => ({ type: 'CHARGE' }) } },
      faults: { charge: { loseRequest: 1 } },
      recovery: { transient: 'retry', permanent: 'retry', partial: 'retry' },
      properties: { 'charged once': always((s) => s.bank.context.charges <= 1) },
    }),
});
`;

const TEST = `import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const cwd = fileURLToPath(new URL('..', import.meta.url));

/** Exit code 0: everything holds in every reachable state, and nothing of it is vacuous. */
test('payment recovers from every declared failure', () => {
  const command = 'npx reconverge check reconverge/payment.mts --strict';
  const { status, stdout, stderr } = spawnSync(command, { cwd, shell: true, encoding: 'utf8' });
  assert.equal(status, 0, stdout + stderr);
});
`;

const inFolder = (folder: string): string =>
  folder === '' ? '' : `    defaults: { run: { working-directory: ${JSON.stringify(folder)} } }\n`;

const workflow = (folder: string): string => `name: recovery
on: [push, pull_request]
jobs:
  recovery:
    runs-on: ubuntu-latest
${inFolder(folder)}    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with: { node-version: 22 }
      - run: npm ci
      - run: node --test reconverge/payment.test.mjs
`;

export const MODEL_PATH = 'reconverge/payment.mts';
export const TEST_PATH = 'reconverge/payment.test.mjs';

/** A model that holds, and the test that it does. */
export const MODEL_FILES: readonly FirstFile[] = [
  { path: MODEL_PATH, text: MODEL },
  { path: TEST_PATH, text: TEST },
];

/**
 * The workflow that runs the test on GitHub.
 * @param folder the project's folder in its repository; empty where it is the repository's own
 */
export function workflowFile(folder: string): FirstFile {
  return { path: '.github/workflows/reconverge.yml', text: workflow(folder) };
}
