import { createActor, fromTransition, getNextTransitions } from 'xstate';
import type {
  AnyActorRef,
  AnyActorScope,
  AnyMachineSnapshot,
  AnyStateMachine,
  EventObject,
  Snapshot,
} from 'xstate';
import type { Persisted, Timer } from './state.ts';
import { plain } from './state.ts';

/** What XState asks to be executed after a macrostep. */
export interface Act {
  readonly type: string;
  readonly params: unknown;
}

/** The end of a macrostep. */
export interface Macrostep {
  readonly snapshot: AnyMachineSnapshot;
  readonly actions: readonly Act[];
}

const stub = fromTransition((state: null) => state, null);

/**
 * An XState system in which every actor of the model is present by name and nothing ever runs:
 * machines are stepped in it, so that `system.get(name)` finds the others, and what they would do
 * is collected.
 */
export class World {
  readonly #root = createActor(stub);
  readonly #refs: ReadonlyMap<AnyActorRef, string>;

  constructor(names: readonly string[]) {
    this.#refs = new Map(
      names.map((name) => [
        createActor(stub, { parent: this.#root, id: name, systemId: name }) as AnyActorRef,
        name,
      ]),
    );
  }

  nameOf(ref: unknown): string {
    const name = this.#refs.get(ref as AnyActorRef);
    if (name === undefined) throw new Error('a message to something that is not an actor here');
    return name;
  }

  start(machine: AnyStateMachine, name: string, input: unknown): Macrostep {
    const actions: Act[] = [];
    const snapshot = machine.getInitialSnapshot(this.#scope(name, actions), input);
    if (snapshot.status === 'error') throw new Error(`${name} cannot start`, { cause: snapshot });
    return { snapshot, actions };
  }

  step(machine: AnyStateMachine, name: string, from: Persisted, event: EventObject): Macrostep {
    const actions: Act[] = [];
    const scope = this.#scope(name, actions);
    const snapshot = machine.transition(this.restore(machine, name, from), event, scope);
    return { snapshot, actions };
  }

  restore(machine: AnyStateMachine, name: string, from: Persisted): AnyMachineSnapshot {
    const copy: unknown = structuredClone(from);
    return machine.restoreSnapshot(copy as Snapshot<unknown>, this.#scope(name, []));
  }

  #scope(name: string, actions: Act[]): AnyActorScope {
    const self = [...this.#refs].find(([, known]) => known === name)?.[0];
    if (self === undefined) throw new Error(`no actor '${name}'`);
    return {
      self,
      id: name,
      sessionId: name,
      system: self.system,
      logger: () => {},
      defer: () => {},
      emit: () => {},
      stopChild: () => {},
      actionExecutor: ({ type, params }) => actions.push({ type, params }),
    };
  }
}

/** A snapshot as nobody's actor sees it: for views, guards and questions. */
export function lookAt(machine: AnyStateMachine, from: Persisted): AnyMachineSnapshot {
  return new World(['looking']).restore(machine, 'looking', from);
}

export function persist(machine: AnyStateMachine, snapshot: AnyMachineSnapshot): Persisted {
  return plain(machine.getPersistedSnapshot(snapshot)) as unknown as Persisted;
}

function describes(descriptor: string, type: string): boolean {
  if (descriptor === '*' || descriptor === type) return true;
  return descriptor.endsWith('.*') && `${type}.`.startsWith(descriptor.slice(0, -1));
}

/** Whether an active state has any transition for events of this type, whatever its guard says. */
export function handles(snapshot: AnyMachineSnapshot, type: string): boolean {
  return getNextTransitions(snapshot).some(({ eventType }) => describes(eventType, type));
}

/** Whether a transition is selected that goes somewhere or does something. */
export function selects(snapshot: AnyMachineSnapshot, event: EventObject): boolean {
  return snapshot.can(event as never);
}

/** The `after`s of all active states: what a restart has to arm again. */
export function delayed(snapshot: AnyMachineSnapshot): Timer[] {
  const { machine } = snapshot as { machine: AnyStateMachine };
  const delays: { readonly [name: string]: unknown } = machine.implementations.delays;
  const timers = new Map<string, Timer>();
  for (const transition of getNextTransitions(snapshot)) {
    const type = transition.eventType;
    if (!type.startsWith('xstate.after.')) continue;
    const { delay: named } = transition as unknown as { delay: number | string };
    const found = typeof named === 'string' ? delays[named] : named;
    const delay: unknown =
      typeof found === 'function' ? found({ context: snapshot.context, event: { type } }) : found;
    if (typeof delay !== 'number') throw new Error(`no delay '${named}'`);
    timers.set(type, { type, delay });
  }
  return [...timers.values()];
}
