import type { State, Step, Stepping } from './stepping.ts';

/** A behaviour in numbers: where it starts, and its steps. */
export interface Walk {
  readonly start: State;
  readonly steps: readonly Step[];
}

/** How random sequences are drawn. */
export interface WalkOptions {
  /** Steps of a sequence, at most; default 200. */
  readonly stepsMax?: number;
  /**
   * How likely a fault is, by name (`order.crash`, `charge.late`; `payments.adrift` for a request
   * that lands late). Every other enabled step weighs 1; a fault weighs 0.25 by default, however
   * many steps it is enabled as; 0 leaves it out.
   */
  readonly weights?: { readonly [fault: string]: number };
}

/** The source of chance; fast-check's `Random` is one. */
export interface Dice {
  /** A whole number from `min` to `max`, both included. */
  nextInt(min: number, max: number): number;
}

export const STEPS_MAX = 200;
const FAULT_WEIGHT = 0.25;
/** Of the weight of all faults that may still happen at a dead end: how often none does. */
const REST_SHARE = 0.1;
const RESOLUTION = 2 ** 30;

/** Most sequences run as far as they may; one in eight is cut, at all orders of magnitude. */
function lengthOf(dice: Dice, stepsMax: number): number {
  if (stepsMax === 0 || dice.nextInt(0, 7) > 0) return stepsMax;
  const magnitude = dice.nextInt(0, Math.floor(Math.log2(stepsMax)));
  return dice.nextInt(0, Math.min(stepsMax, 2 ** (magnitude + 1) - 1));
}

function weightsOf(
  stepping: Stepping,
  steps: readonly Step[],
  given: Readonly<Record<string, number>>,
): readonly number[] {
  const faults = steps.map((step) => stepping.faultName(step));
  const often = new Map<string, number>();
  for (const name of faults) if (name !== null) often.set(name, (often.get(name) ?? 0) + 1);
  return faults.map((name) =>
    name === null ? 1 : (given[name] ?? FAULT_WEIGHT) / (often.get(name) as number),
  );
}

/** A step, or null to stop: where there is none, and now and then where there are faults only. */
function chosen(
  stepping: Stepping,
  state: State,
  dice: Dice,
  given: Readonly<Record<string, number>>,
): Step | null {
  const steps = stepping.steps(state);
  const weights = weightsOf(stepping, steps, given);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total === 0) return null;
  const rest = stepping.isDeadEnd(state) ? total * REST_SHARE : 0;
  let left = (dice.nextInt(0, RESOLUTION - 1) / RESOLUTION) * (total + rest);
  for (const [index, weight] of weights.entries()) {
    left -= weight;
    if (left < 0) return steps[index] as Step;
  }
  return null;
}

/** Draws a sequence, step by step, from what is enabled in the state it has come to. */
export function randomWalk(stepping: Stepping, dice: Dice, options: WalkOptions): Walk {
  const { stepsMax = STEPS_MAX, weights = {} } = options;
  const start = stepping.initial(dice.nextInt(0, stepping.initialCount - 1));
  const length = lengthOf(dice, stepsMax);
  const steps: Step[] = [];
  let at = start;
  while (steps.length < length) {
    const step = chosen(stepping, at, dice, weights);
    if (step === null) break;
    steps.push(step);
    at = step.to;
  }
  return { start, steps };
}

/**
 * The same steps, as far as they exist: one that is not enabled where its turn comes is dropped.
 */
export function retaken(stepping: Stepping, start: State, wanted: readonly Step[]): Walk {
  const steps: Step[] = [];
  let at = start;
  for (const want of wanted) {
    const alike = stepping.steps(at).filter(({ name }) => name === want.name);
    const step = alike.find(({ ordinal }) => ordinal === want.ordinal) ?? alike[0];
    if (step === undefined) continue;
    steps.push(step);
    at = step.to;
  }
  return { start, steps };
}
