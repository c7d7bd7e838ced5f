import type { FaultNature } from '../../model/failure.ts';
import type { PostgresProxy } from '../proxy.ts';
import type { PostgresServer } from '../server/running.ts';
import type { Gate } from './gate.ts';

/** What faults are made with. */
export interface Bed {
  readonly server: PostgresServer;
  /** Between the worker and the server. */
  readonly proxy: PostgresProxy;
  readonly gate: Gate;
  /** After how long the worker takes an attempt for lost. Milliseconds. */
  readonly attemptMs: number;
}

/** A fault that happened. */
export interface Struck {
  /** What shows that it did; a fault that shows nothing has not fired. */
  readonly evidence: string;
  /** Ends it; what has ended by itself needs nothing. */
  heal(): Promise<void>;
}

/** A real fault of a server or of the way to it, and what it is in F (spec 2). */
export interface ServerFault extends FaultNature {
  readonly name: string;
  /** Evidence of this tier (spec 6.7). */
  readonly tier: 'T1';
  /** Settings of the worker's session that make it possible. */
  readonly session?: Readonly<Record<string, string>>;
  /**
   * It does nothing to a session that is idle; `statements`: nor to a COMMIT, during which
   * PostgreSQL has no statement_timeout. Left out: it strikes always.
   */
  readonly strikesOnly?: 'calls' | 'statements';
  /** Why it cannot be made with this server; null: it can. */
  unavailable(server: PostgresServer): string | null;
  /** `pid` serves the worker. @throws Error when it did not fire */
  strike(bed: Bed, pid: number): Promise<Struck>;
}
