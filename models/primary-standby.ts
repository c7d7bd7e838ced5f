import {
  actor,
  actors,
  always,
  anyOf,
  choice,
  defineModel,
  everyStep,
  external,
  fault,
  integer,
  replicas,
  sometimes,
} from 'reconverge';
import {
  answerable,
  client,
  hasAnswered,
  withoutDoubtful,
  type Replicated,
} from './primary-standby/client.ts';
import {
  caughtUp,
  comeBack,
  inRole,
  isAhead,
  isElected,
  leaderOf,
  LEVELS,
  mayAnswer,
  receivable,
  type Server,
} from './primary-standby/replication.ts';
import { server } from './primary-standby/server.ts';

/**
 * PostgreSQL's streaming replication: a primary, its standbys, a session that commits one
 * transaction after another, and what is left of a commit when servers fail and one takes over from
 * another. After the manual of PostgreSQL 18: `synchronous_commit` (19.5.1),
 * `synchronous_standby_names` (19.6.2), synchronous replication (26.2.8) and `pg_rewind`. The
 * primary ships only what it has flushed. A commit is answered at once (`off`), or when its record
 * is flushed (`local`) and, besides, was handed to its system (`remote_write`), flushed (`on`) or
 * applied (`remote_apply`) by `wait` standbys: any of them (`ANY`), or the first in the list that
 * stream (`FIRST`). A wait that is cancelled is an answer, too, with the warning 01000: the commit
 * is in the primary's log, and perhaps nowhere else; a session that heeds it takes such a commit
 * for doubtful, and repeats it if it turns out not to be there.
 *
 * Faults: the primary restarts (RESTART) or falls out (LOSE), a standby restarts, loses power or
 * falls out, its link is cut, a wait is cancelled. A loss takes what was not flushed, a restart of
 * a standby nothing, since its system still has what it was given. A primary writes and flushes in
 * one step: what it had written, and not flushed, a crash of the process leaves as if it were
 * flushed, and a loss of power as if it were not. So RESTART is both. What fails over is no part of
 * PostgreSQL. Here it makes sure that the old primary is off, and promotes a standby that has
 * flushed whatever another has received, of so many that each answered commit is on one of them
 * (`quorum`). The new timeline opens when that standby has replayed everything. A server that comes
 * back with records of a timeline that was left is rewound, and follows.
 *
 * A green result proves, for so many commits, standbys and faults, in any order, during failover
 * too: no commit that was answered without a warning is missing in the history that counts, there
 * is never a second primary, no standby shows what its primary does not have, and in the end
 * everything is committed and everywhere.
 *
 * The levels differ in what they tolerate (with one standby or two):
 * - `off`: neither a restart (lost in 3 steps) nor a failover (4);
 * - `local`: restarts, and no failover (5);
 * - `remote_write`: each fault by itself, but no failover together with a standby that loses power
 *   (7) or falls out;
 * - `on`, `remote_apply`: all of them together.
 *
 * With `election: reachable` (whoever has most of those that are there) a failover together with
 * the loss of a standby loses commits at every level, unless all standbys are waited for; with
 * `wait: 2` of two, a server that never comes back stops the service. Whoever reads from a standby
 * (`reads: standby`) sees what was answered only with `remote_apply`, all standbys waited for, and
 * no wait cancelled.
 *
 * The model leaves out commits that overlap, cascades, slots, archives (two servers that are
 * promoted apart may choose the same timeline), and restarts of a standby that show less for a
 * while. Its links carry everything or nothing, and a primary that comes back unreplaced finds
 * standbys that stream. With `scope: failover` the story ends with the promotion, and with one
 * standby and without losses of it, cuts and cancels this is the pair of the known answers on
 * synchronous commit, state by state.
 *
 * Broken variants: the levels and elections that promise less; `rejoin: as-is` (the old primary
 * comes back without being rewound) and `as-primary` (it goes on as if nothing had been);
 * `ignored-warning` (the session takes 01000 for success), `trusted-status` (after a restart it
 * takes what the primary has for committed, replicated or not), `unfenced` (with a cut: a standby
 * that does not hear from the primary is promoted while that still runs; with one standby `on`
 * loses nothing even so, with two it does), and `unflushed-shipped`.
 */

