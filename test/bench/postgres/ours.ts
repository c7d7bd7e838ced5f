import { assign, fromPromise, setup } from 'xstate';
import { executable, migrate, openExecutor, type EffectCall } from '../../../src/executor.ts';
import { STEPS, type Contender } from './contender.ts';

interface Context {
  readonly order: string;
  readonly at: number;
  readonly sum: number;
}

/** Five steps, a checkpoint behind each but the last: there the end is one. */
export const machine = setup({
  types: {} as { context: Context; input: { order: string }; output: number },
  actors: {
    step: fromPromise<number, { key: string; at: number }>(() => Promise.reject(new Error())),
    saveCheckpoint: fromPromise<void>(() => Promise.reject(new Error())),
  },
  guards: { isLast: ({ context }) => context.at === STEPS },
}).createMachine({
  context: ({ input }) => ({ order: input.order, at: 0, sum: 0 }),
  initial: 'stepping',
  states: {
    stepping: {
      invoke: {
        src: 'step',
        input: ({ context: { order, at } }) => ({ key: `${order}/${at}`, at }),
        onDone: {
          target: 'stepped',
          actions: assign({
            at: ({ context }) => context.at + 1,
            sum: ({ context, event }) => context.sum + event.output,
          }),
        },
      },
    },
    stepped: { always: [{ guard: 'isLast', target: 'done' }, { target: 'saving' }] },
    saving: { invoke: { src: 'saveCheckpoint', onDone: 'stepping' } },
    done: { type: 'final' },
  },
  output: ({ context }) => context.sum,
});

/** Our executor: leases, epochs, hashes and chains, ids and memos as always. */
export async function ours(url: string, concurrency: number): Promise<Contender> {
  await migrate(url);
  const step = ({ input }: EffectCall<{ at: number }>) => Promise.resolve(input.at);
  const executor = await openExecutor({
    url,
    concurrency,
    orchestrations: [executable('five', machine, { effects: { step } })],
  });
  let next = 0;
  return {
    async one() {
      const order = `${process.pid}-${next++}`;
      const id = await executor.start('five', { order }, { key: order });
      const output = await executor.result(id);
      if (output !== 10) throw new Error(`five steps gave ${String(output)}`);
    },
    close: () => executor.close(),
  };
}
