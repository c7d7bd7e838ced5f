import { assign, sendTo, setup } from 'xstate';
import { describe, expect, it } from 'vitest';
import { check, type CheckOptions, type CheckReport } from '../../src/check/check.ts';
import { actor, replicas } from '../../src/model/part.ts';
import { peer } from '../../src/model/peer.ts';
import { always, deadlockFree, leadsTo } from '../../src/model/property.ts';
import { actors, type System } from '../../src/model/system.ts';
import { answered, type Answer } from './answers.ts';
import { atLeisure } from './at-leisure.ts';
import { spanOf } from './span.ts';

/** Keeps the turn instead of giving it away; gives it before the flag is up; waits for the flag. */
type Bug = 'none' | 'selfish' | 'flag last' | 'deaf to the turn';

type Give = { type: 'GIVE'; to: number };

const turn = setup({
  types: {} as { context: { of: number }; events: Give },
}).createMachine({
  context: { of: 0 },
  on: { GIVE: { actions: assign({ of: ({ event }) => event.to }) } },
});

function processWith(bug: Bug) {
  const [first, second] =
    bug === 'flag last' ? (['giveTurn', 'raise'] as const) : (['raise', 'giveTurn'] as const);
  return setup({
    types: {} as {
      context: { id: number; isRaised: boolean };
      input: { id: number };
      events: { type: 'STEP' } | { type: 'ENTER' };
    },
    actions: {
      raise: assign({ isRaised: true }),
      lower: assign({ isRaised: false }),
      giveTurn: sendTo(peer<Give>('turn'), ({ context }) => ({
        type: 'GIVE',
        to: bug === 'selfish' ? context.id : 1 - context.id,
      })),
    },
  }).createMachine({
    context: ({ input }) => ({ id: input.id, isRaised: false }),
    initial: 'elsewhere',
    states: {
      elsewhere: { on: { STEP: 'trying' } },
      trying: { on: { STEP: { target: 'half', actions: first } } },
      half: { on: { STEP: { target: 'waiting', actions: second } } },
      waiting: { on: { ENTER: 'critical' } },
      critical: { on: { STEP: 'leaving' } },
      leaving: { on: { STEP: { target: 'elsewhere', actions: 'lower' } } },
    },
  });
}

type Place = { readonly matches: (state: 'waiting' | 'critical' | 'leaving') => boolean };
const isInside = (one: Place): boolean => one.matches('critical') || one.matches('leaving');
const isWaiting = (s: { readonly process: readonly Place[] }) => s.process[0]!.matches('waiting');
const isCritical = (s: { readonly process: readonly Place[] }) => s.process[0]!.matches('critical');

/** Mutual exclusion of two processes after Peterson (1981), and Peterson.tla. */
function peterson(bug: Bug): System {
  return actors({
    turn: actor(turn),
    process: replicas(2, processWith(bug), { input: (id) => ({ id }) }),
  }).faultTolerant({
    environment: {
      process: {
        STEP: true,
        ENTER: (s, id) =>
          !s.process[1 - id]!.context.isRaised ||
          (bug !== 'deaf to the turn' && s.turn.context.of === id),
      },
    },
    properties: {
      'one at a time': always((s) => !s.process.every(isInside)),
      'gets in': leadsTo(isWaiting, isCritical, { fairness: { weak: ['process'] } }),
      'gets in, by default': leadsTo(isWaiting, isCritical),
      'gets in, without fairness': leadsTo(isWaiting, isCritical, { fairness: 'none' }),
      'goes on': deadlockFree(),
    },
  });
}

const memo = new Map<string, CheckReport>();
function report(bug: Bug = 'none', options: CheckOptions = {}): CheckReport {
  const key = `${bug} ${JSON.stringify(options)}`;
  const known = memo.get(key) ?? check(peterson(bug), options);
  memo.set(key, known);
  return known;
}
const property = (name: string, bug?: Bug) =>
  report(bug).properties.find((one) => one.name === name);
/** Whether who waits gets in, where the processes may stand still but for what is asked of them. */
const waited = (name: string) => check(atLeisure(peterson('none')), { properties: [name] }).result;
const meeting = (bug?: Bug) => property('one at a time', bug)?.trace?.steps.length ?? 'none';

const answers: Answer[] = [
  { name: 'distinct states', value: 42 },
  { name: 'generated', value: 77 },
  { name: 'depth', value: 11 },
  { name: 'steps until both are inside', value: 'none' },
  { name: 'deadlocks', value: 0 },
  { name: 'who waits gets in, each process being weakly fair', value: 'holds' },
  { name: 'who waits gets in, without fairness', value: 'violated' },
];
const worked: Record<string, () => unknown> = {
  'distinct states': () => report().stats.states,
  generated: () => spanOf(peterson('none')).generated,
  depth: () => report().stats.depth,
  'steps until both are inside': () => meeting(),
  deadlocks: () => spanOf(peterson('none')).ends,
  'who waits gets in, each process being weakly fair': () => waited('gets in'),
  'who waits gets in, without fairness': () => waited('gets in, without fairness'),
};
for (const [bug, value] of [
  ['selfish', [8, 0, 72]],
  ['flag last', [8, 0, 72]],
  ['deaf to the turn', ['none', 2, 42]],
] as const) {
  const name = `${bug}: steps until both are inside, deadlocks, distinct states`;
  answers.push({ name, value });
  worked[name] = () => [meeting(bug), spanOf(peterson(bug)).ends, report(bug).stats.states];
}
answered('Peterson', answers, worked);

describe('Peterson', () => {
  it.each(['none', 'selfish', 'flag last', 'deaf to the turn'] as const)(
    'has the same verdicts by symmetry and by reduction, bug: %s',
    (bug) => {
      const results = (options: CheckOptions) =>
        report(bug, options).properties.map(({ name, result }) => `${name}: ${result}`);
      expect(results({ symmetry: true })).toEqual(results({}));
      // Who asks for liveness, too, has every state visited.
      const properties = ['one at a time', 'goes on'];
      expect(results({ properties, reduce: true })).toEqual(results({ properties }));
    },
  );

  it('is fair enough by default, and goes on but for the bug that is deaf', () => {
    expect(property('gets in, by default')?.result).toBe('holds');
    expect(property('goes on')?.result).toBe('holds');
    expect(property('goes on', 'deaf to the turn')?.result).toBe('violated');
  });
});
