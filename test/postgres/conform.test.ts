import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import orderFulfilment from '../../models/order-fulfilment.ts';
import { conform, type ConformReport } from '../../src/conform/conform.ts';
import type { Model, PostgresBinding } from '../../src/model/define.ts';
import { parameterValues } from '../../src/model/parameter.ts';
import type { PostgresServer } from '../../src/postgres/server/running.ts';
import { startTestServer } from './server-under-test.ts';

const script = fileURLToPath(new URL('../../dist/src/cli/executor-worker.js', import.meta.url));
let server: PostgresServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

interface Played {
  readonly model?: Model;
  /** Parameters of the model, and of the worker where they differ. */
  readonly set: Readonly<Record<string, string>>;
  readonly workerSet?: Readonly<Record<string, string>>;
  readonly select?: (point: string) => boolean;
  readonly divergencesMax?: number;
}

function play({ model = orderFulfilment, set, workerSet = set, ...options }: Played) {
  return conform(model, parameterValues(orderFulfilment.parameters, set), {
    url: server.url,
    version: server.version,
    worker: { script, args: [JSON.stringify({ model: 'order-fulfilment', set: workerSet })] },
    lanes: 2,
    ...options,
    interrupted: () => false,
    onProgress: () => {},
  });
}

const agrees = ({ conformance }: ConformReport): void => {
  const { points, divergences } = conformance;
  expect(divergences).toEqual([]);
  expect(points.covered).toBe(points.total);
};
const { bug: choice } = orderFulfilment.parameters;
const bugs = choice?.type === 'choice' ? choice.values.filter((bug) => bug !== 'none') : [];

/** Every fault point in the long run; some of every family otherwise. */
const isLong = process.env['RECONVERGE_TESTS'] === 'long';
const FAMILIES = [
  'order.crash in {forward:charging}, before charge',
  'order.crash in {forward:charging}, after charge',
  'order.crash in {forward:charged}, before the commit of saveCheckpoint',
  'order.crash in {forward:charged}, after the commit of saveCheckpoint',
  'order.crash in {compensating:voiding}, before refund',
  'order.crash in {rollingBack:refunding}, after refund',
  'payments.adrift while down',
  'connection cut before COMMIT, in {forward:charged}, before the commit of saveCheckpoint',
  'connection cut after COMMIT, in {forward:charged}, before the commit of saveCheckpoint',
  'SIGKILL during recovery from {rollingBack:decided}',
];

describe('order-fulfilment on PostgreSQL 18, in lock-step', { timeout: 240_000 }, () => {
  it('agrees at every fault point, and there are points of every family', async () => {
    const few = (point: string): boolean => FAMILIES.some((family) => point.startsWith(family));
    const report = await play({ set: {}, ...(!isLong && { select: few }) });
    agrees(report);
    expect(report.conformance.points.total).toBeGreaterThan(isLong ? 100 : 9);
    for (const family of FAMILIES) expect(report.points).toContain(family);
  });

  it.each(isLong ? bugs : bugs.slice(0, 3))(
    'reproduces the counterexamples of bug=%s',
    async (bug) => {
      const report = await play({ set: { bug }, select: (point) => point.startsWith('counter') });
      agrees(report);
      expect(report.properties.length).toBeGreaterThan(0);
      for (const { values, trace } of report.properties) {
        expect(values['reproduced']).toBe(true);
        expect(trace?.steps.length).toBeGreaterThan(0);
      }
    },
  );
});

/** The correct model with one statement of its services replaced: the database is wrong. */
function withStatement(service: string, event: string, sql: string): Model {
  const right = orderFulfilment.postgres as NonNullable<Model['postgres']>;
  const postgres: Model['postgres'] = (values): PostgresBinding => {
    const binding = right(values);
    const table = binding.services[service] as PostgresBinding['services'][string];
    const wrong = { ...table, on: { ...table.on, [event]: sql } };
    return { ...binding, services: { ...binding.services, [service]: wrong } };
  };
  return { ...orderFulfilment, postgres };
}

describe('the harness finds what is wrong', { timeout: 120_000 }, () => {
  const crashes = (point: string): boolean =>
    point.startsWith(isLong ? 'order.crash' : 'order.crash in {forward:');
  const wrong = bugs.filter((bug) => bug !== 'no-tombstone');

  it.each(isLong ? wrong : wrong.slice(3, 6))(
    'a worker that runs bug=%s under the model without it',
    async (bug) => {
      const { conformance } = await play({ set: {}, workerSet: { bug }, divergencesMax: 1 });
      expect(conformance.divergences.length).toBeGreaterThan(0);
      expect(conformance.points.covered).toBeLessThan(conformance.points.total);
    },
  );

  it('late requests that find no tombstone', async () => {
    const model = withStatement(
      'payments',
      'REVOKE',
      `delete from payments where key = $1::jsonb ->> 'key'`,
    );
    // Late requests are applied by the harness itself, with the model's own statements.
    const { conformance } = await play({
      model,
      set: {},
      workerSet: { bug: 'no-tombstone' },
      divergencesMax: 1,
    });
    expect(conformance.divergences.some(({ because }) => because.includes('services'))).toBe(true);
  });

  it('a fault point that is not reached counts as not covered', async () => {
    const { conformance } = await play({
      set: {},
      workerSet: { bug: 'no-retry' },
      select: crashes,
    });
    const { covered, total } = conformance.points;
    expect(total - covered).toBe(conformance.divergences.length);
  });
});
