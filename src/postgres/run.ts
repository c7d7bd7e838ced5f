import type { Model, Values } from '../model/define.ts';
import { ReconvergeError } from '../model/error.ts';
import { endOf, wrongIn } from './end.ts';
import { faultScript, seededChance } from './fault-script.ts';
import { Hosted } from './hosted.ts';
import { Ledger, type Ordered } from './ledger.ts';
import { validate, type StateData } from './orchestration.ts';
import type { FaultScript } from './protocol.ts';
import { ServiceTables } from './services.ts';
import { openStore } from './store.ts';
import { WorkerGone, WorkerProcess, type WorkerEntry } from './worker-process.ts';

export interface RunOptions {
  readonly url: string;
  readonly schema: string;
  readonly worker: WorkerEntry;
  /** Workflows to order, besides those that an earlier run left unfinished. */
  readonly workflows: number;
  /** Worker processes, 1 or more. */
  readonly workers: number;
  /** Probability, 0 to 1, with which each declared fault strikes each workflow. */
  readonly faultRate: number;
  readonly seed: number;
  readonly interrupted: () => boolean;
  readonly onProgress: (done: number, total: number) => void;
}

/** A workflow whose end is not what the model's `consistent` or an `always` property demands. */
export interface Inconsistency {
  readonly workflow: string;
  readonly because: string;
}

export interface RunReport {
  readonly completed: number;
  /** Of them, left behind by an earlier run. */
  readonly takenOver: number;
  /** Restarts after a worker's death. */
  readonly recoveries: number;
  readonly fired: Readonly<Record<string, number>>;
  /** Final state values and how often each was reached, over all workflows of the schema. */
  readonly ends: Readonly<Record<string, number>>;
  readonly inconsistencies: readonly Inconsistency[];
  readonly interrupted: boolean;
}

/** Deaths of one workflow's workers that no script explains, beyond which its run is given up. */
const UNEXPLAINED_MAX = 3;
/** How long workflows under way may go on after an interruption; the next run recovers them. */
const GRACE_MS = 2_000;
const LOOK_EVERY_MS = 100;

class Run {
  private readonly hosted: Hosted;
  private readonly options: RunOptions;
  private readonly queue: Ordered[] = [];
  private readonly scripts = new Map<string, FaultScript>();
  private readonly workers = new Set<WorkerProcess>();
  private readonly watch: NodeJS.Timeout;
  private interruptedMs = 0;
  private hasEnded = false;
  private done = 0;
  private total = 0;
  recoveries = 0;
  readonly fired: Record<string, number> = {};

  constructor(hosted: Hosted, options: RunOptions) {
    this.hosted = hosted;
    this.options = options;
    this.watch = setInterval(() => this.look(), LOOK_EVERY_MS);
  }

  /** Nothing more is begun: a worker that goes now was ended, it did not die. */
  private get isStopping(): boolean {
    return this.hasEnded || this.options.interrupted();
  }

  /** A workflow need not come to an end, its workers do. */
  private look(): void {
    if (!this.options.interrupted()) return;
    this.interruptedMs += LOOK_EVERY_MS;
    if (this.interruptedMs > GRACE_MS) void this.end();
  }

  async order(ledger: Ledger): Promise<number> {
    const left = (await ledger.all()).filter(({ status }) => status !== 'done');
    this.queue.push(...left);
    const chance = seededChance(this.options.seed);
    const { system, binding } = this.hosted;
    for (let number = 0; number < this.options.workflows; number += 1) {
      const ordered = await ledger.add(binding.example);
      const script = faultScript(system, binding.orchestrator, this.options.faultRate, chance);
      this.scripts.set(ordered.workflowId, script);
      this.queue.push(ordered);
    }
    this.total = this.queue.length;
    this.options.onProgress(this.done, this.total);
    return left.length;
  }

  async lane(): Promise<void> {
    let worker = this.spawn();
    for (let next = this.queue.shift(); next !== undefined; next = this.queue.shift()) {
      if (this.isStopping) return;
      worker = await this.finish(worker, next);
      if (this.isStopping) return;
      this.done += 1;
      this.options.onProgress(this.done, this.total);
    }
  }

  private spawn(): WorkerProcess {
    const worker = new WorkerProcess(this.options.worker);
    this.workers.add(worker);
    return worker;
  }