/** Steps after which a server has no more than it had flushed. */
const CRASHES = ['RESTART', 'POWER_OFF', 'COME_BACK'];
const crash = { kind: 'node', class: 'crash', persistence: 'transient' } as const;
const cut = { kind: 'network', class: 'omission', persistence: 'transient' } as const;
const cancel = { kind: 'node', class: 'response', persistence: 'partial' } as const;

export default defineModel({
  name: 'primary-standby',
  description: 'PostgreSQL streaming replication: what is left of a commit after a failover.',
  parameters: {
    level: choice(['on', ...LEVELS.filter((level) => level !== 'on')]),
    standbys: integer({ default: 2, min: 1, max: 3 }),
    method: choice(['ANY', 'FIRST']),
    wait: integer({ default: 1, min: 1, max: 3 }),
    commits: integer({ default: 1, min: 1, max: 4 }),
    election: choice(['quorum', 'reachable', 'first']),
    rejoin: choice(['rewound', 'as-is', 'as-primary', 'never']),
    scope: choice(['service', 'failover']),
    reads: choice(['primary', 'standby']),
    restarts: integer({ default: 1, min: 0, max: 2 }),
    losses: integer({ default: 1, min: 0, max: 2 }),
    standbyRestarts: integer({ default: 0, min: 0, max: 1 }),
    powerCuts: integer({ default: 1, min: 0, max: 2 }),
    standbyLosses: integer({ default: 1, min: 0, max: 2 }),
    cuts: integer({ default: 0, min: 0, max: 2 }),
    cancels: integer({ default: 1, min: 0, max: 2 }),
    bug: choice(['none', 'ignored-warning', 'trusted-status', 'unfenced', 'unflushed-shipped']),
  },
  build: ({ standbys, commits, election, rejoin, scope, reads, bug, ...given }) => {
    const { level, method, wait, cancels } = given;
    const settings = { level, method, wait };
    const goesOn = scope === 'service';
    const isRemote = !['off', 'local'].includes(level);
    const comesBack = goesOn && rejoin !== 'never';
    const loss = { ...crash, persistence: comesBack ? 'transient' : 'permanent' } as const;
    const machine = server.provide({
      guards: bug === 'trusted-status' ? { tellsAfterRestart: () => true } : {},
    });
    const leader = ({ server: all }: Replicated): Server => all[leaderOf(all)]!;
    const hasFlushed = ({ context }: Server, length: number): boolean => context.flushed >= length;
    /** Faults of standbys; in the other scope the story is over once one of them is promoted. */
    const ofStandby = ({ server: all }: Replicated, id: number): boolean =>
      goesOn || all[id]!.matches('standby');
    return actors({
      server: replicas(standbys + 1, machine, {
        input: (id) =>
          id === 0 ? { led: 1, streams: 0 } : { led: 0, streams: method === 'FIRST' ? 1 : 0 },
      }),
      client: actor(client),
    }).faultTolerant({
      environment: {
        client: {
          ANSWER: (s) => {
            const logs = answerable(s, (primary, length) =>
              mayAnswer(s.server, primary, length, settings),
            );
            return logs.length > 0 && anyOf(logs.map((done) => ({ done })));
          },
          CANCEL: fault({ ...cancel, budget: isRemote ? cancels : 0 }, (s) => {
            const logs = answerable(s, hasFlushed);
            const warned = `${s.client.context.done}0`;
            return (
              logs.length > 0 &&
              anyOf(logs.map((log) => ({ done: bug === 'ignored-warning' ? log : warned })))
            );
          }),
          RETRY: (s) => withoutDoubtful(s),
        },
        server: {
          INSERT: (s, id) => {
            if (!s.server[id]!.matches('primary')) return false;
            const { length } = s.server[id]!.context.wal;
            return length < commits && length === s.client.context.done.length;
          },
          FLUSH: true,
          APPLY: true,
          RECEIVE: (s, id) => {
            const wals = receivable(s.server, s.server[id]!, bug === 'unflushed-shipped');
            return wals.length > 0 && anyOf(wals.map((wal) => ({ wal })));
          },
          CATCH_UP: (s, id) => method === 'FIRST' && caughtUp(s.server, s.server[id]!),
          PROMOTE: (s, id) => {
            if (!s.server[id]!.matches('standby')) return false;
            const { context } = leader(s);
            const isDue =
              leader(s).matches('lost') ||
              (bug === 'unfenced' && leader(s).matches('primary') && s.server[id]!.context.cut);
            return (
              isDue && isElected(s.server, id, election, wait) && { timeline: context.led + 1 }
            );
          },
          OPEN: () => goesOn,
          COME_BACK: external((s, id) => goesOn && comeBack(s.server, id, rejoin)),
          HEAL: external((s, id) => s.server[id]!.context.cut),
          RESTART: fault({ ...crash, budget: given.restarts }),
          LOSE: fault({ ...loss, budget: given.losses }),
          RESTART_STANDBY: fault({ ...crash, budget: given.standbyRestarts }, ofStandby),
          POWER_OFF: fault({ ...crash, budget: given.powerCuts }, ofStandby),
          LOSE_STANDBY: fault({ ...loss, budget: given.standbyLosses }, ofStandby),
          CUT: fault({ ...cut, budget: given.cuts }, (s, id) => !s.server[id]!.context.cut),
        },
      },
      // All is committed and everywhere; or, if the story ends there, all that is left is shown.
      consistent: (s) => {
        const { led, wal, applied } = leader(s).context;
        if (leader(s).matches('promoted')) return !goesOn && applied === wal.length;
        return (
          s.client.context.done.length === commits &&
          leader(s).matches('primary') &&
          s.server.every(
            (one) =>
              one.context.led === led ||
              (rejoin === 'never' && one.matches('lost')) ||
              (one.matches('standby') &&
                one.context.wal === wal &&
                one.context.applied === commits &&
                (method === 'ANY' || one.context.streams === led)),
          )
        );
      },
      properties: {
        'no answered commit is lost': always(hasAnswered),
        'one primary': always(
          (s) => inRole(s.server, 'primary').length + inRole(s.server, 'promoted').length <= 1,
        ),
        'a primary shows all it has': always((s) =>
          inRole(s.server, 'primary').every(
            ({ context: { wal, applied } }) => applied === wal.length,
          ),
        ),
        'a standby shows what is flushed': always((s) =>
          [...inRole(s.server, 'standby'), ...inRole(s.server, 'promoted')].every(
            ({ context: { wal, flushed, applied } }) => applied <= flushed && flushed <= wal.length,
          ),
        ),
        'a crash leaves what was flushed': everyStep({
          of: (s) =>
            s.server.map(({ context: { wal, flushed } }) => ({ wal, kept: wal.slice(0, flushed) })),
          when: (_before, _after, { event }) => CRASHES.includes(event.type),
          keeps: (before, after, { actor: name }) =>
            after.every(
              ({ wal }, id) => name !== `server[${id}]` || before[id]!.kept.startsWith(wal),
            ),
        }),
        'no standby is ahead': always((s) =>
          inRole(s.server, 'standby').every((standby) => !isAhead(standby, leader(s))),
        ),
        ...(reads === 'standby' && {
          'standbys show what is answered': always((s) =>
            inRole(s.server, 'standby').every(
              ({ context }) => context.applied >= s.client.context.done.length,
            ),
          ),
        }),
        'can commit all': sometimes((s) => {
          const { done } = s.client.context;
          return done.length === commits && !done.includes('0');
        }),
        ...(given.losses > 0 && {
          'can fail over': sometimes((s) =>
            goesOn ? Number(s.client.context.done.at(-1)) > 1 : leader(s).matches('promoted'),
          ),
        }),
      },
    });
  },
});
