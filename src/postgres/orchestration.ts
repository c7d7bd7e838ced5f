import {
  createActor,
  fromPromise,
  type Actor,
  type AnyStateMachine,
  type AnyStateNode,
  type Snapshot,
} from 'xstate';
import { isFailure, failure } from '../model/failure.ts';
import { messageOf, ReconvergeError } from '../model/error.ts';

/** What is stored as `state_data` (spec 5.2): `effects` keeps the memo ids of what is pending. */
export interface StateData {
  /** Checkpoints saved so far in this workflow's life, for people. */
  readonly step: number;
  readonly snapshot: PersistedSnapshot;
  readonly effects: { readonly [childId: string]: string };
}

/** A machine's persisted snapshot. */
export interface PersistedSnapshot {
  readonly status: string;
  readonly value: unknown;
  readonly context: unknown;
  readonly children: {
    readonly [id: string]: { readonly src: string; readonly snapshot: { readonly status: string } };
  };
}

/** An effect as the world is asked for it. */
export interface AskedEffect {
  /** XState's id of the invoke. */
  readonly child: string;
  readonly source: string;
  readonly input: unknown;
  /** History identity (spec 5.8): kept by an effect that was pending in the restored checkpoint. */
  readonly memoId: string;
  readonly isRestored: boolean;
}

/** XState's status of a machine. */
export type Status = 'active' | 'done' | 'error' | 'stopped';

/**
 * What an orchestration asks of whoever runs it. Promises may stay pending as long as they like.
 */
export interface Surroundings {
  /** Resolves with the output, rejects with a Failure. */
  effect(asked: AskedEffect): Promise<unknown>;
  /** Resolves when the state is durable. */
  save(child: string, state: StateData): Promise<void>;
  /** After every macrostep; `look` tells where the machine is now. */
  rest(status: Status, look: () => PersistedSnapshot): void;
}

/** Time as the orchestration sees it: real, or fired by hand. */
export interface Clock {
  setTimeout(fire: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
}

/**
 * The orchestrator's own machine, run by XState, with its invokes answered by the surroundings. It
 * keeps the memo ids and re-arms the timers that XState's restore forgets.
 */
export class Orchestration {
  private readonly actor: Actor<AnyStateMachine>;
  private readonly surroundings: Surroundings;
  private readonly incarnation: string;
  private readonly memoIds = new Map<string, string>();
  private readonly restored = new Set<string>();
  private asked = 0;
  private saved: number;

  /**
   * @param incarnation what new memo ids start with: workflow and epoch
   * @param from an input to start with, or the state to restore
   * @throws ReconvergeError RCV413 when the state does not fit the machine
   */
  constructor(
    machine: AnyStateMachine,
    options: {
      readonly checkpoint: string;
      readonly incarnation: string;
      readonly from: { readonly input: unknown } | { readonly state: StateData };
      readonly clock: Clock;
      readonly surroundings: Surroundings;
    },
  ) {
    const { checkpoint, incarnation, from, clock, surroundings } = options;
    this.surroundings = surroundings;
    this.incarnation = incarnation;
    this.saved = 'state' in from ? from.state.step : 0;
    const provided = hostedMachine(machine, checkpoint);
    if ('state' in from) {
      validate(provided, from.state);
      for (const [child, id] of Object.entries(from.state.effects)) {
        this.memoIds.set(child, id);
        this.restored.add(child);
      }
    }
    const given =
      'state' in from
        ? { snapshot: from.state.snapshot as unknown as Snapshot<unknown> }
        : { input: from.input as never };
    this.actor = createActor(provided, { ...given, clock: clock as never });
    hosts.set(this.actor.system, this);
    this.actor.subscribe({ next: () => this.rest(), error: () => this.rest() });
  }

  /** Runs the machine; a restored one invokes again what it was waiting for. */
  start(isRestored: boolean): void {
    this.actor.start();
    if (isRestored) this.rearm();
    this.rest();
  }

  stop(): void {
    this.actor.stop();
  }

  send(event: { readonly type: string }): void {
    this.actor.send(event);
  }

  /** Event types of the timers that are armed. */
  timers(): readonly string[] {
    const { _scheduledEvents } = this.actor.system.getSnapshot();
    return Object.values(_scheduledEvents).map(({ event }) => event.type);
  }

  /** What the machine threw, if its status is error. */
  error(): unknown {
    return (this.actor.getSnapshot() as { readonly error?: unknown }).error;
  }

