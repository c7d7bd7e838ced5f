import { Actions, type ModelAction } from '../generate/action.ts';
import { seenState } from '../generate/seen-state.ts';
import type { State, Stepping } from '../generate/stepping.ts';
import type { Walk } from '../generate/walk.ts';
import { messageOf, ReconvergeError } from '../model/error.ts';
import type { Json } from '../model/verdict.ts';
import type { Driver } from './driver.ts';
import { Tracker } from './tracker.ts';

/** A behaviour of the model with a name. */
export interface Sequence {
  readonly name: string;
  readonly walk: Walk;
}

/** The first place at which a system did what no behaviour of the model does. */
export interface Deviation {
  readonly sequence: string;
  /** How many steps were taken, the one that showed it included; 0: it began wrongly. */
  readonly step: number;
  /** These steps, in words. */
  readonly actions: readonly string[];
  /** What the model would have shown: one of these. Empty where the step itself failed. */
  readonly expected: readonly Json[];
  readonly observed: Json;
  readonly because: string;
}

/** One observation of a run: what was done before it, if anything, and what was seen. */
export interface Sighting {
  readonly sequence: string;
  /** From 0, which is the start. */
  readonly step: number;
  /** Null at the start, and where the system was to do something by itself. */
  readonly action: ModelAction | null;
  readonly observed: Json;
}

/** Whoever writes down what is seen; see `Recording`. */
export interface Recorder {
  /** Called for each observation, in order. */
  readonly saw: (sighting: Sighting) => void;
  /** The run is over, and all of it was seen; not called where a step failed half way. */
  readonly ended: (sequence: string) => void;
}

/** How a run of a sequence on a real system ended. */
export type Played =
  | { readonly is: 'agreed' }
  /** Everything seen was right, but the system took another way that the model allows. */
  | { readonly is: 'strayed'; readonly step: number; readonly because: string }
  | { readonly is: 'deviated'; readonly deviation: Deviation };

/** How a sequence is played on a real system. */
export interface PlayOptions {
  /** For each call of the driver; default 30,000. */
  readonly patienceMs?: number;
  /** Is told every observation, in order, and the ends of runs. */
  readonly recorder?: Recorder;
}

const PATIENCE_MS = 30_000;

/** A call of the driver that failed or never came back. */
class Failed extends Error {}

async function within<T>(patienceMs: number, what: string, call: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Failed(`${what}: no end in ${patienceMs} ms`)), patienceMs);
  });
  try {
    return await Promise.race([call, late]);
  } catch (thrown) {
    if (thrown instanceof Failed || thrown instanceof ReconvergeError) throw thrown;
    throw new Failed(`${what}: ${messageOf(thrown)}`, { cause: thrown });
  } finally {
    clearTimeout(timer);
  }
}

/** Sequences of one model, played on real systems by a driver. */
export class Player {
  readonly stepping: Stepping;
  readonly actions: Actions;
  private readonly driver: Driver;
  private readonly options: PlayOptions;

  constructor(stepping: Stepping, driver: Driver, options: PlayOptions = {}) {
    this.stepping = stepping;
    this.actions = new Actions(stepping);
    this.driver = driver;
    this.options = options;
  }

  /** The steps of a behaviour in words. */
  texts({ start, steps }: Walk): readonly string[] {
    const states = [start, ...steps.map(({ to }) => to)];
    return steps.map((step, index) => this.actions.text(states[index] as State, step));
  }

  /** Names of steps and faults in sequences that the driver has nothing for. */
  unknown(sequences: readonly Sequence[]): readonly string[] {
    const names = new Map<string, 'step' | 'fault'>();
    for (const { walk } of sequences) {
      let from = walk.start;
      for (const step of walk.steps) {
        names.set(this.actions.of(from, step).name, step.isFault ? 'fault' : 'step');
        from = step.to;
      }
    }
    return [...names].flatMap(([name, is]) =>
      this.driver.spontaneous.has(name) || this.driver.knows(name, is) ? [] : [name],
    );
  }

