import { assign, enqueueActions, sendTo, setup } from 'xstate';
import {
  actor,
  actors,
  always,
  choice,
  defineModel,
  integer,
  names,
  peer,
  replicas,
  sometimes,
} from 'reconverge';

/**
 * Two-phase commit after Gray and Lamport, "Consensus on transaction commit" (ACM TODS 31(1), 2006)
 * and their TLA+ module TwoPhase: a manager decides for all once every participant has voted,
 * messages are never lost from the network and may arrive again at any time.
 *
 * A green result proves, for this number of participants, every order of votes, refusals, decisions
 * and (repeated) deliveries: no participant has committed while another has aborted. It leaves out
 * that anybody crashes (two-phase commit then blocks: nothing here says that a decision is ever
 * reached), loss of messages, and more participants than were asked for.
 *
 * Broken variants: `premature-commit` (the manager decides with one vote missing) and
 * `late-refusal` (a participant withdraws after it has promised).
 */

type Vote = { type: 'VOTE'; from: number };
type Decision = { type: 'COMMIT' } | { type: 'ABORT' };

const manager = setup({
  types: {} as {
    context: { participants: readonly string[]; heard: readonly number[] };
    input: { participants: readonly string[] };
    events: Vote | Decision;
  },
  guards: {
    unanimous: ({ context }) => context.heard.length === context.participants.length,
  },
  actions: {
    hear: assign({
      heard: ({ context, event }) =>
        event.type === 'VOTE'
          ? [...new Set([...context.heard, event.from])].toSorted((a, b) => a - b)
          : context.heard,
    }),
    tellCommit: enqueueActions(({ context, enqueue }) => {
      for (const name of context.participants) enqueue.sendTo(peer(name), { type: 'COMMIT' });
    }),
    tellAbort: enqueueActions(({ context, enqueue }) => {
      for (const name of context.participants) enqueue.sendTo(peer(name), { type: 'ABORT' });
    }),
  },
}).createMachine({
  id: 'manager',
  context: ({ input }) => ({ participants: input.participants, heard: [] }),
  initial: 'open',
  states: {
    open: {
      on: {
        VOTE: { actions: 'hear' },
        COMMIT: { guard: 'unanimous', target: 'committed', actions: 'tellCommit' },
        ABORT: { target: 'aborted', actions: 'tellAbort' },
      },
    },
    committed: {},
    aborted: {},
  },
});

const participant = setup({
  types: {} as {
    context: { id: number };
    input: { id: number };
    events: { type: 'PREPARE' } | { type: 'REFUSE' } | Decision;
  },
  guards: { mayWithdraw: () => false },
  actions: {
    vote: sendTo(peer<Vote>('tm'), ({ context }) => ({ type: 'VOTE', from: context.id })),
  },
}).createMachine({
  id: 'participant',
  context: ({ input }) => ({ id: input.id }),
  initial: 'working',
  // A decision is obeyed in every state, again and again: the network repeats as it likes.
  on: { COMMIT: { target: '.committed' }, ABORT: { target: '.aborted' } },
  states: {
    working: { on: { PREPARE: { target: 'prepared', actions: 'vote' }, REFUSE: 'aborted' } },
    prepared: { on: { REFUSE: { guard: 'mayWithdraw', target: 'aborted' } } },
    committed: {},
    aborted: {},
  },
});

export default defineModel({
  name: 'two-phase-commit',
  description:
    'A manager and its participants agree on commit or abort over a network that repeats.',
  parameters: {
    participants: integer({ default: 3, min: 1, max: 10 }),
    bug: choice(['none', 'premature-commit', 'late-refusal']),
  },
  build: ({ participants, bug }) => {
    const tm = manager.provide({
      guards:
        bug === 'premature-commit'
          ? { unanimous: ({ context }) => context.heard.length >= context.participants.length - 1 }
          : {},
    });
    const rm = participant.provide({
      guards: bug === 'late-refusal' ? { mayWithdraw: () => true } : {},
    });
    return actors({
      tm: actor(tm, { input: { participants: names('rm', participants) } }),
      rm: replicas(participants, rm, { input: (id) => ({ id }) }),
    }).faultTolerant({
      channels: { tm: 'set', rm: 'set' },
      environment: { tm: { COMMIT: true, ABORT: true }, rm: { PREPARE: true, REFUSE: true } },
      properties: {
        consistent: always(
          (s) =>
            !(s.rm.some((r) => r.matches('committed')) && s.rm.some((r) => r.matches('aborted'))),
        ),
        'can commit': sometimes((s) => s.rm.every((r) => r.matches('committed'))),
        'can abort': sometimes((s) => s.rm.every((r) => r.matches('aborted'))),
        'can refuse': sometimes(
          (s) => s.rm.some((r) => r.matches('aborted')) && s.tm.matches('open'),
        ),
        // Who has voted aborts only because it is told to.
        'can call off': sometimes(
          (s) =>
            s.tm.context.heard.length === participants && s.rm.every((r) => r.matches('aborted')),
        ),
      },
    });
  },
});
