import { assign, fromPromise, setup } from 'xstate';
import {
  actor,
  actors,
  always,
  choice,
  defineModel,
  eventually,
  failure,
  failureGuards,
  integer,
  resumes,
  sometimes,
} from 'reconverge';

/**
 * Steps that act on the world, each recorded behind its effect. Between the two is a gap that no
 * order closes: after a crash or a lost answer nobody knows whether the step in doubt has happened
 * (Gray, "Notes on data base operating systems", 1978: an action on the world must be idempotent
 * or testable). So it is taken again, under the same key; and if it is refused in the end, it is
 * undone too. What undoes a step (Garcia-Molina and Salem, "Sagas", SIGMOD 1987) has a key of its
 * own, takes "it never happened" for done, and leaves a tombstone (Helland, "Life beyond
 * distributed transactions", CIDR 2007) for the request that comes late.
 *
 * A green result proves, for so many steps, crashes and calls that are late, unanswered or
 * refused: no step has its effect twice, none is undone twice or without having been, in the end
 * all are done or none is, and an end comes. It leaves out steps that are done half, undoing that
 * is refused for good, and services that forget their keys.
 *
 * Broken variants, of the worker: `exclusive` (undoes only what is recorded), `key-per-attempt`,
 * `volatile-decision` (undoes before the decision to do so is recorded) and `no-retry` (takes no
 * answer for a refusal); of the services: `no-key` and `no-undo-key` (each call has its effect),
 * `blind-undo` (takes back what was never done), `strict-undo` (refuses to) and `no-tombstone`.
 */

interface Progress {
  readonly steps: number;
  /** The step in doubt: all before it have happened, and are recorded. */
  readonly step: number;
  readonly attempt: number;
}
type Call = { readonly step: number; readonly key: string };

const call = () =>
  fromPromise<void, Call>(() => Promise.reject(new Error('provided by whoever runs the machine')));

const workflow = setup({
  types: {} as { context: Progress; input: { steps: number }; tags: 'retry' | 'rollback' },
  actors: { act: call(), undo: call(), record: fromPromise(async () => {}) },
  guards: {
    ...failureGuards,
    isOver: ({ context }) => context.step === context.steps,
    isUndone: ({ context }) => context.step < 0,
    decidesInMemory: () => false,
  },
  actions: {
    advance: assign({ step: ({ context }) => context.step + 1 }),
    stepBack: assign({ step: ({ context }) => context.step - 1 }),
    keepKey: assign({}),
    beginUndoing: assign({}),
  },
  delays: { backoff: 1000 },
}).createMachine({
  id: 'workflow',
  context: ({ input: { steps } }) => ({ steps, step: 0, attempt: 1 }),
  initial: 'forward',
  states: {
    forward: {
      initial: 'choosing',
      states: {
        choosing: { always: [{ guard: 'isOver', target: '#workflow.completed' }, 'acting'] },
        acting: {
          invoke: {
            src: 'act',
            input: ({ context: { step, attempt } }) => ({ step, key: `${step}/${attempt}` }),
            onDone: { target: 'recording', actions: 'advance' },
            onError: [
              { guard: 'transient', target: '#workflow.retrying' },
              { target: '#workflow.rollingBack', actions: 'beginUndoing' },
            ],
          },
        },
        recording: { invoke: { src: 'record', onDone: 'choosing' } },
      },
    },
    retrying: { tags: 'retry', entry: 'keepKey', after: { backoff: 'forward' } },
    rollingBack: {
      tags: 'rollback',
      initial: 'deciding',
      states: {
        deciding: {
          always: [{ guard: 'decidesInMemory', target: 'choosing' }, { target: 'recording' }],
        },
        recording: { invoke: { src: 'record', onDone: 'choosing' } },
        choosing: { always: [{ guard: 'isUndone', target: '#workflow.cancelled' }, 'undoing'] },
        undoing: {
          invoke: {
            src: 'undo',
            input: ({ context: { step } }) => ({ step, key: `undo ${step}` }),
            onDone: { target: 'choosing', actions: 'stepBack' },
            onError: 'waiting',
          },
        },
        waiting: { after: { backoff: 'undoing' } },
      },
    },
    completed: { type: 'final' },
    cancelled: { type: 'final' },
  },
});

const workflows = {
  none: workflow,
  exclusive: workflow.provide({
    actions: { beginUndoing: assign({ step: ({ context }) => context.step - 1 }) },
  }),
  'key-per-attempt': workflow.provide({
    actions: { keepKey: assign({ attempt: ({ context }) => context.attempt + 1 }) },
  }),
  'volatile-decision': workflow.provide({ guards: { decidesInMemory: () => true } }),
  'no-retry': workflow.provide({ guards: { transient: () => false } }),
};

/** What the service of a step knows, and what has come of it. */
interface Step {
  readonly keys: readonly string[];
  /** Undone for good: whatever comes later is refused. */
  readonly isVoid: boolean;
  /** How often it has been done, less how often it has been undone. */
  readonly balance: number;
}
type Ledger = { readonly steps: readonly Step[] };

const changed = ({ steps }: Ledger, { step }: Call, change: Partial<Step>): Ledger => ({
  steps: steps.with(step, { ...steps[step]!, ...change }),
});

