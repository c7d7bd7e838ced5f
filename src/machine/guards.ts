import type { AnyMachineSnapshot } from 'xstate';
import type { Action } from '../model/integer-system.ts';
import { evaluate } from './purity.ts';
import type { World } from './world.ts';

/** The name of a guard; null for one that has none. */
function nameOf(guard: unknown): string | null {
  if (typeof guard === 'string') return guard;
  const isNamed = (typeof guard === 'object' && guard !== null) || typeof guard === 'function';
  const type = isNamed && 'type' in guard ? guard.type : null;
  return typeof type === 'string' && !type.startsWith('xstate.') ? type : null;
}

/**
 * The named guards of the transitions that an actor takes for a step's event in a state, in
 * XState's own order; of what it does at once behind them, nothing. Empty where it takes none, as
 * for the steps of nodes (a crash, a restart).
 */
export function guardsOf(
  world: World,
  { actor, event }: Pick<Action, 'actor' | 'event'>,
  state: Int32Array,
): readonly string[] {
  if (event.type.startsWith('reconverge.')) return [];
  const { locals, instance } = world.actor(actor);
  const { body } = locals.at(state[actor] ?? 0);
  if (body === null) return [];
  const snapshot = body.snapshot as AnyMachineSnapshot;
  const taken = evaluate(instance.name, () =>
    snapshot.machine.getTransitionData(snapshot, event as never),
  );
  return taken.flatMap(({ guard }) => nameOf(guard) ?? []);
}
