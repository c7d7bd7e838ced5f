/**
 * Codes are stable: a code names one cause for ever. RCV1xx model and parameters, RCV2xx machines,
 * RCV3xx check, RCV4xx PostgreSQL, RCV5xx command line, RCV6xx conformance.
 */
export type ErrorCode = `RCV${number}`;

/**
 * The user's mistake, told kindly: a stable code, one cause (`message`), one way out (`hint`), and
 * the place (`at`: model, actor, event or context path). Mapped to exit code 2 by the command line.
 */
export class ReconvergeError extends Error {
  override readonly name = 'ReconvergeError';
  readonly code: ErrorCode;
  readonly hint: string | null;
  readonly at: string | null;

  constructor(
    code: ErrorCode,
    message: string,
    options: { hint?: string; at?: string; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint ?? null;
    this.at = options.at ?? null;
  }
}

/** The text of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/**
 * For states that cannot arise unless this toolkit is wrong: ends in exit code 4, never in a
 * verdict.
 */
export function assertInternal(condition: unknown, what: string): asserts condition {
  if (!condition) throw new Error(`internal: ${what}`);
}
