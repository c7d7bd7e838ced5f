import { appendFileSync, chownSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { query } from '../observe.ts';
import { Pair, until, type Level } from './pair.ts';

/** The long run alone: each needs two servers. */
const isLong = process.env['RECONVERGE_TESTS'] === 'long';

let pair: Pair | null = null;
afterEach(async () => {
  await pair?.stop();
  pair = null;
});
async function begun(level: Level): Promise<Pair> {
  pair = await Pair.start(level, { replays: true });
  return pair;
}
const insert = (n: number, level: Level): string =>
  `SET synchronous_commit = ${level}; INSERT INTO commits VALUES (${n})`;

describe.runIf(isLong)('two servers that both think they lead', { timeout: 120_000 }, () => {
  it('a primary without its standby answers nobody who waits for it', async () => {
    const { primary, told, ...rest } = await begun('on');
    const { link } = rest as Pair;
    link.cut();
    await pair?.insert();
    await sleep(500);
    expect([told, pair?.told]).toEqual(['', '']);
    // Who does not wait goes past that fence.
    await query(primary.url, insert(2, 'local'));
    expect(await query(primary.url, 'SELECT n FROM commits ORDER BY n')).toEqual([[2]]);
  });

  it('a standby that is promoted meanwhile takes other commits: neither has them all', async () => {
    const { primary, standby } = await begun('on');
    await pair?.promote();
    await query(primary.url, insert(7, 'local'));
    await query(standby.url, insert(8, 'local'));
    const rows = 'SELECT n FROM commits ORDER BY n';
    expect(await query(primary.url, rows)).toEqual([[7]]);
    expect(await query(standby.url, rows)).toEqual([[8]]);
  });

  it('the old primary cannot follow the new one as it is: its log has forked off', async () => {
    const { primary, standby } = await begun('on');
    const folder = primary.dataDirectory ?? '';
    await query(primary.url, insert(7, 'local'));
    await pair?.promote();
    await query(standby.url, insert(8, 'local'));
    await primary.crash();
    const follows = `host=127.0.0.1 port=${standby.port} user=postgres`;
    appendFileSync(join(folder, 'postgresql.auto.conf'), `\nprimary_conninfo = '${follows}'\n`);
    writeFileSync(join(folder, 'standby.signal'), '');
    const { uid, gid } = statSync(folder);
    chownSync(join(folder, 'standby.signal'), uid, gid);
    await primary.restart();
    const log = (): string => readFileSync(join(dirname(folder), 'server.log'), 'utf8');
    await until(() => Promise.resolve(/new timeline \d+ forked off/.test(log())));
    expect(await query(primary.url, 'SELECT n FROM commits')).toEqual([[7]]);
  });
});
