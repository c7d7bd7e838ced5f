import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { messageOf, ReconvergeError } from '../../model/error.ts';
import { workflowIdOf, type Definition } from './definition.ts';
import type { Claimed } from './journal.ts';
import { Tenure, type Ending, type Surroundings } from './tenure.ts';

interface HandsOptions {
  readonly orchestrations: readonly Definition[];
  /** Workflows in hand at once. */
  readonly concurrency: number;
  readonly leaseMs: number;
  readonly surroundings: Surroundings;
}

/** The workflows that one executor holds, under one lease. */
export class Hands {
  private readonly options: HandsOptions;
  private readonly held = new Map<string, Tenure>();
  /** Let go of without an end, and still ours for the database. */
  private readonly abandoned = new Set<string>();
  private worker = randomUUID();
  private claimId = randomUUID();
  private claiming: Promise<number> | null = null;
  private renewing: Promise<void> | null = null;
  /** The last claim took all it had room for: there may be more. */
  private isMore = false;
  private isClosed = false;

  constructor(options: HandsOptions) {
    this.options = options;
  }

  get ids(): readonly string[] {
    return [...this.held.keys()];
  }

  /** How a workflow in hand ends; null when it is not in hand. */
  endOf(workflowId: string): Promise<Ending> | null {
    return this.held.get(workflowId)?.ended ?? null;
  }

  cancel(workflowId: string): void {
    this.held.get(workflowId)?.cancel();
  }

  /** The newest of that name, or that version of it. @throws ReconvergeError RCV431 */
  definitionOf(name: string, version?: string): Definition {
    const { orchestrations } = this.options;
    const found = orchestrations.findLast(
      (one) => one.name === name && (version === undefined || one.version === version),
    );
    if (found !== undefined) return found;
    throw new ReconvergeError('RCV431', `this executor knows no orchestration '${name}'`, {
      hint: `it knows ${orchestrations.map((one) => one.name).join(', ')}`,
    });
  }

  /** Starts a workflow here if there is room, else for anybody. Returns its id. */
  async start(definition: Definition, key: string, input: unknown): Promise<string> {
    const { surroundings, concurrency } = this.options;
    const { name, version } = definition;
    const workflowId = workflowIdOf(name, key);
    const tenure = Tenure.fresh(definition, { workflowId, key }, surroundings, input);
    const isOurs = !this.held.has(workflowId) && this.held.size < concurrency;
    if (isOurs) this.held.set(workflowId, tenure);
    try {
      const named = { workflowId, orchestration: name, version, key };
      const start = { ...named, checkpointId: tenure.head, state: tenure.firstState() };
      const isNew = await surroundings.journal.start(start, isOurs ? this.worker : null);
      if (isOurs && isNew && this.held.get(workflowId) === tenure) {
        this.keep(tenure);
        tenure.started();
      } else {
        this.drop(tenure, 'it runs elsewhere');
      }
    } catch (thrown) {
      this.drop(tenure, 'it did not start');
      this.abandoned.add(workflowId);
      throw thrown;
    }
    return workflowId;
  }

  private drop(tenure: Tenure, because: string): void {
    const { workflowId } = tenure.place;
    if (this.held.get(workflowId) === tenure) this.held.delete(workflowId);
    tenure.abandon(because);
  }

  /** A workflow is in hand until it ends. */
  private keep(tenure: Tenure): void {
    const { workflowId, key } = tenure.place;
    const { telemetry } = this.options.surroundings;
    this.held.set(workflowId, tenure);
    const span = telemetry.span('workflow', { workflow: workflowId, key });
    void tenure.ended.then((ending) => {
      if (this.held.get(workflowId) === tenure) this.held.delete(workflowId);
      if (ending.is === 'lost') this.abandoned.add(workflowId);
      if (ending.is !== 'done') span.failed(ending.because);
      span.end();
      const because = ending.is === 'done' ? '' : ending.because;
      telemetry.log(`workflow.${ending.is}`, { workflow: workflowId, key, because });
      if (this.isMore) void this.claim();
    });
  }

  /** Takes over what nobody holds, as far as there is room. Returns how many. */
  claim(): Promise<number> {
    this.claiming ??= this.claimOnce().finally(() => (this.claiming = null));
    return this.claiming;
  }

  private async claimOnce(): Promise<number> {
    const { orchestrations, concurrency, surroundings } = this.options;
    const room = concurrency - this.held.size;
    if (this.isClosed || room <= 0) return 0;
    const { worker, claimId } = this;
    const abandoned = [...this.abandoned];
    const by = { worker, claim: claimId, abandoned };
    try {
      const claimed = await surroundings.journal.claim(by, orchestrations, room);
      if (claimId === this.claimId) this.claimId = randomUUID();
      for (const one of abandoned) this.abandoned.delete(one);
      this.isMore = claimed.length === room;
      // Under another lease by now: these are nobody's.
      if (worker !== this.worker) return 0;
      for (const one of claimed) this.takeOver(one);
      return claimed.length;
    } catch (thrown) {
      surroundings.telemetry.log('claim.failed', { because: messageOf(thrown) });
      return 0;
    }
  }

  private takeOver(claimed: Claimed): void {
    const { surroundings } = this.options;
    const { workflowId, key, orchestration, version, epoch, cancelled } = claimed;
    surroundings.telemetry.log('workflow.recovered', { workflow: workflowId, key, epoch });
    try {
      const definition = this.definitionOf(orchestration, version);
      const tenure = Tenure.takenOver(definition, claimed, surroundings);
      this.keep(tenure);
      if (cancelled) tenure.cancel();
    } catch (thrown) {
      const { code, message } =
        thrown instanceof ReconvergeError ? thrown : { code: 'RCV435', message: messageOf(thrown) };
      this.abandoned.add(workflowId);
      surroundings.journal.block(workflowId, epoch, { code, message }).catch(() => undefined);
    }
  }

  /** Lives on; or, when the lease has run out, lets go of everything and comes back as another. */
  renew(): Promise<void> {
    this.renewing ??= this.renewOnce().finally(() => (this.renewing = null));
    return this.renewing;
  }

  private async renewOnce(): Promise<void> {
    const { leaseMs, surroundings } = this.options;
    const description = `${hostname()} ${process.pid}`;
    try {
      if (await surroundings.journal.renew(this.worker, leaseMs, description)) return;
      this.letGo('the lease had run out');
      this.worker = randomUUID();
      await surroundings.journal.renew(this.worker, leaseMs, description);
      void this.claim();
    } catch (thrown) {
      surroundings.telemetry.log('lease.failed', { because: messageOf(thrown) });
    }
  }

  private letGo(because: string): void {
    for (const tenure of this.held.values()) tenure.abandon(because);
    this.held.clear();
    this.abandoned.clear();
  }

  /** Takes nothing more; lets go at once, or when what is in hand has ended. */
  async close(drain: boolean): Promise<void> {
    this.isClosed = true;
    await this.claiming;
    if (drain) await Promise.all([...this.held.values()].map(({ ended }) => ended));
    await this.renewing;
    this.letGo('the executor was closed');
    if (this.options.concurrency === 0) return;
    await this.options.surroundings.journal.release(this.worker).catch(() => undefined);
  }
}
