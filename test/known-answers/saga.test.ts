import { assign, enqueueActions, setup } from 'xstate';
import { describe, expect, it } from 'vitest';
import { check, type CheckReport } from '../../src/check/check.ts';
import { explored } from '../../src/check/explored.ts';
import { planOf } from '../../src/check/plan.ts';
import { actor, names, replicas } from '../../src/model/part.ts';
import { peer } from '../../src/model/peer.ts';
import { always } from '../../src/model/property.ts';
import { actors, type System } from '../../src/model/system.ts';
import { answered, type Answer } from './answers.ts';

/** Whether a step of the saga has taken effect. */
const effect = setup({
  types: {} as { events: { type: 'DO' } | { type: 'UNDO' } },
}).createMachine({
  initial: 'absent',
  on: { DO: '.present', UNDO: '.absent' },
  states: { absent: {}, present: {} },
});

interface Course {
  readonly effects: readonly string[];
  readonly retries: number;
}

interface Progress extends Course {
  /** Going forward: the next step. Compensating: how many steps are still to be looked at. */
  readonly step: number;
  readonly tries: number;
  /** Compensating from the first step on: how many steps are to be looked at. */
  readonly until: number;
}

const saga = setup({
  types: {} as {
    context: Progress;
    input: Course;
    events: { type: 'OK' | 'TRANSIENT' | 'PERMANENT' | 'PARTIAL' | 'UNDO' | 'FINISH' };
  },
  guards: {
    hasStep: ({ context }) => context.step < context.effects.length,
    hasNone: ({ context }) => context.step === context.effects.length,
    mayRetry: ({ context }) =>
      context.step < context.effects.length && context.tries < context.retries,
    hasUndo: ({ context }) => context.step > 0,
    hasNoUndo: ({ context }) => context.step === 0,
  },
  actions: {
    take: enqueueActions(({ context, enqueue }) => {
      enqueue.sendTo(peer(context.effects[context.step] ?? ''), { type: 'DO' });
    }),
    advance: assign({ step: ({ context }) => context.step + 1, tries: 0 }),
    retry: assign({ tries: ({ context }) => context.tries + 1 }),
    giveUp: assign({ tries: 0 }),
    /** With a step that has failed half way. */
    giveUpWithIt: assign({ step: ({ context }) => context.step + 1, tries: 0 }),
    undo: enqueueActions(({ context, enqueue }) => {
      enqueue.sendTo(peer(context.effects[context.step - 1] ?? ''), { type: 'UNDO' });
    }),
    stepBack: assign({ step: ({ context }) => context.step - 1 }),
    endUndo: assign({ step: 0, until: 0 }),
  },
}).createMachine({
  context: ({ input }) => ({ ...input, step: 0, tries: 0, until: 0 }),
  initial: 'forward',
  states: {
    forward: {
      on: {
        OK: { guard: 'hasStep', actions: ['take', 'advance'] },
        TRANSIENT: { guard: 'mayRetry', actions: 'retry' },
        PERMANENT: { guard: 'hasStep', target: 'compensating', actions: 'giveUp' },
        PARTIAL: { guard: 'hasStep', target: 'compensating', actions: ['take', 'giveUpWithIt'] },
        FINISH: { guard: 'hasNone', target: 'done' },
      },
    },
    compensating: {
      on: {
        UNDO: { guard: 'hasUndo', actions: ['undo', 'stepBack'] },
        FINISH: { guard: 'hasNoUndo', target: 'aborted', actions: 'endUndo' },
      },
    },
    done: { type: 'final' },
    aborted: { type: 'final' },
  },
});

/** What is forgotten: to undo the first step, to undo the last one first, that half may be done. */
const BROKEN = {
  none: saga,
  'first step stays': saga.provide({
    actions: {
      undo: enqueueActions(({ context, enqueue }) => {
        const { effects, step } = context;
        if (step > 1) enqueue.sendTo(peer(effects[step - 1] ?? ''), { type: 'UNDO' });
      }),
    },
  }),
  'first step first': saga.provide({
    guards: {
      hasUndo: ({ context }) => context.step < context.until,
      hasNoUndo: ({ context }) => context.step === context.until,
    },
    actions: {
      giveUp: assign({ until: ({ context }) => context.step, step: 0, tries: 0 }),
      giveUpWithIt: assign({ until: ({ context }) => context.step + 1, step: 0, tries: 0 }),
      undo: enqueueActions(({ context, enqueue }) => {
        enqueue.sendTo(peer(context.effects[context.step] ?? ''), { type: 'UNDO' });
      }),
      stepBack: assign({ step: ({ context }) => context.step + 1 }),
    },
  }),
  'half is nothing': saga.provide({ actions: { giveUpWithIt: assign({ tries: 0 }) } }),
};
type Bug = keyof typeof BROKEN;

