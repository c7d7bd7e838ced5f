import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import orderBySteps from '../../models/order-by-steps.ts';
import orderFulfilment from '../../models/order-fulfilment.ts';
import { conform, type ConformReport } from '../../src/conform/conform.ts';
import type { Model } from '../../src/model/define.ts';
import { parameterValues } from '../../src/model/parameter.ts';
import { SERVER_FAULTS } from '../../src/postgres/faults/catalogue.ts';
import type { ServerFault } from '../../src/postgres/faults/server-fault.ts';
import type { ServerOptions } from '../../src/postgres/server/server.ts';
import { startServer } from '../../src/postgres/server/server.ts';
import { MAJOR, startTestServer } from './server-under-test.ts';

const script = fileURLToPath(new URL('../../dist/src/cli/executor-worker.js', import.meta.url));
/** The long run plays the whole matrix. */
const isLong = process.env['RECONVERGE_TESTS'] === 'long';

interface Played {
  readonly model: Model;
  readonly set: Readonly<Record<string, string>>;
  readonly select?: (point: string) => boolean;
  readonly server?: ServerOptions;
  readonly only?: readonly ServerFault[];
}

async function play({
  model,
  set,
  select,
  server: options,
  only = SERVER_FAULTS,
}: Played): Promise<ConformReport> {
  const server = await startTestServer(options);
  try {
    const faults = only.filter((fault) => fault.unavailable(server) === null);
    return await conform(model, parameterValues(model.parameters, set), {
      url: server.url,
      version: server.version,
      worker: { script, args: [JSON.stringify({ model: model.name, set })] },
      lanes: 1,
      strikes: { server, faults },
      ...(select === undefined ? {} : { select }),
      interrupted: () => false,
      onProgress: () => {},
    });
  } finally {
    await server.stop();
  }
}

/** All agree, and each fault left its proof. */
function agrees({ conformance, points, evidence }: ConformReport): void {
  const { covered, total } = conformance.points;
  expect(conformance.divergences).toEqual([]);
  expect(`${covered} of ${total}`).toBe(`${points.length} of ${points.length}`);
  expect(Object.keys(evidence).toSorted()).toEqual([...points].toSorted());
  for (const point of points) {
    expect(evidence[point]?.length, point).toBe(point.includes(', twice') ? 2 : 1);
  }
}

/** Where there is nothing to strike: a session that is idle, or a COMMIT that has no such limit. */
const NOTHING: Readonly<Record<string, number>> = {
  'statement cancelled': 3,
  statement_timeout: 4,
  transaction_timeout: 3,
};

/** Each fault at each of eight points: all its strikes agreed, or there are none, for a reason. */
function fills({ conformance: { matrix, points } }: ConformReport): void {
  const cells = matrix ?? [];
  expect(cells.reduce((sum, { total }) => sum + total, 0)).toBe(points.total);
  expect(cells.filter(({ covered, total }) => covered !== total)).toEqual([]);
  for (const name of new Set(cells.map(({ fault }) => fault))) {
    const row = cells.filter(({ fault }) => fault === name);
    const empty = row.filter(({ total }) => total === 0);
    expect([name, row.length, empty.length]).toEqual([name, 8, NOTHING[name] ?? 0]);
    expect(empty.map(({ because }) => because).join()).not.toMatch(/no such call/);
  }
}

/** One moment for each fault, so that each moment comes up. */
const saving = 'of a save, in {forward:reserved}, before the commit of saveCheckpoint';
const chosen = new Set([
  `server: backend terminated, before BEGIN ${saving}`,
  `server: backend killed, at a COMMIT without reply ${saving}`,
  `server: server crashed, after the write ${saving}`,
  `server: backend frozen, before COMMIT ${saving}`,
  'server: server crashed, after the write, twice of a recovery, from {forward:charged}',
]);

describe('faults of the server, in lock-step', { timeout: 1_500_000 }, () => {
  it.runIf(!isLong)('some of them at some moments are masked', async () => {
    const set = { crashes: '1' };
    const select = (point: string): boolean => chosen.has(point);
    const report = await play({ model: orderFulfilment, set, select });
    expect(report.points).toHaveLength(chosen.size);
    agrees(report);
  });

  it.runIf(isLong).each<[string, Model, Played['set']]>([
    ['order-fulfilment', orderFulfilment, { crashes: '1' }],
    ['order-by-steps', orderBySteps, { crashes: '1', failures: '1' }],
  ])('all of them at every moment of every call: %s', async (_, model, set) => {
    const report = await play({ model, set });
    agrees(report);
    fills(report);
    const { postgres, tier, points } = report.conformance;
    console.log(
      `${model.name} on PostgreSQL ${postgres} (${tier}): ${points.covered} of ${points.total}`,
    );
  });

  it('a server that acknowledges before it is durable is found', async () => {
    const crashed = SERVER_FAULTS.find((fault) => fault.name === 'server crashed');
    const forgetful = { ...crashed, session: { synchronous_commit: 'off' } } as ServerFault;
    const { conformance } = await play({
      model: orderFulfilment,
      set: { crashes: '1' },
      select: (point) => point === `server: server crashed, after COMMIT ${saving}`,
      only: [forgetful],
      server: { settings: { wal_writer_delay: '10s' } },
    });
    expect(conformance.points).toEqual({ covered: 0, total: 1 });
    expect(conformance.divergences).toHaveLength(1);
  });
});

it('a fault that the server cannot suffer says why', async () => {
  const own = await startTestServer();
  const other = await startServer({ url: own.url });
  const reasons = (server: typeof own) =>
    SERVER_FAULTS.flatMap((fault) => {
      const reason = fault.unavailable(server);
      return reason === null ? [] : [`${fault.name}: ${reason}`];
    });
  const outOfReach = 'the server was not started here: its processes are out of reach';
  const tooOld =
    MAJOR < 17 ? ['transaction_timeout: transaction_timeout came with PostgreSQL 17'] : [];
  expect(reasons(own)).toEqual(tooOld);
  expect(reasons(other)).toEqual([
    ...tooOld,
    ...['backend killed', 'server crashed', 'backend frozen', 'postmaster frozen'].map(
      (name) => `${name}: ${outOfReach}`,
    ),
  ]);
  await own.stop();
});
