import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import orderBySteps from '../../models/order-by-steps.ts';
import orderFulfilment from '../../models/order-fulfilment.ts';
import { historyOfWorkflow, systemOfWorkflow } from '../../src/conform/history-table.ts';
import { HistoryJudge, type Judged } from '../../src/conform/judge-history.ts';
import type { Model } from '../../src/model/define.ts';
import { parameterValues } from '../../src/model/parameter.ts';
import { Hosted } from '../../src/postgres/hosted.ts';
import { recordedWorkflows, type RecordedWorkflow } from '../../src/postgres/recorded.ts';
import { runWorkflows } from '../../src/postgres/run.ts';
import type { PostgresServer } from '../../src/postgres/server/running.ts';
import { startServer } from '../../src/postgres/server/server.ts';
import { openDatabase } from './database.ts';

const script = fileURLToPath(new URL('../../dist/src/cli/executor-worker.js', import.meta.url));
let server: PostgresServer;
beforeAll(async () => {
  server = await startServer({ durable: false });
});
afterAll(() => server.stop());

/** The long run has what takes longer, too. */
const isLong = process.env['RECONVERGE_TESTS'] === 'long';

type Set = Readonly<Record<string, string>>;
const hostedOf = (model: Model, set: Set) =>
  new Hosted(model, parameterValues(model.parameters, set));
const bounds = {
  statesMax: Infinity,
  timeoutMs: Infinity,
  memoryBytes: Infinity,
  interrupted: () => false,
};

interface Load {
  readonly workflows: number;
  readonly faultRate?: number;
  readonly set?: Set;
}

/** Runs workflows under faults; what is recorded of them, and which faults struck. */
async function recorded(
  model: Model,
  name: string,
  schema: string,
  { workflows, faultRate = 0.6, set = {} }: Load,
) {
  const { fired } = await runWorkflows(model, parameterValues(model.parameters, set), {
    url: server.url,
    schema,
    worker: { script, args: [JSON.stringify({ model: name, set })] },
    workflows,
    workers: 2,
    faultRate,
    seed: 5,
    interrupted: () => false,
    onProgress: () => {},
  });
  const { binding } = hostedOf(model, set);
  return { fired, workflows: await recordedWorkflows(server.url, schema, binding) };
}

type Change = (one: RecordedWorkflow) => RecordedWorkflow;

function judged(
  model: Model,
  one: RecordedWorkflow,
  { set = {}, isSuffix = false }: { set?: Set; isSuffix?: boolean } = {},
): Judged {
  const { system, binding } = hostedOf(model, set);
  const judge = new HistoryJudge(systemOfWorkflow(system, binding, one.workflow ?? ''), bounds);
  return judge.judge({ ...historyOfWorkflow(binding.orchestrator, one), isSuffix });
}

const failing = (judgements: readonly Judged[]) =>
  judgements.filter(({ result }) => result !== 'holds').map(({ because }) => because);

/** Without a checkpoint, as if it had never been: the numbers behind it move up. */
const without =
  (seq: number): Change =>
  (one) => ({
    ...one,
    saved: one.saved - 1,
    checkpoints: one.checkpoints
      .filter((entry) => entry.seq !== seq)
      .map((entry) => (entry.seq > seq ? { ...entry, seq: entry.seq - 1 } : entry)),
  });

/** A checkpoint with another snapshot. */
const edited =
  (seq: number, change: (snapshot: Record<string, unknown>) => Record<string, unknown>): Change =>
  (one) => ({
    ...one,
    checkpoints: one.checkpoints.map((entry) => {
      if (entry.seq !== seq) return entry;
      const state = entry.state as { snapshot: Record<string, unknown> };
      return { ...entry, state: { ...state, snapshot: change(state.snapshot) } };
    }),
  });

/** Two neighbours whose states have changed places. */
const swapped =
  (seq: number): Change =>
  (one) => {
    const at = (number: number) => one.checkpoints[number]!;
    const exchange = { [seq]: at(seq + 1), [seq + 1]: at(seq) };
    const checkpoints = one.checkpoints.map((entry) => {
      const { state = entry.state, final = entry.final } = exchange[entry.seq] ?? {};
      return { ...entry, state, final };
    });
    return { ...one, checkpoints };
  };

