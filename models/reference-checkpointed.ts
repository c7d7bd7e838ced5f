import { assign, setup } from 'xstate';
import {
  actor,
  actors,
  always,
  choice,
  defineModel,
  eventually,
  everyStep,
  integer,
  laws,
  refines,
  sometimes,
  type Phase,
} from 'reconverge';
import { worker, type Progress } from './reference-checkpointed/worker.ts';
import reference, { phaseOf, type Seen } from './reference-orchestration.ts';
import type { Effect, Write } from './reference-orchestration/storage.ts';

/**
 * The reference once more, as a program is written: effects are invokes of a service, a
 * checkpoint is a save of the snapshot, and what fails is taken from the fault library. Each
 * attempt takes a new epoch first, and so does each decision to go back: a request of an earlier
 * epoch, late or left behind by a crash, is refused. A decision is saved before it is acted upon;
 * undo takes back every step that may have been done since the checkpoint.
 *
 * A green result proves, for so many steps, retries and faults: what is durable (the phase, the
 * checkpoint and each effect) changes, step by step, as it may in `reference-orchestration` with
 * as many faults (law L16); and, for itself, that the other laws but L6 and L14 hold, that every
 * run ends, and that no fault costs more epochs than one and those of the steps done again. A crash
 * with a request under way is a false suspicion there; a late request is one whose reply was lost,
 * if it is accepted in the end, and otherwise one that was lost itself; what may happen to undo is
 * nothing there.
 *
 * Of what is durable the refinement does not see the epochs, of which there are more here. Of
 * what is lost in a crash it sees nothing: neither whether the worker is down (a crash decides on
 * the save under way in the same step, and who was restarted is fenced off from its past only
 * later), nor the position (an effect and the answer to it are two steps here), nor how often a
 * step was tried in vain. And it is about what may happen, not about what must.
 *
 * The model leaves out fencing that fails, a worker that runs on beside its successor, and
 * checkpoints other than after every so many steps.
 *
 * Broken variants: `unfenced` (every request is accepted), `deaf` (a request that was refused for
 * its epoch is taken for done), `volatile-intent` (undo begins before the decision is saved), and
 * `short-sighted` (undo begins at the step that failed: harmless with a checkpoint at every
 * step).
 */

const storage = setup({
  types: {} as {
    context: { effects: readonly Effect[]; epoch: number };
    input: { steps: number };
    events:
      | ({ type: 'PERFORM' } & Write)
      | { type: 'PERFORM_HALF' | 'REVERT'; step: number }
      | { type: 'FENCE' };
  },
  guards: { isStale: ({ context, event }) => 'epoch' in event && event.epoch !== context.epoch },
  actions: {
    write: assign({
      effects: ({ context: { effects }, event }, effect: Effect) =>
        'step' in event ? effects.with(event.step, effect) : effects,
    }),
    fence: assign({ epoch: ({ context }) => context.epoch + 1 }),
  },
}).createMachine({
  id: 'storage',
  context: ({ input }) => ({ effects: Array(input.steps).fill('none'), epoch: 0 }),
  on: {
    PERFORM: [{ guard: 'isStale' }, { actions: { type: 'write', params: 'once' } }],
    PERFORM_HALF: { actions: { type: 'write', params: 'half' } },
    REVERT: { actions: { type: 'write', params: 'none' } },
    FENCE: { actions: 'fence' },
  },
});

const workers = {
  none: worker,
  unfenced: worker,
  deaf: worker,
  'volatile-intent': worker.provide({ guards: { isVolatile: () => true } }),
  'short-sighted': worker.provide({ actions: { turnBack: assign({ tries: 0 }) } }),
};
const openStorage = storage.provide({ guards: { isStale: () => false } });

const PHASES = ['rollingBack', 'compensating', 'done', 'halted', 'aborted'] as const;
const TIMES = { none: 0, half: 0.5, once: 1, twice: 2 } as const;

interface Saved {
  readonly context: Progress;
  matches(phase: Exclude<Phase, 'forward'>): boolean;
}
interface View {
  readonly worker: {
    readonly status: string;
    readonly context: Progress;
    readonly saved: Saved | null;
    matches(phase: Phase | 'retrying'): boolean;
  };
  readonly storage: { readonly context: { readonly effects: readonly Effect[] } };
}

const isTyped = ({ steps, checkpoint, position, tries, retriesMax }: Progress): boolean =>
  checkpoint <= steps && position <= steps && tries <= retriesMax;

/** What is durable of where the worker is. */
const durablePhase = ({ worker: { saved } }: View): Phase =>
  PHASES.find((phase) => saved?.matches(phase)) ?? 'forward';

