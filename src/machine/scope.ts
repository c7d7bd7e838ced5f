import type { AnyActorScope, AnyStateMachine, AnyMachineSnapshot, EventObject } from 'xstate';
import { ReconvergeError } from '../model/error.ts';

/** An action as XState lists it after a macrostep: resolved, not executed. */
export interface ListedAction {
  readonly type: string;
  readonly params: Readonly<Record<string, unknown>>;
}

export interface Stepped {
  readonly snapshot: AnyMachineSnapshot;
  readonly actions: readonly ListedAction[];
}

/** Microsteps in one macrostep beyond which a machine is taken to loop for ever. */
const MICROSTEPS_MAX = 1_000;

interface StubReference {
  readonly id: string;
  readonly sessionId: string;
  readonly stub: true;
}

export function isReference(value: unknown): value is StubReference {
  return typeof value === 'object' && value !== null && 'stub' in value;
}

/** The machines that run here, by those that were given, and the names of their actors. */
const own = new WeakMap<AnyStateMachine, { machine: AnyStateMachine; names: Set<string> }>();

/** Replicas share one machine: XState keeps with it what it works out about its states. */
function ownOf(given: AnyStateMachine): { machine: AnyStateMachine; names: Set<string> } {
  const known = own.get(given);
  if (known !== undefined) return known;
  const machine: AnyStateMachine = given.provide({});
  machine.options = { ...machine.options, maxIterations: MICROSTEPS_MAX };
  const made = { machine, names: new Set<string>() };
  own.set(given, made);
  return made;
}

/**
 * XState's pure step function with an actor scope of our own: what it would execute is listed, and
 * `system.get(name)` finds the actors of the model, so that the very machine that runs in a real
 * actor system runs here. One per actor of the model.
 */
export class Stepper {
  readonly machine: AnyStateMachine;
  readonly self: StubReference;
  /** Whether, since this was last unset, the machine asked which of its actors it is. */
  asksWho = false;
  private listed: ListedAction[] = [];
  private readonly scope: AnyActorScope;

  constructor(given: AnyStateMachine, name: string, known: ReadonlySet<string>) {
    const { machine, names } = ownOf(given);
    this.machine = machine;
    names.add(name);
    const idle = (): void => {};
    const references = new Map<string, StubReference>();
    const reference = (id: string): StubReference => {
      const found = references.get(id) ?? { id, sessionId: id, stub: true, send: idle, ref: idle };
      references.set(id, found);
      return found;
    };
    const system = {
      get: (key: string): StubReference => {
        if (names.has(key)) this.asksWho = true;
        if (known.has(key)) return reference(key);
        throw new ReconvergeError('RCV207', `there is no actor '${key}' to send to`, {
          hint: `actors of this model: ${[...known].join(', ')}`,
        });
      },
      getAll: () => ({}),
      _sendInspectionEvent: idle,
      _set: idle,
      _register: () => name,
      _unregister: idle,
      _bookId: () => 'x:0',
      _logger: idle,
      _clock: { setTimeout: idle, clearTimeout: idle },
      scheduler: { schedule: idle, cancel: idle, cancelAll: idle },
    };
    this.self = this.watched(Object.assign(reference(name), { system }));
    references.set(name, this.self);
    this.scope = {
      self: this.self,
      id: name,
      sessionId: name,
      logger: idle,
      defer: idle,
      emit: idle,
      stopChild: idle,
      system,
      actionExecutor: (action: ListedAction) => void this.listed.push(action),
    } as unknown as AnyActorScope;
  }

  /** Notes that something about it was looked at by which it differs from others. */
  private watched(self: StubReference): StubReference {
    return new Proxy(self, {
      get: (target, key) => {
        this.asksWho = true;
        return Reflect.get(target, key) as unknown;
      },
      getOwnPropertyDescriptor: (target, key) => {
        this.asksWho = true;
        return Reflect.getOwnPropertyDescriptor(target, key);
      },
    });
  }

  private collect(step: () => AnyMachineSnapshot): Stepped {
    this.listed = [];
    const snapshot = step();
    return { snapshot, actions: this.listed };
  }

  initial(input: unknown): Stepped {
    return this.collect(() => {
      const snapshot: AnyMachineSnapshot = this.machine.getInitialSnapshot(
        this.scope,
        input as never,
      );
      if (snapshot.status === 'error') throw snapshot.error;
      return snapshot;
    });
  }

  /** The snapshot comes back as the same object if no transition is enabled. */
  transition(snapshot: AnyMachineSnapshot, event: EventObject): Stepped {
    return this.collect(() => this.machine.transition(snapshot, event, this.scope));
  }

  /** From a persisted snapshot (plain JSON), as XState itself restores it. */
  restore(persisted: unknown): AnyMachineSnapshot {
    return this.machine.restoreSnapshot(structuredClone(persisted) as never, this.scope);
  }
}
