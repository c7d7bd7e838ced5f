import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { TOLD } from '../model/failure.ts';
import type { Local } from './local.ts';
import type { World } from './world.ts';

/** The recovery tags that some declared fault of an effect asks for, escalation included. */
function askedFor({ tolerance, plan }: World): ReadonlySet<string> {
  const { recovery, escalates, effects = {} } = tolerance;
  const tags = new Set<string>();
  if (recovery === undefined) return tags;
  for (const [name] of plan.faults) {
    const at = name.lastIndexOf('.');
    const persistence = TOLD[name.slice(at + 1) as keyof typeof TOLD]?.persistence;
    if (!(name.slice(0, at) in effects) || persistence === undefined) continue;
    tags.add(recovery[persistence]);
    if (persistence === 'transient' && escalates?.transient) tags.add(recovery.permanent);
  }
  return tags;
}

const isRaising = (action: unknown): boolean =>
  (action as { readonly type?: unknown } | null)?.type === 'xstate.raise';

/** Whether an actor that enters the state stays there for a step at least. */
function isRestful({ type, always = [], entry }: AnyStateNode): boolean {
  return type === 'atomic' && always.length === 0 && !entry.some(isRaising);
}

/** The innermost states of a recovery, in which an actor can rest. */
function* recoveryStates(
  node: AnyStateNode,
  tags: ReadonlySet<string>,
  isWithin: boolean,
): Generator<AnyStateNode> {
  const isTagged = isWithin || node.tags.some((tag) => tags.has(tag));
  if (isTagged && isRestful(node)) yield node;
  for (const inner of Object.values(node.states)) yield* recoveryStates(inner, tags, isTagged);
}

function entered(locals: readonly Local[], into: Set<string>): void {
  for (const { body } of locals) {
    for (const node of (body?.snapshot._nodes ?? []) as AnyStateNode[]) into.add(node.id);
  }
}

/**
 * States of recoveries that no actor was ever in, among all that were met: `order.rollingBack`.
 * Recoveries are those that a declared fault asks for; what is met may be more than what is
 * reached.
 */
export function unenteredRecoveries(world: World): readonly string[] {
  const tags = askedFor(world);
  if (tags.size === 0) return [];
  return Object.entries(world.parts).flatMap(([part, { machine }]) => {
    const states = [...recoveryStates((machine as AnyStateMachine).root, tags, false)];
    if (states.length === 0) return [];
    const seen = new Set<string>();
    for (const { index } of world.members(part)) entered(world.actor(index).locals.values, seen);
    return states.filter(({ id }) => !seen.has(id)).map(({ path }) => [part, ...path].join('.'));
  });
}
