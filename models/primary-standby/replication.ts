import type { Log, Role } from './server.ts';

export const LEVELS = ['off', 'local', 'remote_write', 'on', 'remote_apply'] as const;
export type Level = (typeof LEVELS)[number];

/** `synchronous_commit`, and `synchronous_standby_names = 'method wait (…)'` of all servers. */
export interface Settings {
  readonly level: Level;
  readonly method: 'ANY' | 'FIRST';
  readonly wait: number;
}

export interface Server {
  readonly context: Log;
  matches(role: Role): boolean;
}
type Servers = readonly Server[];

/** How many records at the beginning of two logs are the same. */
function common(one: string, two: string): number {
  let length = 0;
  while (length < one.length && one[length] === two[length]) length += 1;
  return length;
}

/** The server with the newest timeline, running or not: what it has is the history that counts. */
export const leaderOf = (servers: Servers): number =>
  servers.reduce(
    (one, { context }, two) => (context.led > servers[one]!.context.led ? two : one),
    0,
  );

export const inRole = (servers: Servers, role: Role): Servers =>
  servers.filter((one) => one.matches(role));

/** Has the standby replayed what the other server does not have? Then it cannot follow it. */
export const isAhead = ({ context }: Server, other: Server): boolean =>
  common(context.wal, other.context.wal) < context.applied;

/** Up to which record of the primary's log a standby has confirmed, at this level. */
function confirmed(standby: Log, primary: Log, level: Level): number {
  const shared = common(standby.wal, primary.wal);
  if (level === 'remote_write') return shared;
  return Math.min(shared, level === 'on' ? standby.flushed : standby.applied);
}

/** May the primary answer a commit whose record is the `length`th of its log? */
export function mayAnswer(
  servers: Servers,
  { context: primary }: Server,
  length: number,
  { level, method, wait }: Settings,
): boolean {
  if (level === 'off') return true;
  if (primary.flushed < length) return false;
  if (level === 'local') return true;
  const confirm = inRole(servers, 'standby')
    .filter(({ context }) => (method === 'ANY' ? !context.cut : context.streams === primary.led))
    .map(({ context }) => confirmed(context, primary, level) >= length);
  const counted = method === 'FIRST' ? confirm.slice(0, wait) : confirm;
  return counted.filter(Boolean).length >= wait;
}

/** The log of a standby with the next flushed record of each primary that it can follow. */
export function receivable(
  servers: Servers,
  standby: Server,
  shipsUnflushed: boolean,
): readonly string[] {
  if (!standby.matches('standby') || standby.context.cut) return [];
  return inRole(servers, 'primary')
    .filter((primary) => !isAhead(standby, primary))
    .map(({ context: { wal, flushed } }) => {
      const next = common(standby.context.wal, wal) + 1;
      return next <= (shipsUnflushed ? wal.length : flushed) ? wal.slice(0, next) : '';
    })
    .filter((wal) => wal.length > 0);
}

/** The timeline of a primary that the standby has caught up with, if it does not stream it yet. */
export function caughtUp(servers: Servers, standby: Server) {
  if (!standby.matches('standby') || standby.context.cut) return undefined;
  const { wal, streams } = standby.context;
  const primary = inRole(servers, 'primary').find(
    ({ context }) =>
      context.led > streams &&
      wal.length === common(wal, context.wal) &&
      wal.length >= context.flushed,
  );
  return primary && { timeline: primary.context.led };
}

/**
 * Who is promoted: of the standbys that can be reached the one with most (`reachable`), and only if
 * no commit can be on none of them (`quorum`), or the first in the list, whatever it has (`first`).
 */
export type Election = 'quorum' | 'reachable' | 'first';

/** May the standby be promoted? `wait` standbys have each commit that was answered. */
export function isElected(servers: Servers, id: number, election: Election, wait: number): boolean {
  const reachable = servers.flatMap((server, at) => (server.matches('standby') ? [at] : []));
  if (election === 'first') return reachable[0] === id;
  if (election === 'quorum' && reachable.length < servers.length - wait) return false;
  const { flushed } = servers[id]!.context;
  return reachable.every((at) => at === id || servers[at]!.context.wal.length <= flushed);
}

export type Rejoin = 'rewound' | 'as-is' | 'as-primary' | 'never';

/**
 * With what log and in which role a lost server comes back, or false while it cannot. It has what
 * it had flushed. The primary that nobody has replaced is primary again; what a server wrote on a
 * timeline that was left is to be rewound to where the new one begins.
 */
export function comeBack(servers: Servers, id: number, rejoin: Rejoin) {
  if (rejoin === 'never' || !servers[id]!.matches('lost')) return false;
  const flushed = ({ context }: Server): string => context.wal.slice(0, context.flushed);
  const leader = leaderOf(servers);
  const newest = servers[leader]!;
  const wal = flushed(servers[id]!);
  const isPrimary = rejoin === 'as-primary' && servers[id]!.context.led > 0;
  if (id === leader || isPrimary) return { wal, as: 'primary' } as const;
  // Where the new timeline begins is settled only when it is open.
  if (newest.matches('promoted')) return false;
  const fork = common(wal, flushed(newest));
  if (rejoin === 'as-is' || fork === wal.length) return { wal, as: 'standby' } as const;
  return newest.matches('primary') && ({ wal: wal.slice(0, fork), as: 'standby' } as const);
}
