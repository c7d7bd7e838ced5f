import type { Local } from '../machine/local.ts';
import type { Json } from '../model/verdict.ts';
import type { ActorStatus } from '../model/view.ts';
import type { State, Stepping } from './stepping.ts';

type Fields = { readonly [key: string]: Json };

/** What is to be seen of an actor from outside, as plain JSON. */
export interface SeenActor {
  readonly status: ActorStatus;
  /** Where the machine is; null while it is down or halted. */
  readonly value: Json;
  /** Null while it is down or halted. */
  readonly context: Fields | null;
  /** Its last checkpoint; null without one. */
  readonly saved: { readonly value: Json; readonly context: Fields } | null;
}

/** A state by actors; replicas as `rm[0]`, `rm[1]`. */
export type SeenState<Actor extends string = string> = {
  readonly [A in Actor as A | `${A}[${number}]`]: SeenActor;
};

/** What a driver saw of an actor. What is left out was not looked at. */
export interface ObservedActor extends Partial<Omit<SeenActor, 'status'>> {
  /** An `ActorStatus`; any text, so that it need not be written `as const`. */
  readonly status?: string;
}

/** What a driver saw of a state, by actors; what is left out was not looked at. */
export type Observed<Actor extends string = string> = {
  readonly [A in Actor as A | `${A}[${number}]`]?: ObservedActor;
};

const plain = (value: unknown): Json => JSON.parse(JSON.stringify(value ?? null)) as Json;

function statusOf({ mode, body }: Local): ActorStatus {
  if (mode !== 'up') return mode;
  return (body?.snapshot.status ?? 'down') as ActorStatus;
}

function seenActor(local: Local): SeenActor {
  const { body, saved } = local;
  const kept = saved === null ? null : (JSON.parse(saved) as { value: Json; context: Fields });
  return {
    status: statusOf(local),
    value: body === null ? null : plain(body.snapshot.value),
    context: body === null ? null : (plain(body.snapshot.context) as Fields),
    saved: kept === null ? null : { value: kept.value, context: kept.context },
  };
}

/** What is to be seen of a state of the model. */
export function seenState({ compiled }: Stepping, { row }: State): SeenState {
  const actors = compiled.world.actors.map(({ instance: { index, name }, locals }) => [
    name,
    seenActor(locals.at(row[index] as number)),
  ]);
  return Object.fromEntries(actors) as SeenState;
}