const world = setup({
  types: {} as {
    context: Ledger;
    input: { steps: number };
    events: ({ type: 'ACT' } & Call) | ({ type: 'UNDO' } & Call);
  },
  guards: {
    isVoid: ({ context, event }) => context.steps[event.step]!.isVoid,
    isKnown: ({ context, event }) => context.steps[event.step]!.keys.includes(event.key),
    isKnownUndo: ({ context, event }) => context.steps[event.step]!.keys.includes(event.key),
    hasHappened: ({ context, event }) =>
      context.steps[event.step]!.keys.some((key) => !key.startsWith('undo')),
  },
  actions: {
    act: assign(({ context, event }) => {
      const { keys, balance } = context.steps[event.step]!;
      const known = [...new Set([...keys, event.key])];
      return changed(context, event, { keys: known, balance: balance + 1 });
    }),
    undo: assign(({ context, event }) => {
      const { keys, balance } = context.steps[event.step]!;
      const known = [...new Set([...keys, event.key])];
      return changed(context, event, { keys: known, balance: balance - 1 });
    }),
    bury: assign(({ context, event }) => changed(context, event, { isVoid: true })),
  },
}).createMachine({
  id: 'world',
  context: ({ input }) => ({
    steps: Array.from({ length: input.steps }, () => ({ keys: [], isVoid: false, balance: 0 })),
  }),
  on: {
    ACT: [{ guard: 'isVoid' }, { guard: 'isKnown' }, { actions: 'act' }],
    UNDO: [
      { guard: 'isKnownUndo' },
      { guard: 'hasHappened', actions: ['undo', 'bury'] },
      { actions: 'bury' },
    ],
  },
});

const worlds = {
  none: world,
  'no-key': world.provide({ guards: { isKnown: () => false } }),
  'no-undo-key': world.provide({ guards: { isKnownUndo: () => false } }),
  'blind-undo': world.provide({ guards: { hasHappened: () => true } }),
  'strict-undo': world,
  'no-tombstone': world.provide({ actions: { bury: assign({}) } }),
};

const BUGS = [
  ...(['none', 'exclusive', 'key-per-attempt', 'volatile-decision', 'no-retry'] as const),
  ...(['no-key', 'no-undo-key', 'blind-undo', 'strict-undo', 'no-tombstone'] as const),
] as const;

export default defineModel({
  name: 'resumable-step',
  description: 'Steps recorded behind their effects: what is in doubt is repeated, and undone too.',
  parameters: {
    steps: integer({ default: 2, min: 1, max: 4 }),
    crashes: integer({ default: 1, min: 0, max: 3 }),
    losses: integer({ default: 1, min: 0, max: 3 }),
    refusals: integer({ default: 1, min: 0, max: 2 }),
    bug: choice(BUGS),
  },
  build: ({ steps, crashes, losses, refusals, bug }) =>
    actors({
      workflow: actor(bug in workflows ? workflows[bug as keyof typeof workflows] : workflow, {
        checkpoint: 'record',
        input: { steps },
      }),
      world: actor(bug in worlds ? worlds[bug as keyof typeof worlds] : world, {
        input: { steps },
      }),
    }).faultTolerant({
      effects: {
        act: {
          to: 'world',
          send: ({ input }) => ({ type: 'ACT', ...input }),
          reply: ({ service, input }) =>
            service.context.steps[input.step]!.isVoid ? failure('permanent') : undefined,
        },
        undo: {
          to: 'world',
          send: ({ input }) => ({ type: 'UNDO', ...input }),
          reply: ({ service, input }) =>
            bug === 'strict-undo' && !service.context.steps[input.step]!.keys.includes(input.key)
              ? failure('permanent')
              : undefined,
        },
      },
      faults: {
        workflow: { crash: crashes },
        act: { loseReply: losses, late: losses, refuse: refusals },
        undo: { loseReply: losses, late: losses },
      },
      recovery: { transient: 'retry', permanent: 'rollback', partial: 'rollback' },
      // The step in doubt may have happened or not; what is being undone, too.
      consistent: ({ workflow: own, world: { context } }) => {
        if (own.status === 'down') return false;
        const { step } = own.context;
        return context.steps.every(({ balance }, at) => {
          if (own.matches('cancelled')) return balance === 0;
          if (at === step) return balance === 0 || balance === 1;
          return balance === (at < step ? 1 : 0);
        });
      },
      properties: {
        'nothing twice': always((s) => s.world.context.steps.every(({ balance }) => balance <= 1)),
        'nothing undone that was not done': always((s) =>
          s.world.context.steps.every(({ balance }) => balance >= 0),
        ),
        'all or nothing': always(
          ({ workflow: own, world: { context } }) =>
            context.steps.every(({ balance }) => balance === (own.matches('completed') ? 1 : 0)),
          { when: ({ workflow: own }) => own.status === 'done' },
        ),
        ends: eventually((s) => s.workflow.status === 'done'),
        'undoing goes on after a crash': resumes({
          after: 'workflow.crash',
          when: ({ workflow: own }) => own.saved?.matches('rollingBack') ?? false,
          ends: (s) => [s.workflow.matches('cancelled'), s.world.context.steps],
        }),
        'can complete': sometimes((s) => s.workflow.matches('completed')),
        'can cancel': sometimes((s) => s.workflow.matches('cancelled')),
      },
    }),
});
