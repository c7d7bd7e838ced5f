import { shorterWalks } from '../generate/shrink.ts';
import type { Deviation, Player, Sequence } from './play.ts';

/** A deviation, and the behaviour that shows it. */
export interface Found {
  readonly sequence: Sequence;
  readonly deviation: Deviation;
}

export interface Shrunk extends Found {
  /** How often the system was run for it. */
  readonly plays: number;
}

/** Runs of the system for one shrinking, at most. */
export const PLAYS_MAX = 200;

/**
 * A shorter behaviour on which the system deviates, too: the shortest prefix first, then with steps
 * left out, each tried on the real system. Every candidate is a behaviour of the model.
 */
export async function shrunk(
  player: Player,
  { sequence, deviation }: Found,
  playsMax: number = PLAYS_MAX,
): Promise<Shrunk> {
  let plays = 0;
  const upTo = ({ name, walk }: Sequence, step: number): Sequence => ({
    name,
    walk: { start: walk.start, steps: walk.steps.slice(0, step) },
  });
  let best: Found = { sequence: upTo(sequence, deviation.step), deviation };
  const better = async (): Promise<boolean> => {
    const { name, walk } = best.sequence;
    for (const candidate of shorterWalks(player.stepping, walk)) {
      if (candidate.steps.length >= walk.steps.length) continue;
      if (plays >= playsMax) return false;
      plays += 1;
      const shorter = { name, walk: candidate };
      const played = await player.play(shorter);
      if (played.is !== 'deviated') continue;
      const { deviation: found } = played;
      best = { sequence: upTo(shorter, found.step), deviation: found };
      return true;
    }
    return false;
  };
  while (await better());
  return { ...best, plays };
}
