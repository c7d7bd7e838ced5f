import type { AnyMachineSnapshot, AnyStateMachine } from 'xstate';
import type { ActorStatus } from '../../src/model/view.ts';
import type { OracleActor, Setting } from './setting.ts';
import type { GlobalState, Local, Persisted } from './state.ts';
import { lookAt } from './machine.ts';

interface Seen {
  readonly value: unknown;
  readonly context: unknown;
  readonly output: unknown;
  matches(value: unknown): boolean;
  hasTag(tag: string): boolean;
}

/** What predicates see of one actor. */
export interface ActorSight extends Seen {
  readonly status: ActorStatus;
  readonly saved: Seen | null;
}

/** A global state as predicates see it: one sight per part, a list of them for replicas. */
export type Sights = Readonly<Record<string, ActorSight | readonly ActorSight[]>>;

function seen(machine: AnyStateMachine, persisted: Persisted): Seen {
  const snapshot: AnyMachineSnapshot = lookAt(machine, persisted);
  return {
    value: snapshot.value,
    context: snapshot.context as unknown,
    output: snapshot.output as unknown,
    matches: (value) => snapshot.matches(value as Parameters<typeof snapshot.matches>[0]),
    hasTag: (tag) => snapshot.hasTag(tag),
  };
}

function sight({ name, machine }: OracleActor, local: Local): ActorSight {
  const saved = local.saved && seen(machine, local.saved);
  if (local.snapshot !== null) {
    const status = local.status === 'up' ? local.snapshot.status : local.status;
    return { ...seen(machine, local.snapshot), status: status as ActorStatus, saved };
  }
  const gone = (): never => {
    throw new Error(`${name} is ${local.status}: nothing of it is left to be read`);
  };
  return {
    status: local.status as ActorStatus,
    saved,
    value: null,
    matches: () => false,
    hasTag: () => false,
    get context() {
      return gone();
    },
    get output() {
      return gone();
    },
  };
}

export function viewOf(setting: Setting, state: GlobalState): Sights {
  const sights = setting.parts.map((part) => {
    const actors = setting.actors.filter((actor) => actor.part === part);
    const list = actors.map((actor) => sight(actor, state.actors[actor.name]!));
    return [part, actors[0]?.name === part ? list[0]! : list] as const;
  });
  return Object.fromEntries(sights);
}

/** Everything an actor shows, replicas in a row. */
export function allSights(view: Sights): readonly ActorSight[] {
  return Object.values(view).flat();
}
