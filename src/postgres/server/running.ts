import type { ReconvergeError } from '../../model/error.ts';

/** A running PostgreSQL server. It does not keep Node's event loop alive. */
export interface PostgresServer {
  /** For the superuser `postgres` and the database of that name; the same after a restart. */
  readonly url: string;
  readonly port: number;
  /** For example "18.4". */
  readonly version: string;
  /** Canonical path; null for a server that was not started here. */
  readonly dataDirectory: string | null;
  /**
   * The postmaster's process number, another one after each restart; null when not running or not
   * ours.
   */
  readonly processId: number | null;
  /** Resolves with an RCV403 error when the server ends though nobody here asked it to. */
  readonly lost: Promise<ReconvergeError>;
  /**
   * Stops the server and removes what is temporary; when it resolves nothing is left. Idempotent.
   */
  stop(): Promise<void>;
  /** Kills every process of the server at once. Memory is lost, what reached the kernel is not. */
  crash(): Promise<void>;
  /** Starts again on the same port and data, after an orderly stop when it still runs. */
  restart(): Promise<void>;
}