/**
 * A saga (Garcia-Molina and Salem, SIGMOD 1987) that retries what is transient, undoes everything
 * when it is permanent, and undoes the step itself, too, when it has failed half way.
 */
function orchestration(steps: number, retries: number, bug: Bug = 'none'): System {
  return actors({
    saga: actor(BROKEN[bug], { input: { effects: names('effects', steps), retries } }),
    effects: replicas(steps, effect),
  }).faultTolerant({
    environment: {
      saga: {
        OK: true,
        TRANSIENT: true,
        PERMANENT: true,
        PARTIAL: true,
        UNDO: true,
        FINISH: true,
      },
    },
    properties: {
      'all or nothing': always(
        (s) =>
          !(s.saga.matches('done') && s.effects.some((one) => one.matches('absent'))) &&
          !(s.saga.matches('aborted') && s.effects.some((one) => one.matches('present'))),
      ),
      'the last one is undone first': always((s) =>
        s.effects.every(
          (one, at) => one.matches('absent') || at === 0 || !s.effects[at - 1]!.matches('absent'),
        ),
      ),
    },
  });
}

const reports = new Map<string, CheckReport>();
function report(steps: number, retries: number, bug: Bug = 'none'): CheckReport {
  const key = `${steps} ${retries} ${bug}`;
  const known = reports.get(key) ?? check(orchestration(steps, retries, bug));
  reports.set(key, known);
  return known;
}
const lengths = ({ properties }: CheckReport): readonly (number | null)[] =>
  properties.map(({ trace }) => trace?.steps.length ?? null);

/** In how many states nothing can happen any more. */
function ends(steps: number, retries: number): number {
  const system = orchestration(steps, retries);
  const [, , { states, graph }] = explored(system, planOf(system));
  const { offsets } = graph;
  return Array.from({ length: states }, (_, state) => state).filter(
    (state) => offsets[state] === offsets[state + 1],
  ).length;
}

const answers: Answer[] = [];
const worked: Record<string, () => unknown> = {};
const add = (name: string, value: unknown, work: () => unknown): void => {
  answers.push({ name, value });
  worked[name] = work;
};
for (const [steps, retries, ...size] of [
  [1, 0, 6, 6, 3],
  [1, 1, 7, 10, 3],
  [1, 2, 8, 14, 3],
  [2, 0, 8, 10, 4],
  [2, 1, 10, 18, 4],
  [2, 2, 12, 26, 4],
  [3, 0, 10, 14, 5],
  [3, 1, 13, 26, 5],
  [3, 2, 16, 38, 5],
  [4, 0, 12, 18, 6],
  [4, 1, 16, 34, 6],
  [4, 2, 20, 50, 6],
  [5, 0, 14, 22, 7],
  [5, 1, 19, 42, 7],
  [5, 2, 24, 62, 7],
] as const) {
  add(`${steps} steps, ${retries} retries: states, transitions, depth`, size, () => {
    const { stats } = report(steps, retries);
    return [stats.states, stats.transitions, stats.depth];
  });
  if (retries > 0) continue;
  const known = [null, null, 2];
  add(`${steps} steps: never half, never out of order, two ways to end`, known, () => [
    ...lengths(report(steps, retries)),
    ends(steps, retries),
  ]);
}
add('n (r + 2) + 4 states, up to 5 steps and 3 retries', true, () =>
  [1, 2, 3, 4, 5].every((steps) =>
    [0, 1, 2, 3].every(
      (retries) => report(steps, retries).stats.states === steps * (retries + 2) + 4,
    ),
  ),
);
for (const [bug, steps, ...known] of [
  ['first step stays', 2, 3, null, 10],
  ['first step stays', 3, 3, null, 12],
  ['first step first', 2, null, 3, 11],
  ['first step first', 3, null, 3, 16],
  ['half is nothing', 2, 2, 3, 12],
  ['half is nothing', 3, 2, 3, 18],
] as const) {
  add(`${bug}, ${steps} steps: steps to a half, to disorder, states`, known, () => {
    const found = report(steps, 0, bug);
    return [...lengths(found), found.stats.states];
  });
}
answered('a saga', answers, worked);

describe('a saga', () => {
  it.each(Object.keys(BROKEN) as Bug[])('%s: the same verdicts otherwise explored', (bug) => {
    const verdicts = ({ properties }: CheckReport) => properties.map(({ result }) => result);
    for (const options of [{ symmetry: true }, { reduce: true }]) {
      const found = check(orchestration(3, 0, bug), options);
      expect(verdicts(found)).toEqual(verdicts(report(3, 0, bug)));
    }
  });
});
