import { assign, fromPromise, setup } from 'xstate';
import { executable, migrate, openExecutor, type EffectCall } from '../../../src/executor.ts';
import { STEPS } from '../steps.ts';
import type { Engine } from '../engine.ts';

const provided = () => Promise.reject(new Error('provided by the executor'));
const machine = setup({
  types: {} as {
    context: { step: number; parts: readonly string[] };
    input: { order: string };
    output: string;
  },
  actors: {
    perform: fromPromise<string, { step: number }>(provided),
    saveCheckpoint: fromPromise<void>(provided),
  },
  guards: { isLast: ({ context }) => context.step === STEPS.length },
}).createMachine({
  id: 'payment',
  context: { step: 0, parts: [] },
  initial: 'performing',
  states: {
    performing: {
      invoke: {
        src: 'perform',
        input: ({ context: { step } }) => ({ step }),
        onDone: {
          target: 'saving',
          actions: assign(({ context, event }) => ({
            step: context.step + 1,
            parts: [...context.parts, event.output],
          })),
        },
        onError: 'pausing',
      },
    },
    pausing: { after: { 100: 'performing' } },
    saving: {
      invoke: {
        src: 'saveCheckpoint',
        onDone: [{ guard: 'isLast', target: 'done' }, { target: 'performing' }],
      },
    },
    done: { type: 'final' },
  },
  output: ({ context }) => context.parts.join(' '),
});

/** The executor of this package. */
export const reconverge: Engine = {
  looksEveryMs: 100,
  prepare: (url) => migrate(url),
  async work({ url }, perform) {
    const executor = await openExecutor({
      url,
      leaseMs: 60_000,
      pollMs: 100,
      orchestrations: [
        executable('payment', machine, {
          effects: {
            perform: ({ input, signal }: EffectCall<{ step: number }>) =>
              perform(input.step, signal),
          },
        }),
      ],
    });
    return {
      begin: async (id) => void (await executor.start('payment', { order: id }, { key: id })),
    };
  },
  async result(query, id) {
    const { workflowIdOf } = await import('../../../src/executor.ts');
    const [row] = await query(
      `SELECT c.state_data->'snapshot'->>'output' AS output
       FROM reconverge.workflows w JOIN reconverge.checkpoints c ON c.checkpoint_id = w.head_id
       WHERE w.workflow_id = $1 AND w.status = 'done'`,
      [workflowIdOf('payment', id)],
    );
    return row === undefined ? null : String(row['output']);
  },
  elapse: async (query) => {
    await query(
      `UPDATE reconverge.workers SET lease_until = lease_until - interval '10 minutes'
       WHERE worker_id IN (SELECT owner FROM reconverge.executions)`,
    );
  },
};
