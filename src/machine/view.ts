import type { AnyView } from '../model/system.ts';
import { NOTHING, type Keyholes, type Probe } from './probe.ts';
import { replicasOf } from './replicas.ts';
import { Shape } from './shape.ts';
import { ActorSight } from './sight.ts';
import { Source } from './tracked.ts';
import type { World } from './world.ts';

/** By part, in order. */
type ByPart<T> = readonly (readonly [name: string, isOne: boolean, members: readonly T[]])[];

const known = new WeakMap<Keyholes, ByPart<Shape>>();

function shapesOf(world: World, keyholes: Keyholes): ByPart<Shape> {
  const found = known.get(keyholes);
  if (found !== undefined) return found;
  const made = Object.entries(world.parts).map(([name, part]) => {
    const shapes = world.members(name).map((one) => new Shape(world, keyholes, one));
    return [name, part.count === null, shapes] as const;
  });
  known.set(keyholes, made);
  return made;
}

/** The views of all actors, through one source. */
function actorViews(world: World, keyholes: Keyholes, source: Source): ByPart<object> {
  return shapesOf(world, keyholes).map(([name, isOne, shapes]) => {
    return [name, isOne, shapes.map((shape) => new ActorSight(source, shape).view)] as const;
  });
}

function together(actors: ByPart<object>): AnyView {
  const view: Record<string, unknown> = {};
  for (const [name, isOne, members] of actors) {
    view[name] = isOne ? members[0] : replicasOf(members);
  }
  return view;
}

/** The state as predicates and lambdas see it; every read is noted by the probe. */
export function viewOf(world: World, probe: Probe): AnyView {
  return together(actorViews(world, probe.keyholes, new Source(probe)));
}

/** The same, but for replicas, of which every read by itself is noted. */
export function viewsOf(world: World, probe: Probe): AnyView {
  const actors = actorViews(world, probe.keyholes, new Source(probe));
  return Object.fromEntries(
    actors.map(([name, isOne, members]) => [name, isOne ? members[0] : [...members]]),
  );
}

/** Views that are made once for many looks, and anew after something was done to them. */
export class Viewer {
  readonly keyholes: Keyholes;
  private readonly world: World;
  private source = new Source(NOTHING);
  private actors: ByPart<object> | null = null;

  constructor(world: World, keyholes: Keyholes) {
    this.world = world;
    this.keyholes = keyholes;
  }

  /** Shows a state to code that keeps nothing of what it is shown. */
  show<T>(probe: Probe, code: (view: AnyView) => T): T {
    if (this.source.look !== NOTHING) return code(viewOf(this.world, probe));
    this.actors ??= actorViews(this.world, this.keyholes, this.source);
    const { source } = this;
    source.look = probe;
    try {
      return code(together(this.actors));
    } finally {
      source.look = NOTHING;
      if (source.isTouched) {
        this.source = new Source(NOTHING);
        this.actors = null;
      }
    }
  }
}
