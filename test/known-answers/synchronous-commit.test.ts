import { assign, setup } from 'xstate';
import { describe, expect, it } from 'vitest';
import primaryStandby from '../../models/primary-standby.ts';
import { check, type CheckReport } from '../../src/check/check.ts';
import { parameterValues } from '../../src/model/parameter.ts';
import { actor } from '../../src/model/part.ts';
import { always } from '../../src/model/property.ts';
import { actors, fault, type System } from '../../src/model/system.ts';
import { answered, type Answer } from './answers.ts';

/** PostgreSQL's `synchronous_commit`, from the weakest promise to the strongest. */
const LEVELS = ['off', 'local', 'remote_write', 'on', 'remote_apply'] as const;
type Level = (typeof LEVELS)[number];

/** Each happens at most once. */
const FAULTS = {
  'primary restarts': 'RESTART',
  'primary lost': 'LOSE',
  'standby restarts': 'RESTART_STANDBY',
  'standby loses power': 'POWER_OFF_STANDBY',
} as const;
type Fault = keyof typeof FAULTS;
type FaultEvent = (typeof FAULTS)[Fault];

const COMMITS = 2;

interface Pair {
  readonly phase: 'running' | 'lost' | 'promoted';
  /** WAL records that the primary has inserted, and flushed. */
  readonly inserted: number;
  readonly flushed: number;
  /** WAL records that the standby has handed to its system, flushed, and applied. */
  readonly written: number;
  readonly synced: number;
  readonly applied: number;
  /** Commits that the client knows of. */
  readonly acknowledged: number;
}

type ProgramEvent = 'INSERT' | 'FLUSH' | 'SEND' | 'ACKNOWLEDGE' | 'SYNC' | 'APPLY' | 'PROMOTE';

/**
 * A primary and its one synchronous standby, and a session that commits one transaction after
 * another: what a commit has waited for when it is acknowledged, and what is left of it after a
 * fault. A process that crashes loses nothing that its system was given; a system that loses power,
 * what was not flushed.
 */
function replication(level: Level, faults: readonly Fault[]): System {
  const waitsFor = (at: Level): boolean => LEVELS.indexOf(level) >= LEVELS.indexOf(at);
  const next: {
    readonly [type in ProgramEvent | FaultEvent]: (pair: Pair) => Partial<Pair> | false;
  } = {
    INSERT: ({ phase, inserted, acknowledged }) =>
      phase === 'running' &&
      inserted < COMMITS &&
      inserted === acknowledged && { inserted: inserted + 1 },
    FLUSH: ({ phase, inserted, flushed }) =>
      phase === 'running' && flushed < inserted && { flushed: flushed + 1 },
    SEND: ({ phase, flushed, written }) =>
      phase === 'running' && written < flushed && { written: written + 1 },
    ACKNOWLEDGE: ({ phase, inserted, flushed, written, synced, applied, acknowledged }) =>
      phase === 'running' &&
      acknowledged < inserted &&
      (!waitsFor('local') || flushed > acknowledged) &&
      (!waitsFor('remote_write') || written > acknowledged) &&
      (!waitsFor('on') || synced > acknowledged) &&
      (!waitsFor('remote_apply') || applied > acknowledged) && { acknowledged: acknowledged + 1 },
    SYNC: ({ written, synced }) => synced < written && { synced: synced + 1 },
    APPLY: ({ synced, applied }) => applied < synced && { applied: applied + 1 },
    PROMOTE: ({ phase }) => phase === 'lost' && { phase: 'promoted' },
    RESTART: ({ phase, flushed }) => phase === 'running' && { inserted: flushed },
    LOSE: ({ phase }) => phase === 'running' && { phase: 'lost' },
    RESTART_STANDBY: ({ phase }) => phase !== 'promoted' && {},
    POWER_OFF_STANDBY: ({ phase, synced }) => phase !== 'promoted' && { written: synced },
  };
  const machine = setup({
    types: {} as { context: Pair; events: { type: ProgramEvent | FaultEvent } },
    guards: { can: ({ context, event }) => next[event.type](context) !== false },
    actions: { go: assign(({ context, event }) => next[event.type](context) || {}) },
  }).createMachine({
    context: {
      phase: 'running',
      inserted: 0,
      flushed: 0,
      written: 0,
      synced: 0,
      applied: 0,
      acknowledged: 0,
    },
    on: { '*': { guard: 'can', actions: 'go' } },
  });
  const crash = { kind: 'node', class: 'crash' } as const;
  const times = (one: Fault) => ({ budget: faults.includes(one) ? 1 : 0 });
  return actors({ pair: actor(machine) }).faultTolerant({
    environment: {
      pair: {
        INSERT: true,
        FLUSH: true,
        SEND: true,
        ACKNOWLEDGE: true,
        SYNC: true,
        APPLY: true,
        PROMOTE: true,
        RESTART: fault({ ...crash, persistence: 'transient', ...times('primary restarts') }),
        LOSE: fault({ ...crash, persistence: 'permanent', ...times('primary lost') }),
        RESTART_STANDBY: fault({
          ...crash,
          persistence: 'transient',
          ...times('standby restarts'),
        }),
        POWER_OFF_STANDBY: fault({
          ...crash,
          persistence: 'transient',
          ...times('standby loses power'),
        }),
      },
    },
    properties: {
      'no commit is lost': always((s) => {
        const { phase, acknowledged, inserted, written } = s.pair.context;
        return acknowledged <= (phase === 'promoted' ? written : inserted);
      }),
      'the standby shows it': always((s) => s.pair.context.acknowledged <= s.pair.context.applied),
    },
  });
}

