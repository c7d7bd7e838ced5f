import type { Analysis } from '../check/analysis.ts';
import { judge } from '../check/judge.ts';
import { traceOf, type NumberedPath } from '../check/path.ts';
import type { Model, Values } from '../model/define.ts';
import type { Conformance, Divergence, PropertyReport } from '../model/verdict.ts';
import { Gate } from '../postgres/faults/gate.ts';
import type { ServerFault } from '../postgres/faults/server-fault.ts';
import { type PostgresProxy, startProxy } from '../postgres/proxy.ts';
import type { PostgresServer } from '../postgres/server/running.ts';
import { WorkerProcess, type WorkerEntry } from '../postgres/worker-process.ts';
import { Hosted } from '../postgres/hosted.ts';
import { faultPoints, toTheEnd } from './fault-points.ts';
import { hiddenPoints } from './hidden-points.ts';
import { Lockstep } from './lockstep.ts';
import type { HiddenFault, Stage, StruckStep } from './stage.ts';
import { matrixOf } from './matrix.ts';
import { strikePoints, type StrikePoint } from './strike-points.ts';
import { Strike } from './strike.ts';
import { wholeSpan } from './whole-span.ts';

export interface ConformOptions {
  readonly url: string;
  /** For example `18.4`. */
  readonly version: string;
  readonly worker: WorkerEntry;
  /** Runs at the same time, 1 or more. */
  readonly lanes: number;
  /** Divergences after which the rest is left unplayed; no limit if left out. */
  readonly divergencesMax?: number;
  /**
   * Faults of the server: these are played instead, at every moment of every call of the store, one
   * after the other. Needs a server of its own.
   */
  readonly strikes?: { readonly server: PostgresServer; readonly faults: readonly ServerFault[] };
  /** Which points to play, by name; all if left out. */
  readonly select?: (point: string) => boolean;
  /** Where to stop exploring; left out: at the end. */
  readonly bounds?: { readonly statesMax: number; readonly memoryBytes: number };
  readonly interrupted: () => boolean;
  /** States found so far. */
  readonly onExploring?: (states: number) => void;
  readonly onProgress: (done: number, total: number) => void;
}

export interface ConformReport {
  readonly conformance: Conformance;
  /** Violated properties of the model whose counterexample the database reproduced, or did not. */
  readonly properties: readonly PropertyReport[];
  readonly points: readonly string[];
  /** What shows that the server's faults fired, by point. */
  readonly evidence: { readonly [point: string]: readonly string[] };
  readonly interrupted: boolean;
}

interface Job {
  readonly point: string;
  readonly path: NumberedPath;
  readonly hidden: HiddenFault | null;
  readonly strike: StrikePoint | null;
  /** The property whose counterexample this is. */
  readonly property: string | null;
}

/** Worker processes, started ahead of their use. */
class Workers {
  private readonly entry: WorkerEntry;
  private readonly idle: WorkerProcess[] = [];
  private readonly all = new Set<WorkerProcess>();

  constructor(entry: WorkerEntry) {
    this.entry = entry;
  }

  private spawn(): WorkerProcess {
    const worker = new WorkerProcess(this.entry);
    this.all.add(worker);
    return worker;
  }

  async take(): Promise<WorkerProcess> {
    const worker = this.idle.shift() ?? this.spawn();
    if (this.idle.length === 0) this.idle.push(this.spawn());
    await worker.ready;
    return worker;
  }

  release(worker: WorkerProcess): void {
    this.idle.push(worker);
  }

  async end(): Promise<void> {
    await Promise.all([...this.all].map((worker) => worker.kill()));
  }
}

function counterexamples(
  analysis: Analysis,
): readonly { report: PropertyReport; path: NumberedPath }[] {
  return analysis.plan.properties.flatMap((planned) => {
    const { result, path, ...judgement } = judge(analysis, planned);
    if (result !== 'violated' || path === null) return [];
    const { name, property } = planned;
    const report: PropertyReport = {
      name,
      kind: property.kind,
      result,
      failure: judgement.failure,
      vacuous: false,
      because: judgement.because,
      values: judgement.values,
      trace: traceOf(analysis, path),
      replay: null,
    };
    return [{ report, path }];
  });
}

function jobsOf(
  analysis: Analysis,
  orchestrator: number,
  violations: ReturnType<typeof counterexamples>,
): readonly Job[] {
  const struck = faultPoints(analysis, orchestrator).map(({ name, path }) => ({
    point: name,
    path: toTheEnd(analysis, path),
    hidden: null,
    strike: null,
    property: null,
  }));
  const hidden = hiddenPoints(analysis, orchestrator).map((point) => ({
    point: point.name,
    path: toTheEnd(analysis, point.path),
    hidden: point.hidden,
    strike: null,
    property: null,
  }));
  const shown = violations.map(({ report, path }) => ({
    point: `counterexample of '${report.name}'`,
    path,
    hidden: null,
    strike: null,
    property: report.name,
  }));
  return [...struck, ...hidden, ...shown];
}

function jobsOfServer(
  analysis: Analysis,
  orchestrator: number,
  faults: readonly ServerFault[],
): readonly Job[] {
  return strikePoints(analysis, orchestrator, faults).map((strike) => ({
    point: strike.name,
    path: toTheEnd(analysis, strike.path),
    hidden: null,
    strike,
    property: null,
  }));
}

