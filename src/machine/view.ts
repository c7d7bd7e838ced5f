import type { AnyView } from '../model/system.ts';
import type { Keyholes, Look, Probe } from './probe.ts';
import { replicasOf } from './replicas.ts';
import { Shape } from './shape.ts';
import { ActorSight } from './sight.ts';
import type { World } from './world.ts';

/** By part, in order. */
type Shapes = readonly (readonly [name: string, isOne: boolean, shapes: readonly Shape[]])[];

const known = new WeakMap<Keyholes, Shapes>();

function shapesOf(world: World, keyholes: Keyholes): Shapes {
  const made = Object.entries(world.parts).map(([name, part]) => {
    const shapes = world.members(name).map((one) => new Shape(world, keyholes, one));
    return [name, part.count === null, shapes] as const;
  });
  known.set(keyholes, made);
  return made;
}

/** The state as predicates and lambdas see it; every read is noted by the probe. */
export function viewOf(world: World, probe: Probe): AnyView {
  const look: Look = probe;
  const view: Record<string, unknown> = {};
  for (const [name, isOne, shapes] of known.get(probe.keyholes) ??
    shapesOf(world, probe.keyholes)) {
    const members = shapes.map((shape) => new ActorSight(look, shape).view);
    view[name] = isOne ? members[0] : replicasOf(members);
  }
  return view;
}
