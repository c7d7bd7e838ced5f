import type { Kind, Persistence } from '../model/failure.ts';

/**
 * What an error leaves behind (spec 2.1), and with it what may be done: `transient`, undone and
 * worth the same call; `permanent`, undone and not; `partial`, done in part; `unknown`, nobody told
 * whether the transaction was committed.
 */
export type Consequence = Persistence | 'unknown';

/** An error as spec 2.1 names failures. */
export interface Nature {
  readonly kind: Kind;
  readonly consequence: Consequence;
}

export interface SqlStateRow extends Nature {
  /** A class (two characters) or one SQLSTATE (five), which counts before its class. */
  readonly state: string;
  readonly means: string;
}

type Line = readonly [state: string, kind: Kind, consequence: Consequence, means: string];

const lines: readonly Line[] = [
  ['00', 'data', 'permanent', 'success; as an error only if a function raises it'],
  ['01', 'node', 'partial', 'a warning; on a COMMIT: committed here, not known to be on a standby'],
  ['02', 'data', 'permanent', 'no data'],
  ['03', 'data', 'permanent', 'an unfinished statement'],
  ['08', 'network', 'unknown', 'the connection failed under way'],
  ['08001', 'network', 'transient', 'no connection could be made'],
  ['08004', 'network', 'transient', 'the connection was rejected'],
  ['08P01', 'network', 'permanent', 'a message that the protocol does not allow'],
  ['09', 'data', 'permanent', 'a triggered action failed'],
  ['0A', 'data', 'permanent', 'not supported'],
  ['0B', 'data', 'permanent', 'a transaction cannot begin here'],
  ['0F', 'data', 'permanent', 'a locator'],
  ['0L', 'data', 'permanent', 'a grantor without the right'],
  ['0P', 'data', 'permanent', 'a role that cannot be meant'],
  ['0Z', 'data', 'permanent', 'diagnostics asked for outside of a handler'],
  ['10', 'data', 'permanent', 'XQuery'],
  ['20', 'data', 'permanent', 'no branch of a CASE fits'],
  ['21', 'data', 'permanent', 'more rows than one'],
  ['22', 'data', 'permanent', 'a value that cannot be stored or computed'],
  ['23', 'data', 'permanent', 'a constraint says no'],
  ['24', 'data', 'permanent', 'a cursor in the wrong state'],
  ['25', 'data', 'permanent', 'the wrong state of a transaction; 25P02: it has failed before'],
  ['25006', 'node', 'transient', 'read only: a standby answers, and the primary is elsewhere'],
  ['25P03', 'node', 'transient', 'the transaction was idle for too long and is undone'],
  ['25P04', 'node', 'unknown', 'the transaction took too long; its session is gone (17 and later)'],
  ['26', 'data', 'permanent', 'no prepared statement of that name'],
  ['27', 'data', 'permanent', 'a trigger changed the row that is being changed'],
  ['28', 'data', 'permanent', 'the user may not log in'],
  ['2B', 'data', 'permanent', 'something depends on it'],
  ['2D', 'data', 'permanent', 'a transaction cannot end here'],
  ['2F', 'data', 'permanent', 'an SQL routine failed'],
  ['34', 'data', 'permanent', 'no cursor of that name'],
  ['38', 'data', 'permanent', 'an external routine failed'],
  ['39', 'data', 'permanent', 'an external routine was called wrongly'],
  ['3B', 'data', 'permanent', 'a savepoint'],
  ['3D', 'data', 'permanent', 'no database of that name'],
  ['3F', 'data', 'permanent', 'no schema of that name'],
  ['40', 'node', 'transient', 'undone because of other transactions: serialization, deadlock'],
  ['40002', 'data', 'permanent', 'a constraint says no at the end of the transaction'],
  ['40003', 'node', 'unknown', 'whether the statement was completed is not known'],
  ['42', 'data', 'permanent', 'a wrong statement, or a right that is missing (42501)'],
  ['44', 'data', 'permanent', 'WITH CHECK OPTION says no'],
  ['53', 'node', 'transient', 'disk (53100), memory or connections (53300) are used up'],
  ['53400', 'node', 'permanent', 'a configured limit is reached'],
  ['54', 'data', 'permanent', 'beyond a limit of the program'],
  ['55', 'data', 'permanent', 'an object is not ready for that'],
  ['55006', 'node', 'transient', 'an object is in use'],
  ['55P03', 'node', 'transient', 'a lock was not free, or not in time'],
  ['57', 'node', 'unknown', 'somebody intervened: the session ends (57P01, 57P02)'],
  ['57014', 'node', 'transient', 'the statement was cancelled, or timed out'],
  ['57P03', 'node', 'transient', 'the server is starting, stopping or recovering'],
  ['57P04', 'node', 'permanent', 'the database was dropped'],
  ['57P05', 'node', 'transient', 'the session was idle for too long; nothing was under way'],
  ['58', 'node', 'permanent', 'the operating system refuses'],
  ['72', 'node', 'transient', 'the snapshot is too old (16 and earlier)'],
  ['F0', 'node', 'permanent', 'a configuration file'],
  ['HV', 'data', 'permanent', 'a foreign data wrapper'],
  ['P0', 'data', 'permanent', 'raised by a function'],
  ['RC', 'data', 'permanent', 'a refusal by `spec/checkpoints.sql` (spec 5.11)'],
  ['RC001', 'node', 'permanent', 'fenced: another recovery has taken over'],
  ['XX', 'node', 'permanent', 'an internal error; XX000 also for a file that may not grow'],
  ['XX001', 'data', 'permanent', 'stored data are damaged'],
  ['XX002', 'data', 'permanent', 'an index is damaged'],
];

/** What SQLSTATEs mean for recovery: every class of the manual's appendix A, and RC. */
export const SQLSTATES: readonly SqlStateRow[] = lines.map((line) => {
  const [state, kind, consequence, means] = line;
  return { state, kind, consequence, means };
});

/** The same for errors without SQLSTATE: the message of the driver, or the code of the system. */
export interface ConnectionRow extends Nature {
  readonly pattern: RegExp;
  readonly means: string;
}

/** First match counts. Anything else: the connection was lost under way, outcome unknown. */
export const CONNECTION_ERRORS: readonly ConnectionRow[] = [
  {
    pattern: /ECONNREFUSED/,
    kind: 'node',
    consequence: 'transient',
    means: 'no server listens',
  },
  {
    pattern: /ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH/,
    kind: 'network',
    consequence: 'transient',
    means: 'no way to the server',
  },
  {
    pattern: /timeout expired|trying to connect|connection timeout/,
    kind: 'network',
    consequence: 'transient',
    means: 'no connection came about in time',
  },
  {
    pattern: /not queryable/,
    kind: 'network',
    consequence: 'transient',
    means: 'the connection was lost before; nothing was sent',
  },
  {
    pattern: /Query read timeout/,
    kind: 'network',
    consequence: 'unknown',
    means: 'the answer did not come in time',
  },
  {
    pattern: /ECONNRESET|EPIPE|Connection terminated/,
    kind: 'network',
    consequence: 'unknown',
    means: 'the connection was lost under way',
  },
];
