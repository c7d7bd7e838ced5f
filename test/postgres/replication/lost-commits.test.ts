import { describe, expect, it } from 'vitest';
import primaryStandby from '../../../models/primary-standby.ts';
import { check } from '../../../src/check/check.ts';
import type { TraceStep } from '../../../src/model/verdict.ts';
import { parameterValues } from '../../../src/model/parameter.ts';
import { PAIR } from './driver.ts';
import { LEVELS, Pair, until, type Level } from './pair.ts';

const LOST = 'no answered commit is lost';

/** The long run has all of them. */
const isLong = process.env['RECONVERGE_TESTS'] === 'long';

/** The model's shortest way to lose an answered commit, if there is one. */
function wayToLose(level: Level, set: Readonly<Record<string, string>>) {
  const values = parameterValues(primaryStandby.parameters, { ...PAIR, level, ...set });
  const { properties } = check(primaryStandby.build(values), { properties: [LOST] });
  const [{ result, trace } = { result: 'unknown', trace: null }] = properties;
  return result === 'violated' ? (trace?.steps ?? []) : null;
}

/** Makes a step of the model happen. What servers write to disk they decide themselves. */
async function take(pair: Pair, { event, actor }: TraceStep): Promise<void> {
  switch (event.type) {
    case 'INSERT':
      return pair.insert();
    case 'FLUSH':
      return;
    case 'ANSWER':
      return until(() => Promise.resolve(pair.told === '1'));
    case 'RECEIVE':
      return pair.receive();
    case 'APPLY':
      return actor === 'server[1]' ? pair.apply() : undefined;
    case 'CANCEL':
      return pair.cancel();
    case 'LOSE':
      return pair.lose();
    case 'RESTART':
      return pair.restart();
    case 'PROMOTE':
      return pair.promote();
    default:
      throw new Error(`the pair has nothing for ${event.type}`);
  }
}

/** Plays a way to lose a commit; how many rows are left of the one that was answered. */
async function rowsLeft(level: Level, steps: readonly TraceStep[]): Promise<number> {
  const pair = await Pair.start(level);
  try {
    for (const step of steps) await take(pair, step);
    expect(pair.told).not.toBe('');
    return await pair.rowsOn(pair.isPromoted ? 'standby' : 'primary');
  } finally {
    await pair.stop();
  }
}

describe('what the model loses is lost on two real servers', { timeout: 120_000 }, () => {
  const ways = LEVELS.flatMap((level) =>
    [{ restarts: '1', losses: '0' }, {}].flatMap((set) => {
      const steps = wayToLose(level, { ...set, cancels: '0' });
      return steps === null ? [] : [{ level, steps, types: steps.map(({ event }) => event.type) }];
    }),
  );

  it('and that is a restart at off, and a failover at off and local', () => {
    expect(ways.map(({ level, types }) => [level, ...types])).toEqual([
      ['off', 'INSERT', 'ANSWER', 'RESTART'],
      ['off', 'INSERT', 'ANSWER', 'LOSE', 'PROMOTE'],
      ['local', 'INSERT', 'FLUSH', 'ANSWER', 'LOSE', 'PROMOTE'],
    ]);
  });

  it.each(ways.filter((_, at) => isLong || at !== 1))(
    '$level: $types',
    async ({ level, steps }) => {
      expect(await rowsLeft(level, steps)).toBe(0);
    },
  );
});

describe('a wait that is cancelled', { timeout: 120_000 }, () => {
  it('is success with a warning, and whoever ignores the warning loses the commit', async () => {
    const steps = wayToLose('on', { bug: 'ignored-warning' }) ?? [];
    const types = steps.map(({ event }) => event.type);
    expect(types).toEqual(['INSERT', 'FLUSH', 'CANCEL', 'LOSE', 'PROMOTE']);
    expect(wayToLose('on', {})).toBeNull();
    const pair = await Pair.start('on');
    try {
      for (const step of steps) await take(pair, step);
      expect(pair.told).toBe('0');
      expect(await pair.rowsOn('standby')).toBe(0);
    } finally {
      await pair.stop();
    }
  });
});

describe('what the model keeps is kept', { timeout: 120_000 }, () => {
  const kept = LEVELS.filter((level) => wayToLose(level, { cancels: '0' }) === null);

  it('and that is a failover from remote_write on', () => {
    expect(kept).toEqual(['remote_write', 'on', 'remote_apply']);
  });

  it.each(kept.filter((level) => isLong || level === 'on'))(
    '%s: no answer before the standby has it, and then it survives',
    async (level) => {
      const pair = await Pair.start(level);
      try {
        await pair.insert();
        expect(pair.told).toBe('');
        await pair.receive();
        if (level === 'remote_apply') {
          expect(pair.told).toBe('');
          await pair.apply();
        }
        await until(() => Promise.resolve(pair.told === '1'));
        await pair.lose();
        await pair.promote();
        expect(await pair.rowsOn('standby')).toBe(1);
      } finally {
        await pair.stop();
      }
    },
  );
});