describe('histories of real runs of order-fulfilment', { timeout: 120_000 }, () => {
  let workflows: readonly RecordedWorkflow[];
  beforeAll(async () => {
    const run = await recorded(orderFulfilment, 'order-fulfilment', 'histories', { workflows: 6 });
    workflows = run.workflows;
    expect(run.fired['crash']).toBeGreaterThan(0);
    expect(Object.keys(run.fired).length).toBeGreaterThan(3);
  }, 120_000);
  /** A workflow whose rows are its checkpoints, then its services. */
  const plain = (): RecordedWorkflow =>
    workflows.find(
      ({ recoveries, checkpoints }) => recoveries.length === 0 && checkpoints.length > 3,
    )!;
  const recovered = (): RecordedWorkflow =>
    workflows.find(({ recoveries }) => recoveries.length === 1)!;
  const placeOfRecovery = ({ checkpoints, recoveries }: RecordedWorkflow): number =>
    checkpoints.filter(({ epoch }) => epoch < recoveries[0]!.epoch).length;

  it('are behaviours of the model, crashes included', () => {
    const judgements = workflows.map((one) => judged(orderFulfilment, one));
    expect(failing(judgements)).toEqual([]);
    for (const { rows, taken } of judgements) expect(taken).toBe(rows);
    expect(workflows.every(({ services }) => services.length === 3)).toBe(true);
  });

  it('are none of a model that does not crash: the recovery does not fit', () => {
    const one = recovered();
    const { divergence } = judged(orderFulfilment, one, { set: { crashes: '0' } });
    expect(divergence?.point).toBe(`recovery ${one.recoveries[0]!.epoch}`);
    expect(divergence?.step).toBe(placeOfRecovery(one) + 1);
  });

  it('miss a deleted checkpoint in the row behind it, and say so', () => {
    const one = plain();
    for (let seq = 1; seq < one.checkpoints.length - 1; seq += 1) {
      const { divergence } = judged(orderFulfilment, without(seq)(one));
      expect(divergence?.point).toBe(`checkpoint ${seq}`);
      expect(divergence?.because).toMatch(/would fit behind a row that is missing: checkpoint of/);
    }
    const gap = { ...one, checkpoints: one.checkpoints.filter(({ seq }) => seq !== 2) };
    expect(judged(orderFulfilment, gap).because).toMatch(/checkpoint 2 is missing/);
    const tail = { ...one, checkpoints: one.checkpoints.slice(0, -1) };
    expect(judged(orderFulfilment, tail).because).toMatch(/checkpoint \d is missing/);
  });

  it('show swapped checkpoints at the first of them', () => {
    const one = plain();
    for (let seq = 1; seq < one.checkpoints.length - 1; seq += 1) {
      const { divergence } = judged(orderFulfilment, swapped(seq)(one));
      expect(divergence?.point).toBe(`checkpoint ${seq}`);
    }
  });

  it('show an edited state where it was edited, by its path', () => {
    const one = plain();
    for (let seq = 0; seq < one.checkpoints.length; seq += 1) {
      const change = edited(seq, (snapshot) => {
        return { ...snapshot, context: { ...(snapshot['context'] as object), tries: 7 } };
      });
      const { divergence } = judged(orderFulfilment, change(one));
      expect(divergence?.point).toBe(`checkpoint ${seq}`);
      expect(divergence?.because).toMatch(/order\.context\.tries is \d in the model, observed 7/);
    }
  });

  it('miss the row of an effect that was acknowledged', () => {
    const [first, ...others] = plain().services;
    const { rows } = first!.context as { readonly rows: object };
    expect(Object.keys(rows)).toHaveLength(1);
    const services = [{ ...first!, context: { rows: {} } }, ...others];
    const { divergence } = judged(orderFulfilment, { ...plain(), services });
    expect(divergence?.point).toBe(`service ${first!.service}`);
  });

  it('show a row of a service that nobody asked for', () => {
    const [first, ...others] = plain().services;
    const services = [{ ...first!, context: { rows: { nobody: 'full' } } }, ...others];
    const { divergence } = judged(orderFulfilment, { ...plain(), services });
    expect(divergence?.point).toBe(`service ${first!.service}`);
  });

  it('may have recoveries that died at once, but none that nobody made', () => {
    const one = recovered();
    const [recovery] = one.recoveries;
    const later = <T extends { readonly epoch: number }>(entry: T): T =>
      entry.epoch < recovery!.epoch ? entry : { ...entry, epoch: entry.epoch + 1 };
    const twice = {
      ...one,
      recoveries: [recovery!, later(recovery!)],
      checkpoints: one.checkpoints.map(later),
    };
    expect(judged(orderFulfilment, twice).because).toBeNull();
    const last = one.checkpoints.at(-1)!;
    const late = { checkpointId: last.checkpointId, epoch: last.epoch + 1 };
    const undead = { ...one, recoveries: [...one.recoveries, late] };
    expect(judged(orderFulfilment, undead).divergence?.point).toBe(`recovery ${late.epoch}`);
    const hidden = judged(orderFulfilment, { ...one, recoveries: [] });
    expect(hidden.divergence?.step).toBe(placeOfRecovery(one) + 1);
    expect(hidden.because).toMatch(/the recovery that began epoch 2 is missing/);
  });

  it('show a recovery that went further back than to the newest checkpoint', () => {
    const one = recovered();
    const place = placeOfRecovery(one);
    const [recovery] = one.recoveries;
    const target = one.checkpoints[place - 2] ?? one.checkpoints.at(-1)!;
    const back = { ...one, recoveries: [{ ...recovery!, checkpointId: target.checkpointId }] };
    expect(judged(orderFulfilment, back).divergence?.point).toBe(`recovery ${recovery!.epoch}`);
  });

  it('may begin in the middle, if asked', () => {
    const one = plain();
    const { checkpoints } = one;
    const { binding } = hostedOf(orderFulfilment, {});
    const { system } = hostedOf(orderFulfilment, {});
    const judge = new HistoryJudge(systemOfWorkflow(system, binding, one.workflow!), bounds);
    const history = historyOfWorkflow(binding.orchestrator, one);
    for (let from = 1; from < checkpoints.length; from += 1) {
      const rows = history.rows.slice(from);
      expect(judge.judge({ ...history, rows, isSuffix: true }).result).toBe('holds');
      expect(judge.judge({ ...history, rows }).taken).toBe(
        from === 1 ? history.rows.length - 1 : 0,
      );
    }
    const [first, ...rest] = history.rows.slice(1);
    const shuffled = [...rest.slice(0, 1), first!, ...rest.slice(1)];
    expect(judge.judge({ ...history, rows: shuffled, isSuffix: true }).result).toBe('violated');
  });

  it('are damaged where the table is', async () => {
    const database = await openDatabase(server.url, 'histories');
    try {
      const { workflowId, checkpoints } = plain();
      await database.sql(
        `UPDATE checkpoints SET state_data = jsonb_set(state_data, '{snapshot,context,step}', '"x"')
         WHERE workflow_id = $1 AND seq = 2`,
        [workflowId],
      );
      const { binding } = hostedOf(orderFulfilment, {});
      const [one] = await recordedWorkflows(server.url, 'histories', binding, workflowId);
      const { divergence } = judged(orderFulfilment, one!);
      expect(divergence?.point).toBe('checkpoint 2');
      expect(divergence?.because).toContain('order.context.step');
      expect(checkpoints.length).toBeGreaterThan(2);
    } finally {
      await database.close();
    }
  });
});