  /**
   * Runs a workflow to its end, through as many workers as it takes; returns the one that lives.
   */
  private async finish(first: WorkerProcess, ordered: Ordered): Promise<WorkerProcess> {
    const { workflow, workflowId } = ordered;
    const { url, schema } = this.options;
    let worker = first;
    let mode: 'start' | 'recover' = ordered.status === 'new' ? 'start' : 'recover';
    let plan = this.scripts.get(workflowId) ?? { killAtPoint: null, faults: [] };
    for (let unexplained = 0; ;) {
      const assignment = { url, schema, workflowId, workflow, mode };
      try {
        await worker.tell({ do: 'work', assignment, plan });
        this.count(worker);
        return worker;
      } catch (thrown) {
        if (!(thrown instanceof WorkerGone)) throw thrown;
        const fired = this.count(worker);
        if (this.isStopping) return worker;
        plan = without(plan, fired);
        if (!fired.includes('crash')) unexplained += 1;
        if (unexplained > UNEXPLAINED_MAX) throw thrown;
        mode = (await this.exists(workflowId)) ? 'recover' : 'start';
        if (this.isStopping) return worker;
        worker = this.spawn();
        this.recoveries += 1;
      }
    }
  }

  /** A worker may die before the first checkpoint was saved. */
  private async exists(workflowId: string): Promise<boolean> {
    const store = openStore(this.options.url, { schema: this.options.schema, connections: 1 });
    try {
      await store.head(workflowId);
      return true;
    } catch (thrown) {
      if (thrown instanceof ReconvergeError && thrown.code === 'RCV406') return false;
      throw thrown;
    } finally {
      await store.close();
    }
  }

  private count(worker: WorkerProcess): string[] {
    const names = worker.fired.splice(0).map(({ fault }) => fault);
    for (const name of names) this.fired[name] = (this.fired[name] ?? 0) + 1;
    return names;
  }

  async end(): Promise<void> {
    this.hasEnded = true;
    clearInterval(this.watch);
    await Promise.all([...this.workers].map((worker) => worker.kill()));
  }
}

function without(plan: FaultScript, fired: readonly string[]): FaultScript {
  const killAtPoint = fired.includes('crash') ? null : plan.killAtPoint;
  return { killAtPoint, faults: plan.faults.filter((fault) => !fired.includes(fault)) };
}

/**
 * Runs orchestrations in worker processes on a real database: first whatever an earlier run left
 * unfinished, then new ones; afterwards looks at every workflow with the model's own predicates.
 * @throws ReconvergeError RCV416 for a model without a PostgreSQL binding, RCV413 for workflows of
 *   another model in the database
 */
export async function runWorkflows(
  model: Model,
  values: Values,
  options: RunOptions,
): Promise<RunReport> {
  const hosted = new Hosted(model, values);
  const { url, schema } = options;
  const store = openStore(url, { schema });
  const tables = new ServiceTables(url, schema, hosted.binding);
  const ledger = new Ledger(url, schema);
  const run = new Run(hosted, options);
  try {
    await store.migrate();
    await ledger.create();
    await tables.create();
    const takenOver = await run.order(ledger);
    await Promise.all(Array.from({ length: options.workers }, () => run.lane()));
    const ends: Record<string, number> = {};
    const inconsistencies: Inconsistency[] = [];
    let completed = 0;
    for (const ordered of await ledger.all()) {
      if (ordered.status !== 'done') {
        const because = 'it has not come to an end';
        if (!options.interrupted()) inconsistencies.push({ workflow: ordered.workflow, because });
        continue;
      }
      completed += 1;
      const { state } = await store.head(ordered.workflowId);
      const data = state as StateData;
      validate(hosted.machine, data);
      const end = JSON.stringify(data.snapshot.value);
      ends[end] = (ends[end] ?? 0) + 1;
      const because = wrongIn(
        hosted.system.tolerance,
        await endOf(hosted, tables, ordered.workflow, data),
      );
      if (because !== null) inconsistencies.push({ workflow: ordered.workflow, because });
    }
    const { recoveries, fired } = run;
    const interrupted = options.interrupted();
    return { completed, takenOver, recoveries, fired, ends, inconsistencies, interrupted };
  } finally {
    await run.end();
    await Promise.all([store.close(), tables.close(), ledger.close()]);
  }
}
