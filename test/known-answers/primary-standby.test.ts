import { describe, expect, it } from 'vitest';
import { check, type CheckReport } from '../../src/check/check.ts';
import { toleranceOf } from '../../src/check/tolerance.ts';
import { parameterValues } from '../../src/model/parameter.ts';
import type { System } from '../../src/model/system.ts';
import primaryStandby from '../../models/primary-standby.ts';

type Given = Readonly<Record<string, string | number>>;

const CALM = { restarts: 0, losses: 0, powerCuts: 0, standbyLosses: 0, cuts: 0, cancels: 0 };
const WAIT = { election: 'reachable', standbyLosses: 1 };
const BACK = { rejoin: 'as-primary' };
const READS = { losses: 0, reads: 'standby', level: 'remote_apply' };
const GONE = { standbyLosses: 1, rejoin: 'never', losses: 0 };
const SHOWN = 'standbys show what is answered';
const LOST = 'no answered commit is lost';

function built(given: Given): System {
  const texts = Object.entries(given).map(([name, value]) => [name, String(value)]);
  return primaryStandby.build(
    parameterValues(primaryStandby.parameters, Object.fromEntries(texts)),
  );
}
const checked = (given: Given): CheckReport => check(built(given));
const violated = ({ properties }: CheckReport): readonly string[] =>
  properties.filter(({ result }) => result === 'violated').map(({ name }) => name);

describe('the shortest way to lose an answered commit', () => {
  it.each<[string, Given, string]>([
    ['off', { restarts: 1 }, 'INSERT ANSWER RESTART'],
    ['off', { losses: 1, scope: 'failover' }, 'INSERT ANSWER LOSE PROMOTE'],
    ['local', { losses: 1 }, 'INSERT FLUSH ANSWER LOSE PROMOTE'],
    [
      'remote_write',
      { losses: 1, powerCuts: 1 },
      'INSERT FLUSH RECEIVE ANSWER LOSE POWER_OFF PROMOTE',
    ],
    [
      'remote_write',
      { losses: 1, standbyLosses: 1 },
      'INSERT FLUSH RECEIVE ANSWER LOSE LOSE_STANDBY COME_BACK PROMOTE',
    ],
    ['on', { losses: 1, cancels: 1, bug: 'ignored-warning' }, 'INSERT FLUSH CANCEL LOSE PROMOTE'],
    ['on', { losses: 1, restarts: 1, bug: 'trusted-status' }, 'INSERT FLUSH RESTART LOSE PROMOTE'],
    [
      'on',
      { losses: 1, standbyLosses: 1, election: 'reachable' },
      'INSERT FLUSH RECEIVE FLUSH ANSWER LOSE LOSE_STANDBY PROMOTE',
    ],
  ])('%s, %o: %s', (level, given, way) => {
    const { properties } = checked({ ...CALM, ...given, level });
    const steps = properties.find(({ name }) => name === LOST)?.trace?.steps ?? [];
    expect(steps.map(({ event }) => event.type).toSorted()).toEqual(way.split(' ').toSorted());
  });
});

describe('how much of each fault a level tolerates by itself', () => {
  const ALL = ['CANCEL', 'CUT', 'LOSE', 'LOSE_STANDBY', 'POWER_OFF', 'RESTART', 'RESTART_STANDBY'];
  it.each<[string, readonly string[], readonly string[]]>([
    ['off', ['LOSE', 'RESTART'], []],
    ['local', ['LOSE'], []],
    ['remote_write', [], ['LOSE + LOSE_STANDBY', 'LOSE + POWER_OFF']],
    ['on', [], []],
    ['remote_apply', [], []],
  ])('%s: all but %o; but not together %o', (level, alone, together) => {
    const { rows, missing } = toleranceOf(built({ level, standbys: 1 }));
    expect(missing).toBeNull();
    const named = rows.map(({ faults, ...row }) => {
      const [names, counts] = [Object.keys(faults), Object.values(faults)];
      const happening = names.filter((_, at) => names.length === 1 || counts[at]! > 0);
      return { ...row, counts, names: happening.map((name) => name.split('.')[1]!) };
    });
    const single = named.filter(({ names, kind }) => names.length === 1 && kind !== null);
    expect(single.flatMap(({ names }) => names).toSorted()).toEqual(ALL);
    const fatal = single.filter(({ counts }) => counts[0] === 0);
    expect(fatal.flatMap(({ names }) => names).toSorted()).toEqual(alone);
    const pairs = named.filter(({ names, witness }) => names.length > 1 && witness !== null);
    expect(pairs.map(({ names }) => names.toSorted().join(' + ')).toSorted()).toEqual(together);
  });
});

describe('what a variant needs to do harm', () => {
  const two = { ...CALM, standbys: 1, commits: 2 };
  it.each<[string, Given, Given, string]>([
    ['the first in the list: a cut', { method: 'FIRST', election: 'first' }, { cuts: 1 }, LOST],
    ['the first in the list: ANY', { method: 'FIRST', election: 'first' }, { method: 'ANY' }, LOST],
    ['who is there: a standby less', { election: 'reachable' }, { standbyLosses: 1 }, LOST],
    ['who is there: not all waited for', { ...WAIT, wait: 2 }, { wait: 1 }, LOST],
    ['unfenced: a standby more', { ...two, cuts: 1, bug: 'unfenced' }, { standbys: 2 }, LOST],
    ['unfenced: local', { ...two, cuts: 1, bug: 'unfenced' }, { level: 'local' }, LOST],
    ['back as primary: local', { ...two, losses: 1, ...BACK }, { level: 'local' }, LOST],
    ['reads on a standby: on', { ...two, ...READS }, { level: 'on' }, SHOWN],
    ['reads on a standby: a standby more', { ...two, ...READS }, { standbys: 2 }, SHOWN],
    ['reads on a standby: a cancelled wait', { ...two, ...READS }, { cancels: 1 }, SHOWN],
    ['never back: all waited for', { ...CALM, ...GONE }, { wait: 2 }, 'converges'],
  ])('%s', (_, without, needed, property) => {
    const rest = { ...CALM, losses: 1 };
    expect(violated(checked({ ...rest, ...without }))).not.toContain(property);
    expect(violated(checked({ ...rest, ...without, ...needed }))).toContain(property);
  });
});
