import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mayAnswer } from '../../../models/primary-standby/replication.ts';
import { awaitRow } from '../../../src/postgres/cluster/ask.ts';
import { Cluster } from '../../../src/postgres/cluster/cluster.ts';
import { query } from '../observe.ts';
import { MAJOR } from '../server-under-test.ts';
import { Commit } from './commit.ts';
import { RECEIVED, serversWith, STANDBYS } from './model-server.ts';

const ROWS = 'SELECT n FROM commits ORDER BY n';

describe('a cluster of three', { timeout: 120_000 }, () => {
  let cluster: Cluster;
  let n = 0;
  beforeAll(async () => {
    cluster = await Cluster.start({ major: MAJOR, durable: false, standbys: 2 });
    await query(cluster.leader.server.url, 'CREATE TABLE commits (n int)');
  }, 120_000);
  afterAll(() => cluster.stop());

  const quorums = (['ANY', 'FIRST'] as const).flatMap((method) =>
    [1, 2].flatMap((wait) => RECEIVED.map((received) => ({ method, wait, received }))),
  );

  it.each(quorums)(
    '$method $wait, $received have the commit: answered if the model answers it',
    async ({ method, wait, received }) => {
      const servers = serversWith(received);
      const isDue = mayAnswer(servers, servers[0], 1, { level: 'on', method, wait });
      await cluster.synchronize(`${method} ${wait} (${STANDBYS.join(', ')})`);
      const commit = await Commit.begin(cluster, (n += 1), STANDBYS);
      expect(commit.isAnswered).toBe(false);
      for (const name of received) await commit.receive(name);
      if (isDue) await commit.answered();
      else await sleep(200);
      expect(commit.isAnswered).toBe(isDue);
      for (const name of STANDBYS) cluster.member(name).link?.open('back');
      await commit.answered();
      await commit.end();
    },
  );

  it('follows whom it is told to; who went on with the old leader has forked off', async () => {
    await cluster.synchronize('');
    const [old, other] = [cluster.leader.server, cluster.member('s2').server];
    await cluster.promote('s1');
    const { url } = cluster.leader.server;
    await query(old.url, 'INSERT INTO commits VALUES (100)');
    await query(url, 'INSERT INTO commits VALUES (200)');
    await sleep(100);
    const forks = { s2: await cluster.rejoin('s2'), s0: await cluster.rejoin('s0') };
    expect(forks.s0).toMatchObject({ timeline: 1 });
    expect(forks.s2?.at).toBe(forks.s0?.at);
    const [[isAfter] = []] = await query(
      url,
      `SELECT '${forks.s0?.reached}'::pg_lsn > '${forks.s0?.at}'::pg_lsn`,
    );
    expect(isAfter).toBe(true);
    // Both are other servers now, with the leader's history instead of their own.
    expect(cluster.member('s2').server).not.toBe(other);
    await query(url, 'INSERT INTO commits VALUES (300)');
    const rows = await query(url, ROWS);
    expect(rows.flat()).toEqual([...Array.from({ length: n }, (_, at) => at + 1), 200, 300]);
    for (const name of ['s0', 's2']) {
      const { server: standby } = cluster.member(name);
      await expect.poll(() => query(standby.url, ROWS)).toEqual(rows);
    }
  });

  it('one that did not go on follows the next leader as it is', async () => {
    const { server: same, link } = cluster.member('s2');
    // Whatever s2 has, s0 has, too: what the leader writes by itself comes to s2 no more.
    link?.hold('back');
    const [end] = await query(same.url, 'SELECT pg_last_wal_receive_lsn()');
    const { url } = cluster.member('s0').server;
    const isThere = 'SELECT WHERE pg_last_wal_replay_lsn() >= $1::pg_lsn';
    await awaitRow('what s2 has', url, isThere, end);
    await cluster.promote('s0');
    expect(await cluster.rejoin('s2')).toBeNull();
    expect(cluster.member('s2').server).toBe(same);
    await query(cluster.leader.server.url, 'INSERT INTO commits VALUES (400)');
    await expect.poll(() => query(same.url, ROWS)).toContainEqual([400]);
    // The old leader, which took nothing more, has only written that it shut down.
    await cluster.rejoin('s1');
    await expect.poll(() => query(cluster.member('s1').server.url, ROWS)).toContainEqual([400]);
  });
});