const stepsOf = ({ properties }: CheckReport, name: string): number | null =>
  properties.find((property) => property.name === name)?.trace?.steps.length ?? null;

/** Per set of faults and level: states, and steps to an acknowledged commit that is lost. */
const SPANS: readonly [readonly Fault[], readonly (readonly [number, number | null])[]][] = [
  [
    [],
    [
      [41, null],
      [34, null],
      [27, null],
      [20, null],
      [13, null],
    ],
  ],
  [
    ['primary restarts'],
    [
      [88, 3],
      [68, null],
      [54, null],
      [40, null],
      [26, null],
    ],
  ],
  [
    ['primary lost'],
    [
      [123, 4],
      [102, 5],
      [81, null],
      [60, null],
      [39, null],
    ],
  ],
  [
    ['primary lost', 'standby restarts'],
    [
      [246, 4],
      [204, 5],
      [162, null],
      [120, null],
      [78, null],
    ],
  ],
  [
    ['primary lost', 'standby loses power'],
    [
      [246, 4],
      [204, 5],
      [183, 7],
      [120, null],
      [78, null],
    ],
  ],
  [
    ['primary restarts', 'primary lost', 'standby restarts', 'standby loses power'],
    [
      [1056, 3],
      [816, 5],
      [732, 7],
      [480, null],
      [312, null],
    ],
  ],
];
/** Steps to a commit that is acknowledged and that a query on the standby does not see. */
const UNSEEN: readonly (number | null)[] = [2, 3, 4, 5, null];

const answers: Answer[] = [];
const worked: Record<string, () => unknown> = {};
const ask = (name: string, value: unknown, work: () => unknown): void => {
  answers.push({ name, value });
  worked[name] = work;
};

for (const [faults, values] of SPANS) {
  for (const [at, level] of LEVELS.entries()) {
    const what = faults.length === 0 ? 'no fault' : faults.join(', ');
    ask(`${level}, ${what}: states, steps to a lost commit`, values[at], () => {
      const report = check(replication(level, faults));
      return [report.stats.states, stepsOf(report, 'no commit is lost')];
    });
  }
}
for (const [at, level] of LEVELS.entries()) {
  ask(`${level}: steps to a commit that the standby does not show`, UNSEEN[at], () =>
    stepsOf(check(replication(level, [])), 'the standby shows it'),
  );
}

answered('synchronous commit', answers, worked);

/** As the library's family has it, up to the promotion. */
const family = (level: Level, faults: readonly Fault[]): System => {
  const times = (one: Fault): string => (faults.includes(one) ? '1' : '0');
  const given = {
    level,
    scope: 'failover',
    standbys: '1',
    commits: String(COMMITS),
    reads: 'standby',
    restarts: times('primary restarts'),
    losses: times('primary lost'),
    standbyRestarts: times('standby restarts'),
    powerCuts: times('standby loses power'),
    standbyLosses: '0',
    cuts: '0',
    cancels: '0',
  };
  return primaryStandby.build(parameterValues(primaryStandby.parameters, given));
};

describe('the family primary-standby, up to the promotion, is this pair', () => {
  it.each(SPANS.flatMap(([faults]) => LEVELS.map((level) => ({ level, faults }))))(
    '$level with $faults',
    ({ level, faults }) => {
      const [mine, its] = [check(replication(level, faults)), check(family(level, faults))];
      const { states, transitions, depth } = mine.stats;
      expect(its.stats).toMatchObject({ states, transitions, depth });
      const lost = stepsOf(mine, 'no commit is lost');
      expect(stepsOf(its, 'no answered commit is lost')).toBe(lost);
      const unseen = stepsOf(mine, 'the standby shows it');
      expect(stepsOf(its, 'standbys show what is answered')).toBe(unseen);
    },
  );
});