  /** What would be saved now; to be turned to text before it is checked or kept. */
  state(): StateData {
    const snapshot = this.actor.getPersistedSnapshot() as unknown as PersistedSnapshot;
    const pending = Object.keys(snapshot.children).filter(
      (child) => snapshot.children[child]?.snapshot.status === 'active',
    );
    const effects = pending.flatMap((child): [string, string][] => {
      const id = this.memoIds.get(child);
      return id === undefined ? [] : [[child, id]];
    });
    return { step: this.saved, snapshot, effects: Object.fromEntries(effects) };
  }

  persisted(): PersistedSnapshot {
    const snapshot: unknown = this.actor.getPersistedSnapshot();
    return JSON.parse(JSON.stringify(snapshot)) as PersistedSnapshot;
  }

  private rest(): void {
    this.surroundings.rest(this.actor.getSnapshot().status, () => this.persisted());
  }

  /** The promise behind an invoke of `source`. */
  async ask(child: string, source: string, input: unknown): Promise<unknown> {
    const kept = this.restored.delete(child) ? this.memoIds.get(child) : undefined;
    const memoId = kept ?? `${this.incarnation}/${this.asked++}`;
    this.memoIds.set(child, memoId);
    const isRestored = kept !== undefined;
    try {
      return await this.surroundings.effect({ child, source, input, memoId, isRestored });
    } catch (thrown) {
      // What a machine keeps must survive JSON: an exception becomes a plain failure.
      throw isFailure(thrown) ? thrown : failure('transient', 'node', messageOf(thrown));
    }
  }

  /** The promise behind a save. The state is that of the invocation, not of the commit. */
  async save(child: string): Promise<void> {
    this.saved += 1;
    await this.surroundings.save(child, this.state());
  }

  private rearm(): void {
    const snapshot = this.actor.getSnapshot();
    const delays = this.actor.logic.implementations.delays as Record<string, unknown>;
    const armed = new Set<string>();
    for (const node of snapshot._nodes as AnyStateNode[]) {
      for (const { eventType, delay } of node.after) {
        if (armed.has(eventType)) continue;
        armed.add(eventType);
        const given: unknown = typeof delay === 'string' ? delays[delay] : delay;
        const scope = {
          context: snapshot.context as unknown,
          event: { type: 'reconverge.restart' },
        };
        const ms: unknown =
          typeof given === 'function' ? (given as (s: unknown) => unknown)(scope) : given;
        const { scheduler } = this.actor.system;
        scheduler.schedule(this.actor, this.actor, { type: eventType }, Number(ms), eventType);
      }
    }
  }
}

/** Who runs the machine of an actor system. */
const hosts = new WeakMap<object, Orchestration>();
const hostedMachines = new WeakMap<AnyStateMachine, Map<string, AnyStateMachine>>();

/** The machine with its invokes answered by the host of its actor system; made once. */
function hostedMachine(machine: AnyStateMachine, checkpoint: string): AnyStateMachine {
  const known = hostedMachines.get(machine) ?? new Map<string, AnyStateMachine>();
  hostedMachines.set(machine, known);
  const made = known.get(checkpoint);
  if (made !== undefined) return made;
  const hostOf = (system: object): Orchestration => hosts.get(system) as Orchestration;
  const logicOf = (source: string) =>
    source === checkpoint
      ? fromPromise(({ self, system }) => hostOf(system).save(self.id))
      : fromPromise(({ self, system, input }) => hostOf(system).ask(self.id, source, input));
  const sources = Object.keys(machine.implementations.actors as object);
  const actors = Object.fromEntries(sources.map((source) => [source, logicOf(source)]));
  const provided = machine.provide({ actors } as never);
  known.set(checkpoint, provided);
  return provided;
}

/**
 * What XState would drop or trip over silently: unknown sources, states that do not exist.
 * @throws ReconvergeError RCV413
 */
export function validate(machine: AnyStateMachine, { snapshot }: StateData): void {
  const refuse = (message: string, cause?: unknown): never => {
    throw new ReconvergeError('RCV413', `the checkpoint does not fit the machine: ${message}`, {
      at: machine.id,
      hint: 'run the version of the machine that saved it, or migrate the checkpoint',
      cause,
    });
  };
  const known = new Set(Object.keys(machine.implementations.actors as object));
  for (const [id, { src }] of Object.entries(snapshot.children)) {
    if (!known.has(src)) refuse(`its child '${id}' runs '${src}', which the machine does not know`);
  }
  try {
    machine.resolveState({
      value: snapshot.value as never,
      context: snapshot.context as never,
    } as never);
  } catch (thrown) {
    refuse(messageOf(thrown), thrown);
  }
}
