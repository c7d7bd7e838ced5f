import { assign, fromPromise, setup, type AnyStateMachine } from 'xstate';
import { failureGuards } from '../model/failure.ts';
import type { Strategy } from '../model/recovery.ts';
import { stepsOf, undoesOf, type Plan, type PlannedStep, type Stage } from './plan.ts';
import { RESUMING, SAVE } from './wrong-options.ts';

/** What the worker remembers. */
export interface Progress {
  /** Of the workflow; its keys start with it. */
  readonly id: string;
  /** The stage (from 0) being tried: its effects, and all before it, may have happened. */
  readonly stage: number;
  /** Failed attempts at this stage; 0 where it is tried for ever. */
  readonly tries: number;
}

export interface Key {
  readonly key: string;
}

/** The same in every attempt and after every restart, and for the undo. */
export const keyOf = (workflow: string, step: string): string => `${workflow}/${step}`;

const effect = () =>
  fromPromise<void, Key>(() => Promise.reject(new Error('provided by whoever runs the machine')));

const invoking = (src: string, step: string, onDone: string) => ({
  src,
  input: ({ context }: { context: Progress }): Key => ({ key: keyOf(context.id, step) }),
  onDone,
});

const DONE = '#worker.done';

const asking = ({ name, timeoutMs }: PlannedStep, onDone: string) => ({
  invoke: invoking(name, name, onDone),
  ...(timeoutMs !== null && { after: { [timeoutMs]: '#worker.retrying' } }),
});

/**
 * Asks for the steps of a stage, then makes it durable that they are done; behind the last one the
 * final state does (spec 5.1).
 */
function stageState({ steps, isParallel, isSaved }: Stage, next: string): object {
  const region = (step: PlannedStep): object => ({
    initial: 'asking',
    states: { asking: asking(step, 'answered'), answered: { type: 'final' } },
  });
  const regions = Object.fromEntries(steps.map((step) => [step.name, region(step)]));
  return {
    initial: 'asking',
    states: {
      asking: isParallel
        ? { type: 'parallel', states: regions, onDone: 'answered' }
        : asking(steps[0] as PlannedStep, 'answered'),
      answered:
        isSaved && next !== DONE
          ? { entry: 'advance', invoke: { src: SAVE, onDone: next } }
          : { entry: 'advance', always: next },
    },
  };
}

function forwardState({ stages }: Plan): object {
  const stateOf = (at: number): string =>
    at < stages.length ? `#worker.forward.${stages[at]?.name}` : DONE;
  const choices = stages.map(({ name }, stage) => ({
    guard: { type: 'isAt', params: { stage } },
    target: name,
  }));
  const past = stages.findIndex(({ isPastPivot }) => isPastPivot);
  return {
    initial: RESUMING,
    on: {
      'xstate.error.actor.*': [
        ...(past >= 0
          ? [{ guard: { type: 'hasReached', params: { stage: past } }, target: 'retrying' }]
          : []),
        { guard: 'transient', target: 'retrying' },
        { guard: 'partial', target: 'compensating' },
        { guard: 'permanent', target: 'rollingBack' },
      ],
    },
    states: {
      [RESUMING]: { always: choices },
      ...Object.fromEntries(
        stages.map((stage, at) => [stage.name, stageState(stage, stateOf(at + 1))]),
      ),
    },
  };
}

const pausing = (again: string) => ({ after: { backoff: again } });

/** Its decision is durable before it is acted upon, unless the plan says otherwise (spec 3.3). */
const deciding = ({ savesDecision }: Plan, next: string) =>
  savesDecision ? { invoke: { src: SAVE, onDone: next } } : { always: next };

/**
 * Voids what the stage that failed half way has left, in all of its steps; the rest is for rolling
 * back, which goes on below it or, forward, begins at the first.
 */
