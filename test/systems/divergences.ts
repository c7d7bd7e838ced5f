import type { EngineName } from './engines/all.ts';
import { ABOUT, type Remark } from './guarantees.ts';
import { isWeapon, type Letter } from './letters.ts';
import type { Oracle } from './oracles.ts';
import type { Finding, Run } from './play.ts';

/** What had happened when a divergence was seen; an idle process counts as none. */
export type Cause = 'start' | 'kill' | 'freeze' | 'database';

/** Findings of one engine that one oracle has of one cause. */
export interface Divergence {
  readonly engine: EngineName;
  readonly oracle: Oracle;
  readonly cause: Cause;
  /** The shortest of them; of equally short ones the first. */
  readonly shortest: Finding;
  /** In how many sequences. */
  readonly count: number;
  readonly remark: Remark | null;
}

function causeOf(letters: readonly Letter[]): Cause {
  if (letters.some(isWeapon)) return 'database';
  if (letters.includes('freeze')) return 'freeze';
  return letters.includes('kill') ? 'kill' : 'start';
}

/** The divergences of an engine, by oracle and cause, in the order of the oracles. */
export function divergencesOf(engine: EngineName, runs: readonly Run[]): readonly Divergence[] {
  const found = new Map<string, Divergence>();
  for (const finding of runs.flatMap(({ findings }) => findings)) {
    const { oracle, letters } = finding;
    const cause = causeOf(letters);
    const key = `${oracle} ${cause}`;
    const known = found.get(key);
    const remark =
      ABOUT[engine].remarks.find(
        ({ oracles, causes }) => oracles.includes(oracle) && causes.includes(cause),
      ) ?? null;
    const isShorter = known === undefined || letters.length < known.shortest.letters.length;
    const shortest = isShorter ? finding : known.shortest;
    found.set(key, { engine, oracle, cause, shortest, count: (known?.count ?? 0) + 1, remark });
  }
  return [...found.values()];
}
