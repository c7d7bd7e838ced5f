import { randomUUID } from 'node:crypto';
import type { NumberedPath } from '../check/path.ts';
import type { Request } from '../machine/body.ts';
import { canonical } from '../machine/canonical.ts';
import type { Local } from '../machine/local.ts';
import { RESTART } from '../machine/rules-node.ts';
import { ReconvergeError } from '../model/error.ts';
import type { Action } from '../model/integer-system.ts';
import type { Divergence, Json } from '../model/verdict.ts';
import { dropSchema } from '../postgres/migration.ts';
import type { Assignment, WireReply, WorkerView } from '../postgres/protocol.ts';
import { ServiceTables } from '../postgres/services.ts';
import { openStore, type Store } from '../postgres/store.ts';
import { WorkerGone, type WorkerProcess } from '../postgres/worker-process.ts';
import type { HiddenFault, Stage } from './stage.ts';
import { patiently } from './patiently.ts';
import { differences, expectedMoment, observedMoment } from './world-state.ts';

/** After how long a worker that does not answer counts as diverging. Milliseconds. */
const PATIENCE_MS = 30_000;

/**
 * Plays a behaviour of the model and of the real system side by side, step by step, and compares
 * them after each step (spec 6.3).
 */
export class Lockstep {
  private readonly stage: Stage;
  private readonly orchestrator: number;
  private readonly services: readonly string[];
  private readonly store: Store;
  private readonly tables: ServiceTables;
  private readonly assignment: Assignment;
  private worker: WorkerProcess | null = null;
  private view: WorkerView | null = null;
  /** Real answers of services, by invoke id, until they are delivered. */
  private readonly answers = new Map<string, WireReply>();

  constructor(stage: Stage, schema: string) {
    const { binding, url, analysis } = stage;
    this.stage = stage;
    this.orchestrator = analysis.compiled.world.instance(binding.orchestrator, 'postgres').index;
    this.services = Object.keys(binding.services);
    this.store = openStore(url, { schema, connections: 1 });
    this.tables = new ServiceTables(url, schema, binding);
    this.assignment = {
      url: stage.proxy?.url ?? url,
      ...stage.struck?.assignment,
      schema,
      workflowId: randomUUID(),
      workflow: binding.example,
      mode: 'start',
    };
  }

  /** Returns the first divergence, or null when model and database agree to the end. */
  async play(
    point: string,
    path: NumberedPath,
    hidden: HiddenFault | null,
  ): Promise<Divergence | null> {
    const { found } = this.stage.analysis;
    await patiently(() => this.store.migrate());
    await patiently(() => this.tables.create());
    await patiently(async () => this.stage.struck?.gate.install());
    try {
      await this.begin('start');
      const atStart = await this.compare(point, 0, found.row(path.start));
      if (atStart !== null) return atStart;
      let from = path.start;
      for (const [index, { action, to }] of path.steps.entries()) {
        const divergence =
          (await this.attempt(point, index, from, action, to, hidden)) ??
          (await this.compare(point, index + 1, found.row(to)));
        if (divergence !== null) return divergence;
        from = to;
      }
      return null;
    } finally {
      await this.leave();
    }
  }

  private async leave(): Promise<void> {
    if (this.worker !== null) {
      await this.worker.tell({ do: 'end' }).catch(() => {});
      this.stage.release(this.worker);
    }
    await Promise.all([this.store.close(), this.tables.close()]);
    await patiently(() => dropSchema(this.stage.url, this.assignment.schema));
  }

  private async begin(mode: 'start' | 'recover'): Promise<void> {
    this.worker = await this.stage.worker();
    await this.tell({ do: 'begin', assignment: { ...this.assignment, mode } });
  }

  private async tell(command: Parameters<WorkerProcess['tell']>[0]): Promise<unknown> {
    if (this.worker === null) throw new Error('internal: no worker lives');
    const { view, value } = await this.worker.tell(command, PATIENCE_MS);
    this.view = view;
    return value;
  }

  private local(state: number): Local {
    const { analysis } = this.stage;
    const { locals } = analysis.compiled.world.actor(this.orchestrator);
    return locals.at(analysis.found.row(state)[this.orchestrator] as number);
  }

  private async compare(
    point: string,
    step: number,
    state: Int32Array,
  ): Promise<Divergence | null> {
    const { compiled } = this.stage.analysis;
    const expected = expectedMoment(compiled, this.orchestrator, this.services, state);
    const view = this.worker === null ? null : this.view;
    const observed = await observedMoment(
      this.store,
      this.tables,
      this.assignment,
      this.services,
      view,
    );
    const parts = differences(expected, observed);
    if (parts.length === 0) return null;
    const pick = (moment: object): Json =>
      Object.fromEntries(
        Object.entries(moment).filter(([key]) => parts.includes(key as never)),
      ) as Json;
    const because = `model and database disagree on: ${parts.join(', ')}`;
    return { point, step, expected: pick(expected), observed: pick(observed), because };
  }

