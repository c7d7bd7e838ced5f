import { suiteOf } from '../generate/suite/suite.ts';
import { COVERAGES, type Coverage } from '../generate/suite/coverage.ts';
import type { Suite } from '../generate/suite/suite.ts';
import { ReconvergeError } from '../model/error.ts';
import type { System } from '../model/system.ts';
import { deviationText } from './deviation-text.ts';
import type { Driver } from './driver.ts';
import { Player, type Deviation, type Played, type PlayOptions, type Sequence } from './play.ts';
import { sequencesOf } from './sequences.ts';
import { PLAYS_MAX, shrunk, type Found } from './shrink.ts';

/** Which sequences are made of a model. */
export interface SuiteOptions {
  /** What the sequences are to cover; default `faults`. */
  readonly coverage?: Coverage;
  /** Distinct states of the model, at most; default 100,000. */
  readonly statesMax?: number;
}

/** How the sequences of a suite are played, and deviations made short. */
export interface DrivenSuiteOptions extends PlayOptions {
  /** Runs of the system for making one deviation short, at most; default 200, 0: leave it long. */
  readonly shrinkPlaysMax?: number;
}

const STATES_MAX = 100_000;

/**
 * The sequences that cover a system, few and short. The same system gives the same suite.
 * @throws ReconvergeError RCV613 for a model with more states than allowed, RCV614 for a coverage
 *   that there is not
 */
export function suiteFor(system: System, options: SuiteOptions = {}): Suite {
  const { coverage = 'faults', statesMax = STATES_MAX } = options;
  if (!COVERAGES.includes(coverage)) {
    throw new ReconvergeError('RCV614', `'${coverage}' is no coverage`, {
      hint: `one of ${COVERAGES.join(', ')}`,
    });
  }
  const limits = { statesMax, interrupted: () => false, onProgress: () => {} };
  const suite = suiteOf(system, coverage, limits);
  if (typeof suite !== 'string') return suite;
  throw new ReconvergeError('RCV613', `the model has more than ${statesMax} states`, {
    hint: 'lower its parameters, or raise statesMax',
  });
}

/** A deviation, made short; its message tells all of it. */
export class Deviated extends Error {
  readonly #found: Found;

  constructor(message: string, found: Found) {
    super(message);
    this.#found = found;
  }

  /** The shortest sequence found that shows it. */
  get sequence(): Sequence {
    return this.#found.sequence;
  }

  /** Where that sequence went wrong, and what was seen. */
  get deviation(): Deviation {
    return this.#found.deviation;
  }
}

export type NotDeviated = Exclude<Played, { readonly is: 'deviated' }>;

/**
 * Plays a sequence, and makes short what deviates.
 * @throws Deviated where the system does what no behaviour of the model does
 */
export async function playShrinking(
  player: Player,
  sequence: Sequence,
  playsMax: number = PLAYS_MAX,
): Promise<NotDeviated> {
  const played = await player.play(sequence);
  if (played.is !== 'deviated') return played;
  const found = await shrunk(player, { sequence, deviation: played.deviation }, playsMax);
  const { deviation, plays } = found;
  const tries = plays === 0 ? '' : `\n(shrunk from ${played.deviation.step} steps, ${plays} runs)`;
  throw new Deviated(`${deviationText(deviation)}${tries}`, found);
}

/**
 * A suite and a driver to play it with.
 * @throws ReconvergeError RCV610 for a driver that has nothing for a step of the suite
 */
export class DrivenSuite {
  readonly suite: Suite;
  readonly sequences: readonly Sequence[];
  readonly player: Player;
  private readonly playsMax: number;

  constructor(suite: Suite, driver: Driver, options: DrivenSuiteOptions = {}) {
    this.suite = suite;
    this.sequences = sequencesOf(suite);
    this.player = new Player(suite.stepping, driver, options);
    this.playsMax = options.shrinkPlaysMax ?? PLAYS_MAX;
    this.player.check(this.sequences);
  }

  /** @throws Deviated where the system does what no behaviour of the model does */
  play(sequence: Sequence): Promise<NotDeviated> {
    return playShrinking(this.player, sequence, this.playsMax);
  }
}
