import { describe, expect, it } from 'vitest';
import primaryStandby from '../../../models/primary-standby.ts';
import { isElected, mayAnswer } from '../../../models/primary-standby/replication.ts';
import { check } from '../../../src/check/check.ts';
import { parameterValues } from '../../../src/model/parameter.ts';
import type { TraceStep } from '../../../src/model/verdict.ts';
import { Cluster } from '../../../src/postgres/cluster/cluster.ts';
import { query } from '../observe.ts';
import { MAJOR } from '../server-under-test.ts';
import { Commit } from './commit.ts';
import { RECEIVED, serversWith, STANDBYS } from './model-server.ts';

/** The long run has all of them: each needs three servers. */
const isLong = process.env['RECONVERGE_TESTS'] === 'long';

const LOST = 'no answered commit is lost';
const METHODS = ['ANY', 'FIRST'] as const;
const ELECTIONS = ['quorum', 'reachable', 'first'] as const;

const settings = METHODS.flatMap((method) =>
  [1, 2].flatMap((wait) => ELECTIONS.map((election) => ({ method, wait, election }))),
);
type Settings = (typeof settings)[number];

/** The model's shortest way to lose an answered commit in a failover, if there is one. */
function wayToLose({ method, wait, election }: Settings): readonly TraceStep[] | null {
  const values = parameterValues(primaryStandby.parameters, {
    level: 'on',
    standbys: '2',
    scope: 'failover',
    method,
    wait: String(wait),
    election,
    restarts: '0',
    powerCuts: '0',
    cancels: '0',
  });
  const { properties } = check(primaryStandby.build(values), { properties: [LOST] });
  const [{ result, trace } = { result: 'unknown', trace: null }] = properties;
  expect(result).not.toBe('unknown');
  return result === 'violated' ? (trace?.steps ?? []) : null;
}

const nameOf = (actor: string | null): string => `s${/^server\[(\d)\]$/.exec(actor ?? '')?.[1]}`;

/** What the leader has of the one answered commit after these steps. */
async function rowsAfter(
  { method, wait }: Pick<Settings, 'method' | 'wait'>,
  steps: readonly Pick<TraceStep, 'actor' | 'event'>[],
): Promise<number> {
  const cluster = await Cluster.start({ major: MAJOR, durable: false, standbys: 2 });
  let commit: Commit | null = null;
  try {
    await query(cluster.leader.server.url, 'CREATE TABLE commits (n int)');
    await cluster.synchronize(`${method} ${wait} (${STANDBYS.join(', ')})`);
    for (const { actor, event } of steps) {
      const name = nameOf(actor);
      if (event.type === 'INSERT') commit = await Commit.begin(cluster, 1, STANDBYS);
      else if (event.type === 'RECEIVE') await commit?.receive(name);
      else if (event.type === 'ANSWER') await commit?.answered();
      else if (event.type.startsWith('LOSE')) await cluster.member(name).server.crash();
      else if (event.type === 'PROMOTE') await cluster.promote(name);
      // When a server flushes it decides itself; `receive` waits for it.
      else if (event.type !== 'FLUSH') throw new Error(`a cluster has nothing for ${event.type}`);
    }
    expect(commit?.isAnswered).toBe(true);
    expect(cluster.leader.name).not.toBe('s0');
    const [[rows] = []] = await query(
      cluster.leader.server.url,
      'SELECT count(*)::int FROM commits',
    );
    return Number(rows);
  } finally {
    await commit?.end();
    await cluster.stop();
  }
}

describe.runIf(isLong)('what failovers lose', { timeout: 120_000 }, () => {
  const ways = settings.flatMap((one) => {
    const steps = wayToLose(one);
    return steps === null ? [] : [{ ...one, steps, types: steps.map(({ event }) => event.type) }];
  });

  it('is due to who is elected, and to no quorum', () => {
    expect(ways.map(({ method, wait, election }) => [method, wait, election])).toEqual([
      ['ANY', 1, 'reachable'],
      ['ANY', 1, 'first'],
      ['FIRST', 1, 'reachable'],
      ['FIRST', 1, 'first'],
    ]);
  });

  it.each(ways)('$method $wait, $election: $types', async ({ steps, ...one }) => {
    expect(await rowsAfter(one, steps)).toBe(0);
  });

  it('and servers with another quorum than the model do not follow it', async () => {
    const { steps = [] } = ways.find(({ election }) => election === 'first') ?? {};
    await expect(rowsAfter({ method: 'ANY', wait: 2 }, steps)).rejects.toThrow(/did not come/);
  });
});

describe.runIf(isLong)('what failovers keep', { timeout: 120_000 }, () => {
  const kept = settings.filter((one) => wayToLose(one) === null);

  /** Whoever has the commit when it is answered, and whoever may lead then: each pair once. */
  const plays = METHODS.flatMap((method) =>
    [1, 2].flatMap((wait) =>
      RECEIVED.flatMap((received) => {
        const servers = serversWith(received);
        if (!mayAnswer(servers, servers[0], 1, { level: 'on', method, wait })) return [];
        const mayLead = (id: number): boolean =>
          kept.some(
            (one) =>
              one.method === method &&
              one.wait === wait &&
              isElected(servers, id, one.election, wait),
          );
        return [1, 2].filter(mayLead).map((id) => ({ method, wait, received, id }));
      }),
    ),
  );

  it('is every answered commit, if the right one leads', () => {
    expect(kept.map(({ method, wait, election }) => `${method} ${wait} ${election}`)).toEqual([
      'ANY 1 quorum',
      ...ELECTIONS.map((election) => `ANY 2 ${election}`),
      'FIRST 1 quorum',
      ...ELECTIONS.map((election) => `FIRST 2 ${election}`),
    ]);
  });

  it.each(plays)('$method $wait: $received have it, s$id leads', async (play) => {
    const steps = [
      { actor: 'server[0]', event: { type: 'INSERT' } },
      ...play.received.map((name) => ({
        actor: `server[${name.slice(1)}]`,
        event: { type: 'RECEIVE' },
      })),
      { actor: 'client', event: { type: 'ANSWER' } },
      { actor: 'server[0]', event: { type: 'LOSE' } },
      { actor: `server[${play.id}]`, event: { type: 'PROMOTE' } },
    ];
    expect(await rowsAfter(play, steps)).toBe(1);
  });
});
