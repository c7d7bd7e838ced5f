import type { Compiled } from '../machine/compile.ts';
import { DOWN_TAG } from '../model/recovery.ts';
import type { AnyFaultTolerance } from '../model/system.ts';

/**
 * Who is not at rest in a state, in words (spec 1.8): down, in error, recovering, or halted though
 * there is a checkpoint to go on from. Empty where everybody is.
 */
export function unrestIn(
  { world }: Compiled,
  { recovery }: Pick<AnyFaultTolerance, 'recovery'>,
  state: Int32Array,
): readonly string[] {
  const recovering = [...new Set([...Object.values(recovery ?? {}), DOWN_TAG])];
  return world.actors.flatMap(({ instance: { index, name, part }, locals }): readonly string[] => {
    const { mode, body } = locals.at(state[index] ?? 0);
    if (mode === 'halted') return part.checkpoint === null ? [] : [`${name} is halted`];
    if (mode === 'down' || body === null) return [`${name} is down`];
    if (body.snapshot.status === 'error') return [`${name} is in error`];
    const tags = body.snapshot.tags as ReadonlySet<string>;
    const tag = recovering.find((one) => tags.has(one));
    return tag === undefined ? [] : [`${name} is recovering: ${tag}`];
  });
}
