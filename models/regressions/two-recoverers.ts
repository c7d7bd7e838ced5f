import { assign, enqueueActions, setup } from 'xstate';
import {
  actor,
  actors,
  always,
  choice,
  defineModel,
  eventually,
  fault,
  integer,
  peer,
  replicas,
  sometimes,
} from 'reconverge';

/**
 * Two recoverers and a live starter. A process that runs a workflow is taken for dead though it
 * lives, and others recover the workflow: several executions wait for the same message. One of them
 * gets it and puts that on record; another finds no message, and ends the workflow as failed
 * although the record says that the message had come. After reports for DBOS Transact for
 * TypeScript (dbos-inc/dbos-transact-ts, issue 1205 and pull request 1219, 2026).
 *
 * A green result proves: in whatever order they run, the workflow ends once, with the result that
 * is on record. It leaves out what a workflow does behind the message, and processes that do die.
 *
 * `reported`: an execution whose result comes second goes on with it all the same.
 */

type Result = 'message' | 'nothing';
type Write = { type: 'TAKE' } | { type: 'RECORD' | 'END'; result: Result };

const execution = setup({
  types: {} as {
    context: { result: Result | null };
    events:
      | { type: 'START' | 'SUSPECT' | 'END' }
      | { type: 'LOOK'; isThere: boolean }
      | { type: 'RECORD'; known: Result | null };
  },
  guards: { adopts: () => true },
  actions: {
    look: enqueueActions(({ event, enqueue }) => {
      if (event.type !== 'LOOK') return;
      if (event.isThere) enqueue.sendTo(peer<Write>('database'), { type: 'TAKE' });
      enqueue.assign({ result: event.isThere ? 'message' : 'nothing' });
    }),
    record: enqueueActions(({ context: { result }, event, enqueue, check }) => {
      if (event.type !== 'RECORD' || result === null) return;
      if (event.known === null) {
        enqueue.sendTo(peer<Write>('database'), { type: 'RECORD', result });
      } else if (check('adopts')) enqueue.assign({ result: event.known });
    }),
    end: enqueueActions(({ context: { result }, enqueue }) => {
      if (result !== null) enqueue.sendTo(peer<Write>('database'), { type: 'END', result });
    }),
  },
}).createMachine({
  id: 'execution',
  context: { result: null },
  initial: 'idle',
  states: {
    idle: { on: { START: 'waiting', SUSPECT: 'waiting' } },
    waiting: { on: { LOOK: { target: 'looked', actions: 'look' } } },
    looked: { on: { RECORD: { target: 'recorded', actions: 'record' } } },
    recorded: { on: { END: { target: 'ended', actions: 'end' } } },
    ended: {},
  },
});

const database = setup({
  types: {} as {
    context: { isThere: boolean; recorded: Result | null; ends: readonly Result[] };
    events: Write;
  },
  guards: {
    isNew: ({ context, event }) => event.type === 'END' && !context.ends.includes(event.result),
  },
  actions: {
    take: assign({ isThere: false }),
    record: assign(({ event }) => (event.type === 'RECORD' ? { recorded: event.result } : {})),
    end: assign(({ context, event }) =>
      event.type === 'END' ? { ends: [...context.ends, event.result] } : {},
    ),
  },
}).createMachine({
  id: 'database',
  context: { isThere: true, recorded: null, ends: [] },
  on: {
    TAKE: { actions: 'take' },
    RECORD: { actions: 'record' },
    END: { guard: 'isNew', actions: 'end' },
  },
});

export default defineModel({
  name: 'regressions/two-recoverers',
  description: 'A workflow that is recovered twice while its starter still runs it.',
  parameters: {
    suspicions: integer({ default: 2, min: 0, max: 4 }),
    bug: choice(['none', 'reported']),
  },
  build: ({ suspicions, bug }) => {
    const variant = execution.provide({ guards: { adopts: () => bug === 'none' } });
    return actors({
      execution: replicas(suspicions + 1, variant),
      database: actor(database),
    }).faultTolerant({
      environment: {
        execution: {
          START: (s, index) => index === 0 && s.execution[0]!.matches('idle'),
          // Somebody recovers what the starter is still at.
          SUSPECT: fault(
            { kind: 'network', persistence: 'partial', class: 'timing', budget: suspicions },
            (s, index) => index > 0 && !s.execution[0]!.matches('idle'),
          ),
          LOOK: (s) => ({ isThere: s.database.context.isThere }),
          RECORD: (s) => ({ known: s.database.context.recorded }),
          END: true,
        },
      },
      consistent: (s) => s.database.context.ends.length === 1,
      properties: {
        'ends as it is recorded': always((s) =>
          s.database.context.ends.every((result) => result === s.database.context.recorded),
        ),
        'a message is taken once': always((s) => !s.database.context.isThere, {
          when: (s) => s.database.context.recorded === 'message',
        }),
        'ends once': always((s) => s.database.context.ends.length < 2),
        ends: eventually((s) => s.database.context.ends.length > 0),
        'can end with the message': sometimes((s) => s.database.context.ends.includes('message')),
      },
    });
  },
});