/** After how long a worker takes an attempt for lost that a fault strikes. Milliseconds. */
const ATTEMPT_MS = 400;

/** The worker's session has a name by which the server's processes are known. */
function struckStep(
  { strike }: Job,
  server: PostgresServer,
  proxy: PostgresProxy,
  schema: string,
): StruckStep | null {
  if (strike === null) return null;
  const url = new URL(proxy.url);
  url.searchParams.set('application_name', schema);
  const settings = Object.entries(strike.fault.session ?? {});
  const flags = settings.map(([name, value]) => `-c ${name}=${value}`).join(' ');
  if (flags !== '') url.searchParams.set('options', flags);
  const gate = new Gate(server.url, schema, schema);
  const bed = { server, proxy, gate, attemptMs: ATTEMPT_MS };
  const limits = { attemptMs: ATTEMPT_MS, patienceMs: 20_000 };
  const assignment = { url: url.href, limits };
  return { strike: new Strike(bed, strike, strike.step), gate, assignment };
}

/** Interrupted before the states were known: nothing was played. */
function nothing(postgres: string): ConformReport {
  const points = { covered: 0, total: 0 };
  const conformance: Conformance = {
    postgres,
    tier: 'T1',
    points,
    matrix: null,
    divergences: [],
  };
  return { conformance, properties: [], points: [], evidence: {}, interrupted: true };
}

/**
 * Plays every fault point of the model, every commit with its connection cut, and every
 * counterexample on PostgreSQL, in lock-step with the model (spec 6).
 * @throws ReconvergeError RCV416 for a model without a PostgreSQL binding, RCV602 for one whose
 *   states have no end within the bounds
 */
export async function conform(
  model: Model,
  values: Values,
  options: ConformOptions,
): Promise<ConformReport> {
  const { binding, system } = new Hosted(model, values);
  const { version: postgres, interrupted } = options;
  const bounds = { ...options.bounds, interrupted };
  const analysis = await wholeSpan(system, bounds, options.onExploring ?? (() => {}));
  if (analysis === null) return nothing(postgres);
  const orchestrator = analysis.compiled.world.instance(binding.orchestrator, 'postgres').index;
  const { strikes } = options;
  const violations = strikes === undefined ? counterexamples(analysis) : [];
  const all =
    strikes === undefined
      ? jobsOf(analysis, orchestrator, violations)
      : jobsOfServer(analysis, orchestrator, strikes.faults);
  const jobs = all.filter(({ point }) => options.select?.(point) ?? true);
  const evidence: Record<string, readonly string[]> = {};
  const workers = new Workers(options.worker);
  const divergences: Divergence[] = [];
  const reproduced = new Set<string>();
  let next = 0;
  let done = 0;
  const agreed = new Set<string>();
  const { divergencesMax = Infinity } = options;
  // A lane that fails ends the others, each behind what it plays: their workers are left to them.
  const failures: unknown[] = [];
  const isOver = (): boolean =>
    options.interrupted() || failures.length > 0 || divergences.length >= divergencesMax;
  const lane = async (): Promise<void> => {
    const proxy = await startProxy(options.url);
    try {
      for (let job = jobs[next++]; job !== undefined && !isOver(); job = jobs[next++]) {
        const schema = `conform_${process.pid}_${next}`;
        const struck =
          strikes === undefined ? null : struckStep(job, strikes.server, proxy, schema);
        const stage: Stage = {
          analysis,
          binding,
          url: options.url,
          worker: () => workers.take(),
          release: (worker) => workers.release(worker),
          proxy: job.hidden === null ? null : proxy,
          struck,
        };
        const run = new Lockstep(stage, schema);
        let divergence: Divergence | null = null;
        try {
          divergence = await run.play(job.point, job.path, job.hidden);
        } finally {
          await struck?.gate.end();
        }
        if (struck !== null) evidence[job.point] = struck.strike.evidence;
        if (divergence !== null) divergences.push(divergence);
        else if (job.property === null) agreed.add(job.point);
        else reproduced.add(job.property);
        done += 1;
        options.onProgress(done, jobs.length);
      }
    } finally {
      await proxy.close();
    }
  };
  try {
    const lanes = strikes === undefined ? options.lanes : 1;
    const failed = (thrown: unknown): void => void failures.push(thrown);
    await Promise.all(Array.from({ length: lanes }, () => lane().catch(failed)));
    if (failures.length > 0) throw failures[0];
  } finally {
    await workers.end();
  }
  const total = jobs.filter(({ property }) => property === null).length;
  const points = { covered: agreed.size, total };
  const played = jobs.flatMap(({ strike }) => strike ?? []);
  const matrix = strikes === undefined ? null : matrixOf(strikes.faults, played, agreed);
  return {
    conformance: { postgres, tier: 'T1', points, matrix, divergences },
    properties: violations.map(({ report }) => ({
      ...report,
      values: { ...report.values, reproduced: reproduced.has(report.name) },
    })),
    points: jobs.map(({ point }) => point),
    evidence,
    interrupted: options.interrupted(),
  };
}
