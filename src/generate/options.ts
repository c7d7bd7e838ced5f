import type { Compiled } from '../machine/compile.ts';
import { ReconvergeError } from '../model/error.ts';
import type { WalkOptions } from './walk.ts';

/** Which runs are drawn, and how many. */
export interface SimulationOptions extends WalkOptions {
  /** Failure sequences to draw, at least 1; default 1000. A given `path` is one run. */
  readonly runs?: number;
  /** A whole number of 32 bits; default 0, so that chance comes from the caller or not at all. */
  readonly seed?: number;
  /**
   * The sequence to run again: a path that a simulation with the same seed and options reported.
   */
  readonly path?: string;
  /** Names of the properties to examine; none: all. */
  readonly properties?: readonly string[];
  /** Told after a run how many are done. */
  readonly onProgress?: (done: number) => void;
  /** Asked before every run; true ends the simulation. */
  readonly interrupted?: () => boolean;
}

export const RUNS = 1000;

/** @throws ReconvergeError RCV310 for a seed or a number of runs that makes no sense */
export function checkWhich(seed: number, runs: number): void {
  const isSeed = seed === (seed | 0);
  if (isSeed && Number.isInteger(runs) && runs >= 1) return;
  throw new ReconvergeError('RCV310', isSeed ? `runs is ${runs}` : `seed is ${seed}`, {
    hint: 'runs is a whole number from 1 on, seed a whole number from -2147483648 to 2147483647',
  });
}

/** @throws ReconvergeError RCV310 for a length or a weight that makes no sense */
export function checkWalkOptions({ world }: Compiled, { stepsMax, weights }: WalkOptions): void {
  if (stepsMax !== undefined && !(Number.isInteger(stepsMax) && stepsMax >= 0)) {
    throw new ReconvergeError('RCV310', `stepsMax is ${stepsMax}`, {
      hint: 'a number of steps is a whole number from 0 on',
    });
  }
  const services = world.instances.filter(({ index }) => world.adriftComponent(index) >= 0);
  const known = [...world.plan.faults.keys(), ...services.map(({ name }) => `${name}.adrift`)];
  for (const [name, weight] of Object.entries(weights ?? {})) {
    if (!known.includes(name)) {
      throw new ReconvergeError('RCV310', `weights names '${name}', which is no declared fault`, {
        at: 'weights',
        hint: `faults: ${known.join(', ')}`,
      });
    }
    if (weight >= 0 && weight < Infinity) continue;
    throw new ReconvergeError('RCV310', `the weight of '${name}' is ${weight}`, {
      at: 'weights',
      hint: 'a weight is a finite number from 0 on; 1 is that of a step that is no fault',
    });
  }
}
