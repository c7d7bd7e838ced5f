import type { Analysis } from '../check/analysis.ts';
import type { PostgresBinding } from '../model/define.ts';
import type { Gate } from '../postgres/faults/gate.ts';
import type { Assignment } from '../postgres/protocol.ts';
import type { PostgresProxy } from '../postgres/proxy.ts';
import type { WorkerProcess } from '../postgres/worker-process.ts';
import type { Strike } from './strike.ts';

/** What a run needs of its surroundings. `worker` hands out a live worker process. */
export interface Stage {
  readonly analysis: Analysis;
  readonly binding: PostgresBinding;
  readonly url: string;
  readonly worker: () => Promise<WorkerProcess>;
  readonly release: (worker: WorkerProcess) => void;
  /** Between worker and database; null for a direct connection. */
  readonly proxy: PostgresProxy | null;
  /** A fault of the server that strikes one step, and how the worker sees the server then. */
  readonly struck: StruckStep | null;
}

export interface StruckStep {
  readonly strike: Strike;
  readonly gate: Gate;
  readonly assignment: Pick<Assignment, 'url' | 'limits'>;
}

/**
 * A fault that the model does not see, because what it strikes takes place all the same: a
 * connection cut before or after the COMMIT of a save, or SIGKILL in the middle of a recovery,
 * which is then done again.
 */
export interface HiddenFault {
  /** Index of the step in the path. */
  readonly step: number;
  readonly kind: 'cut before COMMIT' | 'cut after COMMIT' | 'SIGKILL during recovery';
}
