import { ask, awaitRow } from './ask.ts';

/** Where the history of one server left that of another. */
export interface Fork {
  /** The timeline that both have in common up to there. */
  readonly timeline: number;
  /** Where the other one began a timeline of its own, as a place in the log ("0/3000148"). */
  readonly at: string;
  /** How far the server itself went on the common one. */
  readonly reached: string;
}

/** Whether a server in recovery has replayed all that it has, and looks for more. */
const HAS_REPLAYED = `
  SELECT FROM pg_stat_activity
  WHERE backend_type = 'startup'
    AND wait_event IN ('RecoveryRetrieveRetryInterval', 'RecoveryWalStream')`;

/**
 * The fork that keeps a server in recovery, which follows nobody yet, from following a primary: it
 * has more of their common timeline than the primary had when that left it. Null: there is none.
 * The primary's timeline history file says where it began (manual, 25.3.6).
 */
export async function forkOf(standbyUrl: string, primaryUrl: string): Promise<Fork | null> {
  await awaitRow('the end of the own log', standbyUrl, HAS_REPLAYED);
  const [own] = await ask(
    standbyUrl,
    `SELECT greatest(timeline_id, min_recovery_end_timeline) AS timeline,
            pg_last_wal_replay_lsn()::text AS reached
     FROM pg_control_checkpoint(), pg_control_recovery()`,
  );
  const timeline = Number(own?.['timeline']);
  const reached = String(own?.['reached']);
  const at = (await beginnings(primaryUrl)).get(timeline);
  if (at === undefined) return null;
  const [far] = await ask(standbyUrl, 'SELECT $1::pg_lsn > $2::pg_lsn AS is', [reached, at]);
  return far?.['is'] === true ? { timeline, at, reached } : null;
}

/** By each timeline that a primary's history has left: where. */
async function beginnings(url: string): Promise<ReadonlyMap<number, string>> {
  const [row] = await ask(
    url,
    `SELECT pg_read_file('pg_wal/' || left(pg_walfile_name(pg_current_wal_lsn()), 8) || '.history',
                         true) AS text`,
  );
  const text = row?.['text'];
  if (typeof text !== 'string') return new Map(); // The first timeline has no history.
  const lines = text.split('\n').map((line) => line.trim().split(/\s+/));
  return new Map(
    lines.flatMap(([left, at]) =>
      at !== undefined && /^\d+$/.test(left ?? '') ? [[Number(left), at] as const] : [],
    ),
  );
}