describe('histories of runs that were not the model', { timeout: 120_000 }, () => {
  it.each([
    ['volatile-intent', /^checkpoint \d$/],
    ...(isLong ? [['forgetful', /^service payments$/] as const] : []),
  ] as const)('bug=%s shows in the right place', async (bug, point) => {
    const schema = `histories_${bug.replaceAll('-', '_')}`;
    const { workflows } = await recorded(orderFulfilment, 'order-fulfilment', schema, {
      workflows: isLong ? 12 : 3,
      set: { bug },
    });
    const own = workflows.map((one) => judged(orderFulfilment, one, { set: { bug } }));
    expect(failing(own)).toEqual([]);
    const points = workflows.flatMap((one) => judged(orderFulfilment, one).divergence?.point ?? []);
    expect(points.length).toBeGreaterThan(0);
    for (const found of points) expect(found).toMatch(point);
  });
});

describe('histories of real runs of order-by-steps', { timeout: 120_000 }, () => {
  it('are behaviours of the model, and none of one without faults', async () => {
    const run = await recorded(orderBySteps, 'order-by-steps', 'histories_steps', {
      workflows: isLong ? 12 : 4,
      faultRate: 0.9,
    });
    expect(run.fired['crash']).toBeGreaterThan(0);
    expect(failing(run.workflows.map((one) => judged(orderBySteps, one)))).toEqual([]);
    const set = { crashes: '0', failures: '0' };
    const calm = run.workflows.map((one) => judged(orderBySteps, one, { set }));
    expect(calm.some(({ result }) => result === 'violated')).toBe(true);
  });
});
