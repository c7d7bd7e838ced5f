import { randomUUID } from 'node:crypto';
import type { AnyStateMachine } from 'xstate';
import type { Model, PostgresBinding, Values } from '../model/define.ts';
import { ReconvergeError } from '../model/error.ts';
import { isFailure } from '../model/failure.ts';
import type { AnyEffect, AnyFaults, System } from '../model/system.ts';
import { Orchestration, type Clock, type StateData, type Surroundings } from './orchestration.ts';
import type { Assignment, WireReply } from './protocol.ts';
import { ServiceTables, type ServiceEvent } from './services.ts';
import { openStore, type Store } from './store.ts';

/** A model with its parameters, as far as the executor needs it. */
export class Hosted {
  readonly binding: PostgresBinding;
  readonly machine: AnyStateMachine;
  readonly checkpoint: string;
  readonly system: System;

  /** @throws ReconvergeError RCV416 for a model that says nothing about PostgreSQL */
  constructor(model: Model, values: Values) {
    const system = model.build(values);
    const binding = model.postgres?.(values) ?? null;
    const part = system.parts[binding?.orchestrator ?? ''];
    if (binding === null || part === undefined || part.checkpoint === null) {
      throw new ReconvergeError('RCV416', `the model '${model.name}' does not run on PostgreSQL`, {
        at: model.name,
        hint: 'give it postgres: () => ({ orchestrator, input, example, schema, services }), and a checkpoint',
      });
    }
    this.binding = binding;
    this.machine = part.machine as AnyStateMachine;
    this.checkpoint = part.checkpoint;
    this.system = system;
  }

  effect(source: string): AnyEffect {
    const effect = this.system.tolerance.effects?.[source];
    if (effect === undefined) throw new Error(`internal: no effect ${source}`);
    return effect;
  }

  faultsOf(source: string): AnyFaults {
    return this.system.tolerance.faults?.[source] ?? {};
  }

  /** The answer of a service in that state to a request that was applied. */
  reply(source: string, input: unknown, context: unknown): WireReply {
    const { reply } = this.effect(source);
    const answer: unknown = reply?.({ service: { context, status: 'active' }, input });
    if (isFailure(answer)) return { is: 'error', error: answer };
    return answer === undefined ? { is: 'done' } : { is: 'done', output: answer };
  }

  requestOf(source: string, input: unknown): ServiceEvent {
    return this.effect(source).send({ input });
  }

  halfOf(source: string, input: unknown): ServiceEvent | null {
    return this.faultsOf(source).halfDone?.send({ input }) ?? null;
  }
}

/**
 * One workflow in the hands of this process: its orchestration, its place in the store, its
 * services.
 */
export class Tenancy {
  readonly store: Store;
  readonly services: ServiceTables;
  readonly assignment: Assignment;
  readonly orchestration: Orchestration;
  readonly epoch: number;
  private headId: string;
  private readonly pendingIds = new Map<StateData, string>();

  private constructor(
    opened: { store: Store; services: ServiceTables },
    assignment: Assignment,
    place: { epoch: number; headId: string },
    orchestration: Orchestration,
  ) {
    this.store = opened.store;
    this.services = opened.services;
    this.assignment = assignment;
    this.epoch = place.epoch;
    this.headId = place.headId;
    this.orchestration = orchestration;
  }

  /** Starts the workflow, or takes it over from its last checkpoint. */
  static async open(
    hosted: Hosted,
    assignment: Assignment,
    clock: Clock,
    surroundings: Surroundings,
  ): Promise<Tenancy> {
    const { url, schema, workflowId, workflow, mode, limits } = assignment;
    const opened = {
      store: openStore(url, { schema, ...limits }),
      services: new ServiceTables(url, schema, hosted.binding),
    };
    const make = (
      epoch: number,
      from: { readonly input: unknown } | { readonly state: StateData },
    ): Orchestration =>
      new Orchestration(hosted.machine, {
        checkpoint: hosted.checkpoint,
        incarnation: `${workflowId}/${epoch}`,
        from,
        clock,
        surroundings,
      });
    if (mode === 'recover') {
      const place = await opened.store.recover(workflowId, null, randomUUID());
      const orchestration = make(place.epoch, { state: place.state as StateData });
      const head = { epoch: place.epoch, headId: place.checkpointId };
      const tenancy = new Tenancy(opened, assignment, head, orchestration);
      if (place.status === 'running') orchestration.start(true);
      return tenancy;
    }
    const orchestration = make(1, { input: hosted.binding.input(workflow) });
    orchestration.start(false);
    const headId = randomUUID();
    const epoch = await opened.store.start(workflowId, headId, orchestration.state());
    return new Tenancy(opened, assignment, { epoch, headId }, orchestration);
  }

  /** Saves a state on top of the head. May be called again for the same state after an error. */
  async save(state: StateData, final: boolean): Promise<void> {
    const checkpointId = this.pendingIds.get(state) ?? randomUUID();
    this.pendingIds.set(state, checkpointId);
    const { workflowId } = this.assignment;
    const { epoch, headId: parentId } = this;
    await this.store.save({
      workflowId,
      epoch,
      checkpointId,
      parentId,
      step: state.step,
      state,
      final,
    });
    this.headId = checkpointId;
    this.pendingIds.clear();
  }

  async close(): Promise<void> {
    this.orchestration.stop();
    await Promise.all([this.store.close(), this.services.close()]);
  }
}