  /** @throws ReconvergeError RCV610 if the driver has nothing for a step of the sequences */
  check(sequences: readonly Sequence[]): void {
    const unknown = this.unknown(sequences);
    if (unknown.length === 0) return;
    throw new ReconvergeError('RCV610', `the driver has nothing for ${unknown.join(', ')}`, {
      at: 'driver',
      hint: 'give `step` and `fault` a function for each, or declare it as spontaneous',
    });
  }

  /** Plays a sequence from a fresh start, up to the first deviation. The system is left stopped. */
  async play(sequence: Sequence): Promise<Played> {
    this.check([sequence]);
    const { driver } = this;
    const stop = (): Promise<void> =>
      within(this.options.patienceMs ?? PATIENCE_MS, 'stop', driver.stop());
    let played: Played;
    try {
      played = await new Run(this, sequence).toTheEnd(driver, this.options);
    } catch (thrown) {
      await stop().catch(() => {});
      throw thrown;
    }
    const isBroken = played.is === 'deviated' && played.deviation.expected.length === 0;
    if (!isBroken) this.options.recorder?.ended(sequence.name);
    // What was found counts more than that it could not be cleared away.
    await (played.is === 'deviated' ? stop().catch(() => {}) : stop());
    return played;
  }
}

class Run {
  private readonly player: Player;
  private readonly sequence: Sequence;
  private observed: Json = null;
  private taken = 0;

  constructor(player: Player, sequence: Sequence) {
    this.player = player;
    this.sequence = sequence;
  }

  async toTheEnd(driver: Driver, options: PlayOptions): Promise<Played> {
    const { actions, stepping } = this.player;
    const { name, walk } = this.sequence;
    const { patienceMs = PATIENCE_MS, recorder } = options;
    const tracker = new Tracker(stepping, actions, driver);
    const look = async (action: ModelAction | null): Promise<Played | null> => {
      this.observed = await within(patienceMs, 'read', driver.read());
      recorder?.saw({ sequence: name, step: this.taken, action, observed: this.observed });
      const expected = tracker.see(this.observed);
      if (expected.length === 0) return null;
      return this.deviated(expected, 'the system shows what the model does not');
    };
    let strayed: Played | null = null;
    try {
      const state = seenState(stepping, walk.start);
      await within(patienceMs, 'start', driver.start({ state, sequence: name }));
      tracker.begin(walk.start);
      const atStart = await look(null);
      if (atStart !== null) return atStart;
      let from = walk.start;
      for (const step of walk.steps) {
        const action = actions.of(from, step);
        const isOwn = driver.spontaneous.has(action.name);
        if (!isOwn && !tracker.allows(action)) return this.strayed(strayed, action.name);
        this.taken += 1;
        if (!isOwn) {
          const taking = step.isFault ? driver.fault(action) : driver.step(action);
          await within(patienceMs, action.name, taking);
          tracker.take(action);
        }
        const deviated = await look(isOwn ? null : action);
        if (deviated !== null) return deviated;
        if (!tracker.mayHaveReached(step.to)) strayed ??= this.strayed(null, null);
        from = step.to;
      }
      return strayed ?? { is: 'agreed' };
    } catch (thrown) {
      if (!(thrown instanceof Failed)) throw thrown;
      return this.deviated([], thrown.message);
    }
  }

  /** The first place counts; `next` is what cannot be asked of the system any more. */
  private strayed(before: Played | null, next: string | null): Played {
    if (before !== null) return before;
    const { taken: step } = this;
    const after = next === null ? '' : `, which has no '${next}' now`;
    const because = `the system took another way that the model allows${after}`;
    return { is: 'strayed', step, because };
  }

  private deviated(expected: readonly Json[], because: string): Played {
    const { sequence, taken: step, observed } = this;
    const { start, steps } = sequence.walk;
    const actions = this.player.texts({ start, steps: steps.slice(0, step) });
    const { name } = sequence;
    return {
      is: 'deviated',
      deviation: { sequence: name, step, actions, expected, observed, because },
    };
  }
}
