import { readFileSync } from 'node:fs';
import { campaign, NAMES, type Played } from './campaign.ts';
import { divergencesOf, type Cause } from './divergences.ts';
import type { EngineName } from './engines/all.ts';
import { ABOUT } from './guarantees.ts';
import type { Letter } from './letters.ts';
import type { Oracle } from './oracles.ts';

/** A divergence as it is written down. */
export interface Row {
  readonly engine: EngineName;
  readonly oracle: Oracle;
  readonly cause: Cause;
  readonly letters: readonly Letter[];
  readonly expected: readonly string[];
  readonly seen: string;
  /** In how many of the sequences it was seen. */
  readonly sequences: number;
  /** How often it was seen again, of `REPLAYS` times that its letters were played alone. */
  readonly again: number;
  /** Whether a process ended by itself in one of these replays. */
  readonly ended: boolean;
}

/** What the comparison page is made of. */
export interface Recorded {
  /** How many were played on each set-up, the shortest first. */
  readonly sequences: number;
  readonly versions: Readonly<Record<string, string>>;
  readonly rows: readonly Row[];
}

export const REPLAYS = 3;
/** A system that is only slow is given more time. Milliseconds. */
const PATIENCE_MS = 20_000;
/** Servers in use at once. */
export const LANES = 3;

const root = new URL('../../', import.meta.url);

/** The versions of the packages under test, as they are installed. */
export function versions(): Readonly<Record<string, string>> {
  const packages = new Set(Object.values(ABOUT).flatMap((about) => about.package ?? []));
  const read = (name: string): [string, string] => {
    const file = name === 'reconverge' ? 'package.json' : `node_modules/${name}/package.json`;
    const { version } = JSON.parse(readFileSync(new URL(file, root), 'utf8')) as {
      version: string;
    };
    return [name, version];
  };
  return Object.fromEntries([...packages].map(read));
}

/** The divergences of a campaign, each played again; what is never seen again is left out. */
export async function recordOf(played: Played): Promise<Recorded> {
  const rows: Row[] = [];
  for (const engine of NAMES) {
    const divergences = divergencesOf(engine, played[engine] ?? []);
    const replays = divergences.flatMap(({ shortest: { letters } }) =>
      Array.from({ length: REPLAYS }, () => letters),
    );
    const options = { patienceMs: PATIENCE_MS };
    const runs = (await campaign([engine], replays, LANES, options))[engine] ?? [];
    for (const [at, { oracle, cause, shortest, count }] of divergences.entries()) {
      const { letters, expected, seen } = shortest;
      const again = runs
        .slice(at * REPLAYS, (at + 1) * REPLAYS)
        .filter(({ findings }) => findings.some((one) => one.oracle === oracle));
      if (again.length === 0) continue;
      const ended = again.some((run) => run.ended > 0);
      const base = { engine, oracle, cause, letters, expected, seen };
      rows.push({ ...base, sequences: count, again: again.length, ended });
    }
  }
  const sequences = Math.min(...NAMES.map((engine) => played[engine]?.length ?? 0));
  return { sequences, versions: versions(), rows };
}
