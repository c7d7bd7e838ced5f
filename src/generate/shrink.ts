import type { State, Step, Stepping } from './stepping.ts';
import { retaken, type Walk } from './walk.ts';

/** Up to this length every pair of steps is tried; their number is quadratic. */
const PAIRS_UP_TO = 30;

/** Leaves out every detour: what lies between two visits of the same state. */
function withoutDetours({ start, steps }: Walk): Walk {
  const kept: Step[] = [];
  const depth = new Map<State, number>([[start, 0]]);
  for (const step of steps) {
    const known = depth.get(step.to);
    if (known === undefined) {
      depth.set(step.to, kept.push(step));
      continue;
    }
    for (const { to } of kept.splice(known)) depth.delete(to);
  }
  return { start, steps: kept };
}

function* prefixes({ start, steps }: Walk): Generator<Walk> {
  for (let cut = steps.length; cut >= 1; cut = Math.floor(cut / 2)) {
    yield { start, steps: steps.slice(0, steps.length - cut) };
  }
}

/** All steps of one fault, all steps of one actor, then ever smaller pieces, then pairs. */
function* omissions(stepping: Stepping, { steps }: Walk): Generator<(index: number) => boolean> {
  const faults = steps.map((step) => stepping.faultName(step));
  for (const fault of new Set(faults)) {
    if (fault !== null) yield (index) => faults[index] === fault;
  }
  const actors = steps.map(({ action }) => stepping.compiled.action(action).actor);
  for (const actor of new Set(actors)) yield (index) => actors[index] === actor;
  for (let size = Math.floor(steps.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let from = steps.length - size; from > -size; from -= size) {
      yield (index) => index >= from && index < from + size;
    }
  }
  if (steps.length > PAIRS_UP_TO) return;
  for (let first = 0; first < steps.length; first += 1) {
    for (let second = first + 1; second < steps.length; second += 1) {
      yield (index) => index === first || index === second;
    }
  }
}

/**
 * Shorter behaviours like this one, the boldest first: cut off at the end, without detours, with
 * some steps left out and the others taken again as far as they still exist. Every one is a
 * behaviour.
 */
export function* shorterWalks(stepping: Stepping, walk: Walk): Generator<Walk> {
  yield* prefixes(walk);
  const direct = withoutDetours(walk);
  if (direct.steps.length < walk.steps.length) yield direct;
  for (const isOmitted of omissions(stepping, walk)) {
    const wanted = walk.steps.filter((_, index) => !isOmitted(index));
    yield retaken(stepping, walk.start, wanted);
  }
}
