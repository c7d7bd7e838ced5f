import type { Instance } from '../../../../src/machine/instance.ts';
import type { Local } from '../../../../src/machine/local.ts';
import type { World } from '../../../../src/machine/world.ts';
import type { AnyView } from '../../../../src/model/system.ts';

interface Saved {
  readonly value: string;
  readonly context: unknown;
}

function plainActor(local: Local, { part }: Instance): object {
  const { mode, body, saved } = local;
  const gone = (): never => {
    throw new Error('nothing is left of it');
  };
  const last = saved === null ? null : (JSON.parse(saved) as Saved);
  const kept = last && { ...last, matches: (state: string) => state === last.value };
  return {
    status: mode === 'up' && body !== null ? body.snapshot.status : mode,
    value: body === null ? null : (body.snapshot.value as unknown),
    matches: (state: string) => body?.snapshot.value === state,
    hasTag: (tag: string) => (body?.snapshot.tags as Set<string> | undefined)?.has(tag) === true,
    saved: part.checkpoint === null ? null : kept,
    get context(): unknown {
      return body === null ? gone() : body.snapshot.context;
    },
    get output(): unknown {
      return body === null ? gone() : body.snapshot.output;
    },
  };
}

/** A state as plain objects and arrays; nobody notes what is read. For machines without nesting. */
export function plainView(world: World, state: Int32Array): AnyView {
  const views = Object.entries(world.parts).map(([name, { count }]) => {
    const members = world.members(name).map((instance) => {
      const { index } = instance;
      return plainActor(world.actor(index).locals.at(state[index] as number), instance);
    });
    return [name, count === null ? members[0] : members];
  });
  return Object.fromEntries(views) as AnyView;
}