/** The effects are those that the durable phase says; of the next step it may have happened. */
function isConsistent(s: View): boolean {
  if (s.worker.status === 'down') return false;
  const { steps, checkpoint, position } = s.worker.context;
  const isWhole = (first: number, open = -1): boolean =>
    s.storage.context.effects.every((effect, step) =>
      step === open ? effect !== 'half' : effect === (step < first ? 'once' : 'none'),
    );
  switch (durablePhase(s)) {
    case 'forward':
      return isWhole(position, position);
    case 'done':
      return isWhole(steps);
    case 'halted':
      return isWhole(checkpoint);
    case 'aborted':
      return isWhole(0);
    default:
      return false;
  }
}

export default defineModel({
  name: 'reference-checkpointed',
  description: 'The reference once more, with effects and checkpoints: a refinement of it.',
  parameters: {
    steps: integer({ default: 2, min: 1, max: 5 }),
    every: integer({ default: 1, min: 1, max: 5 }),
    faults: integer({ default: 2, min: 0, max: 5 }),
    retries: integer({ default: 1, min: 0, max: 5 }),
    bug: choice(Object.keys(workers) as ['none', ...(keyof typeof workers)[]]),
  },
  build: ({ steps, every, faults, retries, bug }) =>
    actors({
      worker: actor(workers[bug], {
        checkpoint: 'save',
        input: { steps, every, retriesMax: retries },
      }),
      storage: actor(bug === 'unfenced' ? openStorage : storage, { input: { steps } }),
    }).faultTolerant({
      effects: {
        fence: {
          to: 'storage',
          send: () => ({ type: 'FENCE' }),
          reply: ({ service }) => service.context.epoch,
        },
        perform: {
          to: 'storage',
          send: ({ input }) => ({ type: 'PERFORM', ...input }),
          reply: ({ service: { context }, input }) =>
            context.epoch === input.epoch || ['unfenced', 'deaf'].includes(bug)
              ? 'applied'
              : 'stale',
        },
        undo: { to: 'storage', send: ({ input }) => ({ type: 'REVERT', ...input }) },
      },
      faults: {
        worker: { crash: 1 },
        perform: {
          loseRequest: 1,
          loseReply: 1,
          late: 1,
          refuse: 1,
          halfDone: { times: 1, send: ({ input: { step } }) => ({ type: 'PERFORM_HALF', step }) },
        },
        undo: { loseRequest: 1, loseReply: 1, late: 1 },
      },
      pools: {
        faults: {
          budget: faults,
          faults: [
            'worker.crash',
            ...(['perform.loseRequest', 'perform.loseReply', 'perform.late'] as const),
            ...(['perform.refuse', 'perform.halfDone'] as const),
            ...(['undo.loseRequest', 'undo.loseReply', 'undo.late'] as const),
          ],
        },
      },
      recovery: { transient: 'retry', permanent: 'rollback', partial: 'compensate' },
      escalates: { transient: (s) => s.worker.context.tries >= retries },
      consistent: isConsistent,
      properties: {
        'can be done': sometimes((s) => durablePhase(s) === 'done'),
        ...(faults > 0 && {
          'can be halted': sometimes((s) => durablePhase(s) === 'halted'),
          'can be aborted': sometimes((s) => durablePhase(s) === 'aborted'),
        }),
        ...(faults > 0 &&
          retries > 0 && {
            'every retry counts': everyStep({
              of: (s) =>
                s.worker.status === 'down'
                  ? null
                  : { retries: s.worker.matches('retrying'), tries: s.worker.context.tries },
              keeps: (before, after) => after!.tries === before!.tries + 1,
              when: (before, after) => before?.retries === true && after?.retries === false,
            }),
          }),
        'saves only when due': always(
          ({ worker: { saved } }) =>
            saved === null ||
            saved.context.checkpoint % every === 0 ||
            saved.context.checkpoint === steps,
        ),
        // One for each step and one to end; a fault costs one more, and those of the steps that
        // have to be done again.
        'takes few epochs': always(
          (s) => s.storage.context.epoch <= steps + 1 + faults * (Math.min(every, steps) + 1),
        ),
        terminates: eventually((s) => s.worker.status === 'done'),
        ...laws({
          phase: durablePhase,
          effects: (s) => s.storage.context.effects.map((effect) => TIMES[effect]),
          checkpoint: (s) => s.worker.saved?.context.checkpoint ?? 0,
          position: (s) => (s.worker.status === 'down' ? null : s.worker.context.position),
          typed: (s) => s.worker.status === 'down' || isTyped(s.worker.context),
          crash: 'worker.crash',
        }),
        refines: refines(reference.build({ steps, faults, retries, mutant: 'none' }), {
          of: (s) => [
            durablePhase(s),
            s.worker.saved?.context.checkpoint,
            s.storage.context.effects,
          ],
          as: (s: Seen) => [phaseOf(s), s.worker.context.checkpoint, s.storage.context.effects],
        }),
      },
    }),
});
