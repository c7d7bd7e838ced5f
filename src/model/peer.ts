import type { ActorRef, EventObject, Snapshot } from 'xstate';

/**
 * The target of a `sendTo`: the actor of that system id, with its events typed. The same expression
 * works in the checker, in a plain XState system and in the executor.
 */
export function peer<E extends EventObject>(
  name: string,
): (scope: { system: { get: (key: string) => unknown } }) => ActorRef<Snapshot<unknown>, E> {
  return ({ system }) => system.get(name) as ActorRef<Snapshot<unknown>, E>;
}