  /** A refusal by the database, or a worker that dies or falls silent, is a divergence too. */
  private async attempt(
    point: string,
    index: number,
    from: number,
    action: number,
    to: number,
    hidden: HiddenFault | null,
  ): Promise<Divergence | null> {
    try {
      return await this.step(point, index, from, action, to, hidden);
    } catch (thrown) {
      if (thrown instanceof ReconvergeError && thrown.code === 'RCV601') throw thrown;
      if (!(thrown instanceof ReconvergeError || thrown instanceof WorkerGone)) throw thrown;
      const because = `the real step failed: ${thrown.message}`;
      const { event } = this.stage.analysis.compiled.action(action);
      return { point, step: index + 1, expected: event, observed: null, because };
    }
  }

  /** The real counterpart of one step of the model. */
  private async step(
    point: string,
    index: number,
    from: number,
    actionIndex: number,
    to: number,
    hidden: HiddenFault | null,
  ): Promise<Divergence | null> {
    const action = this.stage.analysis.compiled.action(actionIndex);
    if (action.actor !== this.orchestrator) return this.serviceStep(point, index, from, action, to);
    const { type } = action.event;
    if (type === RESTART) await this.recover(index, hidden?.step === index);
    else if (action.fault?.name.endsWith('.crash')) await this.crash(from, to);
    else if (type.startsWith('reconverge.')) this.unsupported(type);
    else {
      const request = this.local(from).body?.requests.find(
        ({ id }) => type === `xstate.done.actor.${id}` || type === `xstate.error.actor.${id}`,
      );
      if (request === undefined) await this.tell({ do: 'send', event: action.event });
      else if (request.save === null) await this.answer(request);
      else await this.save(index, request, hidden?.step === index ? hidden.kind : null);
    }
    return null;
  }

  private unsupported(what: string): never {
    throw new ReconvergeError('RCV601', `'${what}' has no real counterpart yet`, {
      hint: 'conform plays crashes, lost and late calls, refusals and half effects',
    });
  }

  /** SIGKILL, after the save in flight was committed if the model says so. */
  private async crash(from: number, to: number): Promise<void> {
    const before = this.local(from);
    const inFlight = before.body?.requests.find(({ save }) => save !== null);
    const saves = inFlight !== undefined && this.local(to).saved === inFlight.save;
    if (saves && before.saved !== inFlight.save)
      await this.tell({ do: 'save', child: inFlight.id });
    await this.worker?.kill();
    this.worker = null;
    this.view = null;
    this.answers.clear();
  }

  private async answer(request: Request): Promise<void> {
    const reply = this.answers.get(request.id) ?? (request.reply as WireReply);
    this.answers.delete(request.id);
    await this.tell({ do: 'answer', child: request.id, reply });
  }

  /**
   * A recovery; if it is killed, the worker dies when it has taken the workflow over, and another
   * one comes.
   */
  private async recover(index: number, isKilled: boolean): Promise<void> {
    await this.around(index, () => this.begin('recover'));
    if (!isKilled) return;
    await this.worker?.kill();
    await this.begin('recover');
  }

  /** Makes a call of the store, in which the server's fault may strike. */
  private async around(index: number, call: () => Promise<unknown>): Promise<void> {
    const strike = this.stage.struck?.strike;
    if (strike?.step === index) await strike.around(call);
    else await call();
  }

  private async save(
    index: number,
    { id }: Request,
    hidden: HiddenFault['kind'] | null,
  ): Promise<void> {
    const { proxy } = this.stage;
    const planned =
      hidden === 'cut before COMMIT'
        ? proxy?.cutBeforeCommit('save_checkpoint')
        : hidden === 'cut after COMMIT'
          ? proxy?.cutAfterCommit('save_checkpoint')
          : undefined;
    await this.around(index, () => this.tell({ do: 'save', child: id }));
    if (planned !== undefined && !planned.hasFired) throw new Error(`internal: no ${hidden}`);
    await this.tell({ do: 'answer', child: id, reply: { is: 'done' } });
  }

  private async serviceStep(
    point: string,
    index: number,
    from: number,
    { actor, event, fault }: Action,
    to: number,
  ): Promise<Divergence | null> {
    const service = this.stage.analysis.compiled.actorNames[actor] as string;
    const kind = fault?.name.split('.').at(-1) ?? null;
    if (kind === 'adrift') {
      await this.tables.apply(service, event);
      return null;
    }
    const served = this.servedBetween(from, to);
    if (kind === null || kind === 'loseReply' || kind === 'halfDone') {
      await this.tell({ do: 'apply', service, event });
    }
    if (kind !== null) return null;
    const reply = (await this.tell({ do: 'reply', child: served.id, service })) as WireReply;
    this.answers.set(served.id, reply);
    const plain = (value: unknown): string =>
      canonical(JSON.parse(JSON.stringify(value)), 'reply', point);
    if (plain(reply) === plain(served.reply)) return null;
    const [expected, observed] = [served.reply, reply] as unknown as [Json, Json];
    return { point, step: index + 1, expected, observed, because: `${service} answered otherwise` };
  }

  /** The request that a step of a service was about. */
  private servedBetween(from: number, to: number): Request {
    const before = this.local(from).body?.requests ?? [];
    const after = this.local(to).body?.requests ?? [];
    const served = after.find(
      ({ id, reply }) => reply !== null && before.some((r) => r.id === id && r.reply === null),
    );
    if (served === undefined) throw new Error('internal: a service step served nothing');
    return served;
  }
}
