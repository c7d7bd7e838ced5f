import { ReconvergeError } from '../model/error.ts';
import { names, type AnyOf, type AnyPart, type Parts } from '../model/part.ts';
import type { Channel } from '../model/system.ts';

/** One actor of the system: a part, or one of its replicas. */
export interface Instance {
  readonly index: number;
  readonly name: string;
  readonly partName: string;
  readonly replica: number;
  readonly part: AnyPart;
  /** The inputs it may start with. */
  readonly inputs: readonly unknown[];
  readonly inbox: Inbox | null;
}

export interface Inbox {
  readonly kind: 'set' | 'bag' | 'fifo';
  /** Messages; a set has no bound but its distinct messages. */
  readonly capacity: number;
  readonly volatile: boolean;
}

const CAPACITY_DEFAULT = 4;

export function isAnyOf(value: unknown): value is AnyOf<unknown> {
  return (
    typeof value === 'object' && value !== null && Array.isArray((value as AnyOf<unknown>).anyOf)
  );
}

function inboxOf(channel: Channel | undefined): Inbox | null {
  if (channel === undefined || channel === 'rendezvous') return null;
  const given = typeof channel === 'string' ? { kind: channel } : channel;
  const capacity =
    given.kind === 'set'
      ? Infinity
      : 'capacity' in given
        ? (given.capacity ?? CAPACITY_DEFAULT)
        : CAPACITY_DEFAULT;
  return {
    kind: given.kind,
    capacity,
    volatile: 'volatile' in given ? (given.volatile ?? false) : false,
  };
}

/** All actors, in order of parts, replicas in order of index. */
export function instancesOf(
  parts: Parts,
  channels: { readonly [actor: string]: Channel } | undefined,
): readonly Instance[] {
  for (const actor of Object.keys(channels ?? {})) {
    if (!Object.hasOwn(parts, actor)) {
      throw new ReconvergeError('RCV206', `channels names '${actor}', which is no actor`, {
        at: 'channels',
        hint: `actors: ${Object.keys(parts).join(', ')}`,
      });
    }
  }
  const instances: Instance[] = [];
  for (const [partName, part] of Object.entries(parts)) {
    const systemIds = part.count === null ? [partName] : names(partName, part.count);
    for (const [replica, name] of systemIds.entries()) {
      const input: unknown = part.input(replica);
      const inputs = isAnyOf(input) ? input.anyOf : [input];
      const inbox = inboxOf(channels?.[partName]);
      instances.push({ index: instances.length, name, partName, replica, part, inputs, inbox });
    }
  }
  return instances;
}
