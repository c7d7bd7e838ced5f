import type { Major } from '../../src/postgres/server/binaries.ts';
import type { PostgresServer } from '../../src/postgres/server/running.ts';
import { startServer, type ServerOptions } from '../../src/postgres/server/server.ts';

/** `RECONVERGE_POSTGRES=17` runs the tests on another major than 18. */
export const MAJOR = Number(process.env['RECONVERGE_POSTGRES'] ?? 18) as Major;

/** A server that forgets its data with the machine's power, which no test cuts. */
export const startTestServer = (options: ServerOptions = {}): Promise<PostgresServer> =>
  startServer({ major: MAJOR, durable: false, ...options });
