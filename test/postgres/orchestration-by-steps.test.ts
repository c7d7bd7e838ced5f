import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { createActor } from 'xstate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import orderBySteps from '../../models/order-by-steps.ts';
import { serviceMachine } from '../../src/build/service-machine.ts';
import { conform } from '../../src/conform/conform.ts';
import type { Model } from '../../src/model/define.ts';
import { parameterValues } from '../../src/model/parameter.ts';
import { runWorkflows } from '../../src/postgres/run.ts';
import type { PostgresServer } from '../../src/postgres/server/running.ts';
import { ServiceTables } from '../../src/postgres/services.ts';
import { startTestServer } from './server-under-test.ts';
import bySteps from './fixtures/by-steps.ts';

const script = fileURLToPath(new URL('../../dist/src/cli/executor-worker.js', import.meta.url));
const file = fileURLToPath(new URL('fixtures/by-steps.ts', import.meta.url));
let server: PostgresServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

/** The long run has what takes longer, too. */
const isLong = process.env['RECONVERGE_TESTS'] === 'long';

type Set = Readonly<Record<string, string>>;
const entryOf = (model: string, set: Set) => ({ script, args: [JSON.stringify({ model, set })] });

function play(
  model: Model,
  name: string,
  set: Set,
  workerSet = set,
  divergencesMax = 10,
  select = (_point: string) => true,
) {
  return conform(model, parameterValues(model.parameters, set), {
    url: server.url,
    version: server.version,
    worker: entryOf(name, workerSet),
    lanes: 2,
    divergencesMax,
    select,
    interrupted: () => false,
    onProgress: () => {},
  });
}

describe('orchestrations from steps on PostgreSQL, in lock-step', { timeout: 240_000 }, () => {
  it('one step after the other, with a crash: agrees at every fault point', async () => {
    const set = { crashes: '1', failures: '0' };
    const few = (point: string): boolean => isLong || point.includes('{forward:{charge:');
    const played = await play(orderBySteps, 'order-by-steps', set, set, 10, few);
    const { conformance, points } = played;
    expect(conformance.divergences).toEqual([]);
    expect(conformance.points.covered).toBe(conformance.points.total);
    expect(points).toContain('worker.crash in {forward:{charge:asking}}, after charge');
  });

  it.runIf(isLong)(
    'a group, a part, a timeout and a step behind the pivot: agrees, too',
    async () => {
      const { conformance, points } = await play(bySteps, file, {});
      expect(conformance.divergences).toEqual([]);
      expect(conformance.points.covered).toBe(conformance.points.total);
      expect(points.some((point) => point.startsWith('pack.halfDone'))).toBe(true);
      expect(points.some((point) => point.startsWith('payment/capture.loseReply'))).toBe(true);
    },
  );

  it.runIf(isLong)('reproduces what happens without a key', async () => {
    const set = { crashes: '1', failures: '0', bug: 'no-key' };
    const { conformance, properties } = await play(orderBySteps, 'order-by-steps', set);
    expect(conformance.divergences).toEqual([]);
    expect(properties.map(({ name }) => name)).toContain('L9 nothing twice');
    expect(properties.every(({ values }) => values['reproduced'] === true)).toBe(true);
  });

  it('finds a worker that leaves out what an option says', async () => {
    const set = { crashes: '0', failures: '1' };
    const workerSet = { ...set, bug: 'volatile-decision' };
    const { conformance } = await play(orderBySteps, 'order-by-steps', set, workerSet, 1);
    expect(conformance.divergences.length).toBeGreaterThan(0);
  });
});

describe('the table of a service', () => {
  const types = ['DO', 'DO_ANEW', 'DO_HALF', 'UNDO', 'FORGET'] as const;
  const longer = (way: readonly string[]) => types.map((type) => [...way, type]);
  const once = longer([]);
  const twice = once.flatMap(longer);
  const ways = [...once, ...twice, ...twice.flatMap(longer)];

  it(`does what its machine does, whatever three requests come`, async () => {
    const binding = orderBySteps.postgres?.(parameterValues(orderBySteps.parameters, {}));
    if (binding === undefined) throw new Error('there is no binding');
    const tables = new ServiceTables(server.url, 'public', binding);
    await tables.create();
    const different: string[] = [];
    for (const [index, way] of ways.entries()) {
      const key = `w${index}/charge`;
      const actor = createActor(serviceMachine()).start();
      for (const type of way as (typeof types)[number][]) {
        const event = { type, key };
        actor.send(event);
        await tables.apply('payments', event);
      }
      const { context } = actor.getSnapshot();
      const stored = await tables.read('payments', `w${index}`);
      if (!isDeepStrictEqual(stored, context)) different.push(way.join(' '));
    }
    await tables.close();
    expect(ways).toHaveLength(155);
    expect(different).toEqual([]);
  });
});

describe('orchestrations from steps, run with faults', { timeout: 120_000 }, () => {
  const run = (bug: string) =>
    runWorkflows(bySteps, parameterValues(bySteps.parameters, { bug }), {
      url: server.url,
      schema: `run_${bug.replace('-', '_')}`,
      worker: entryOf(file, { bug }),
      workflows: 24,
      workers: 2,
      faultRate: 0.5,
      seed: 3,
      interrupted: () => false,
      onProgress: () => {},
    });

  it('end consistent, done or aborted', async () => {
    const { completed, inconsistencies, ends, fired } = await run('none');
    expect(inconsistencies).toEqual([]);
    expect(completed).toBe(24);
    expect(Object.keys(ends).toSorted()).toEqual(['"aborted"', '"done"']);
    expect(fired['payment/capture.loseReply']).toBeGreaterThan(0);
  });

  it('and do not without a key', async () => {
    const { inconsistencies } = await run('no-key');
    expect(inconsistencies.length).toBeGreaterThan(0);
  });
});