function compensatingState(plan: Plan): object {
  const undoes = undoesOf(plan);
  const below = (at: number): string => {
    const next = undoes[at + 1];
    if (plan.undo === 'forward') return '#worker.rollingBack.undoing';
    return next === undefined ? '#worker.aborted' : `#worker.rollingBack.undo ${next.effect}`;
  };
  const chain = undoes.map(({ effect: name, stage }, at) => {
    const next = undoes[at + 1];
    const then = next?.stage === stage ? `undo ${next.effect}` : below(at);
    return [`undo ${name}`, { invoke: invoking(name, undone(plan, name), then) }] as const;
  });
  const choices = plan.stages.map((_, stage) => {
    const first = undoes.find((undo) => undo.stage === stage);
    const target = first === undefined ? '#worker.rollingBack.undoing' : `undo ${first.effect}`;
    return { guard: { type: 'isAt', params: { stage } }, target };
  });
  return {
    tags: 'compensate',
    initial: 'deciding',
    on: { 'xstate.error.actor.*': '.pausing' },
    states: {
      deciding: deciding(plan, 'undoing'),
      undoing: { always: choices },
      ...Object.fromEntries(chain),
      pausing: pausing('undoing'),
    },
  };
}

const undone = (plan: Plan, undo: string): string =>
  stepsOf(plan).find((step) => step.undo?.effect === undo)?.name ?? undo;

/** Undoes all that may have happened; never gives up, but starts over. */
function rollingBackState(plan: Plan): object {
  const undoes = undoesOf(plan);
  const from = (first: number, path: string): object[] => [
    ...undoes.slice(first).map(({ effect: name, stage }) => ({
      guard: { type: 'hasReached', params: { stage } },
      target: `${path}undo ${name}`,
    })),
    { target: '#worker.aborted' },
  ];
  const chain = undoes.map(({ effect: name }, at) => [
    `undo ${name}`,
    { invoke: { ...invoking(name, undone(plan, name), ''), onDone: from(at + 1, '') } },
  ]);
  return {
    tags: 'rollback',
    initial: 'deciding',
    on: { 'xstate.error.actor.*': '.pausing' },
    states: {
      deciding: deciding(plan, 'undoing'),
      undoing: { always: from(0, '') },
      ...Object.fromEntries(chain),
      pausing: pausing('undoing'),
    },
  };
}

/** The machine that a worker process runs: forward by stages, and back by undo. */
export function workerMachine(plan: Plan): AnyStateMachine {
  const { stages } = plan;
  const attempts = (stage: number): number => stages[stage]?.attempts ?? 1;
  const effects = stepsOf(plan).flatMap(({ name, undo }) =>
    undo === null ? [name] : [name, undo.effect],
  );
  const config = {
    id: 'worker',
    context: ({ input }: { input: { id: string } }): Progress => ({
      id: input.id,
      stage: 0,
      tries: 0,
    }),
    initial: 'forward',
    states: {
      forward: forwardState(plan),
      retrying: {
        tags: 'retry',
        entry: 'countAttempt',
        always: { guard: 'isExhausted', target: 'rollingBack' },
        after: { backoff: 'forward' },
      },
      compensating: compensatingState(plan),
      rollingBack: rollingBackState(plan),
      done: { type: 'final' },
      aborted: { type: 'final' },
    },
    // What the options say, for whoever looks at the machine, or takes a fingerprint of it.
    meta: { plan },
  };
  return setup({
    types: {} as { context: Progress; input: { id: string }; tags: Strategy },
    actors: {
      ...Object.fromEntries(effects.map((name) => [name, effect()])),
      [SAVE]: fromPromise(async () => {}),
    },
    guards: {
      ...failureGuards,
      isAt: ({ context }, { stage }: { stage: number }) => context.stage === stage,
      hasReached: ({ context }, { stage }: { stage: number }) => context.stage >= stage,
      isExhausted: ({ context }) => context.tries >= attempts(context.stage),
    },
    actions: {
      advance: assign({ stage: ({ context }) => context.stage + 1, tries: 0 }),
      countAttempt: assign({
        tries: ({ context }) => (attempts(context.stage) === Infinity ? 0 : context.tries + 1),
      }),
    },
    delays: { backoff: ({ context }) => stages[context.stage]?.backoffMs ?? 0 },
  }).createMachine(config as never) as unknown as AnyStateMachine;
}
