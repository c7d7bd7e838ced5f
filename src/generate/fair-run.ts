import type { State, Step, Stepping } from './stepping.ts';
import type { Walk } from './walk.ts';

/** A walk, and how it goes on when no more faults strike and nobody is forgotten. */
export interface Run {
  readonly start: State;
  readonly steps: readonly Step[];
  /** How many of the steps are the walk's own. */
  readonly walked: number;
  /** `cut`: neither a dead end nor a loop was found within the steps allowed. */
  readonly ending: 'dead end' | 'loop' | 'cut';
  /** For a loop: the index of its first step; the last step leads back to the state before it. */
  readonly loop: number | null;
}

/** Steps of a fair continuation, at most. */
export const FAIR_STEPS_MAX = 1000;

/** All states of a run, in order; one more than steps. */
export function statesOf({ start, steps }: Walk): readonly State[] {
  return [start, ...steps.map(({ to }) => to)];
}

/**
 * Takes the enabled unit that has waited longest. A unit that is enabled infinitely often gets to
 * the front and is taken: a loop that the queue runs into is strongly fair to every unit, and so
 * to every class made of units, whichever of spec 1.7.
 */
class Queue {
  private readonly waiting: number[] = [];

  next(steps: readonly Step[]): Step {
    const byUnit = new Map(steps.map((step) => [step.unit, step]));
    for (const { unit } of steps) if (!this.waiting.includes(unit)) this.waiting.push(unit);
    const place = this.waiting.findIndex((unit) => byUnit.has(unit));
    const [unit] = this.waiting.splice(place, 1) as [number];
    this.waiting.push(unit);
    return byUnit.get(unit) as Step;
  }

  toString(): string {
    return this.waiting.join();
  }
}

/** Whether the loop neglects nobody: whatever unit is enabled somewhere in it is taken in it. */
function isFair(stepping: Stepping, loop: readonly Step[]): boolean {
  const taken = new Set(loop.map(({ unit }) => unit));
  return loop.every(({ to }) =>
    stepping.steps(to).every(({ unit, isFault }) => isFault || taken.has(unit)),
  );
}

/**
 * Goes on from the end of a walk, without faults and fairly, until a dead end is reached, or a
 * state comes again after a fair loop, or with the same queue: then it can go on like this for
 * ever.
 */
export function continued(stepping: Stepping, walk: Walk, stepsMax: number = FAIR_STEPS_MAX): Run {
  const queue = new Queue();
  const configurations = new Map<string, number>();
  const visits = new Map<State, number>();
  const steps = [...walk.steps];
  const walked = steps.length;
  const run = { start: walk.start, steps, walked };
  let at = steps.at(-1)?.to ?? walk.start;
  while (steps.length <= walked + stepsMax) {
    const progress = stepping.steps(at).filter(({ isFault }) => !isFault);
    if (progress.length === 0) return { ...run, ending: 'dead end', loop: null };
    const visit = visits.get(at);
    if (visit !== undefined && isFair(stepping, steps.slice(visit))) {
      return { ...run, ending: 'loop', loop: visit };
    }
    const key = `${at.id}:${queue.toString()}`;
    const loop = configurations.get(key);
    if (loop !== undefined) return { ...run, ending: 'loop', loop };
    configurations.set(key, steps.length);
    visits.set(at, steps.length);
    const step = queue.next(progress);
    steps.push(step);
    at = step.to;
  }
  return { ...run, ending: 'cut', loop: null };
}

/**
 * Whether no path without faults leads to `holds`; null if more than `statesMax` states would
 * tell.
 */
export function isTrapped(
  stepping: Stepping,
  from: State,
  holds: (state: State) => boolean,
  statesMax = 2000,
): boolean | null {
  const seen = new Set([from]);
  for (const state of seen) {
    if (holds(state)) return false;
    if (seen.size > statesMax) return null;
    for (const { isFault, to } of stepping.steps(state)) if (!isFault) seen.add(to);
  }
  return true;
}
