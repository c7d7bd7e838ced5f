import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, isStopped, signal, waitGone } from '../server/processes.ts';
import type { PostgresServer } from '../server/running.ts';
import type { Bed, ServerFault, Struck } from './server-fault.ts';

const always = (): null => null;

/** Signals reach only the processes of a server that was started here. */
const needsProcesses = ({ processId }: PostgresServer): string | null =>
  processId === null ? 'the server was not started here: its processes are out of reach' : null;

const needsTransactionTimeout = ({ version }: PostgresServer): string | null =>
  Number.parseInt(version, 10) < 17 ? 'transaction_timeout came with PostgreSQL 17' : null;

function shown(isShown: boolean, evidence: string, heal: Struck['heal'] = async () => {}): Struck {
  if (!isShown) throw new Error(`internal: a fault did not fire: ${evidence}`);
  return { evidence, heal };
}

/** Waits until the process does something else than to wait at the gate. */
async function given(up: () => Promise<boolean>): Promise<boolean> {
  for (let waited = 0; waited < 5000; waited += 20) {
    if (await up()) return true;
    await sleep(20);
  }
  return false;
}

async function freeze(pid: number): Promise<Struck> {
  signal(pid, 'SIGSTOP');
  const isFrozen = await given(async () => isStopped(pid));
  return shown(isFrozen, `process ${pid} is stopped`, async () => signal(pid, 'SIGCONT'));
}

/** A time limit strikes by itself, while the transaction is held. */
const limit =
  (name: string) =>
  async ({ gate }: Bed, pid: number): Promise<Struck> =>
    shown(await given(() => gate.hasLeft(pid)), `${name} ended the call of process ${pid}`);

const node = { kind: 'node', persistence: 'transient', tier: 'T1' } as const;
const network = { kind: 'network', persistence: 'transient', tier: 'T1' } as const;

/** The faults that one server can suffer while a worker calls it (spec 6.7, T1). */
export const SERVER_FAULTS: readonly ServerFault[] = [
  {
    name: 'backend terminated',
    ...node,
    class: 'omission',
    unavailable: always,
    strike: async ({ gate }, pid) =>
      shown(await gate.terminate(pid), `process ${pid} was terminated (57P01)`),
  },
  {
    name: 'statement cancelled',
    ...node,
    class: 'omission',
    strikesOnly: 'calls',
    unavailable: always,
    strike: async ({ gate }, pid) => {
      const isSent = await gate.cancel(pid);
      const hasLeft = await given(() => gate.hasLeft(pid));
      return shown(isSent && hasLeft, `the call of process ${pid} was cancelled (57014)`);
    },
  },
  {
    name: 'statement_timeout',
    ...node,
    class: 'timing',
    session: { statement_timeout: '300ms' },
    strikesOnly: 'statements',
    unavailable: always,
    strike: limit('statement_timeout (57014)'),
  },
  {
    name: 'transaction_timeout',
    ...node,
    class: 'timing',
    session: { transaction_timeout: '300ms' },
    strikesOnly: 'calls',
    unavailable: needsTransactionTimeout,
    strike: limit('transaction_timeout (25P04)'),
  },
  {
    name: 'backend killed',
    ...node,
    class: 'crash',
    unavailable: needsProcesses,
    strike: async ({ gate }, pid) => {
      await gate.answers();
      const { drops } = gate;
      signal(pid, 'SIGKILL');
      const isGone = await waitGone([pid], 5000);
      // Until the postmaster drops them, other sessions go on as if nothing had been.
      const isDropped = await given(async () => gate.drops > drops);
      return shown(isGone && isDropped, `process ${pid} was killed, all sessions dropped`);
    },
  },
  {
    name: 'server crashed',
    ...node,
    class: 'crash',
    unavailable: needsProcesses,
    strike: async ({ server }, pid) => {
      const postmaster = server.processId ?? 0;
      await server.crash();
      const isDead = !isAlive(pid) && !isAlive(postmaster);
      return shown(isDead, `postmaster ${postmaster} and its processes were killed`, () =>
        server.restart(),
      );
    },
  },
  {
    name: 'backend frozen',
    ...node,
    class: 'timing',
    unavailable: needsProcesses,
    strike: (_, pid) => freeze(pid),
  },
  {
    name: 'postmaster frozen',
    ...node,
    class: 'timing',
    unavailable: needsProcesses,
    strike: ({ server }) => freeze(server.processId ?? 0),
  },
  {
    name: 'connection cut',
    ...network,
    class: 'omission',
    unavailable: always,
    strike: async ({ proxy }) => {
      let cut = 0;
      // Between two attempts there is nothing to be cut.
      await given(async () => (cut = proxy.cutAll()) > 0);
      return shown(cut > 0, `${cut} sockets were reset`);
    },
  },
  {
    name: 'black hole',
    ...network,
    class: 'omission',
    unavailable: always,
    strike: async ({ proxy }) => {
      let held = 0;
      await given(async () => (held = proxy.stall()) > 0);
      return shown(held > 0, `${held} sockets carried nothing`, async () => proxy.flow());
    },
  },
  {
    name: 'delay',
    ...network,
    class: 'timing',
    unavailable: always,
    strike: async ({ proxy, attemptMs }) => {
      let held = 0;
      await given(async () => (held = proxy.stall()) > 0);
      await sleep(attemptMs / 4);
      proxy.flow();
      return shown(held > 0, `${held} sockets were late`);
    },
  },
];
