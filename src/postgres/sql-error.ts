import { DatabaseError } from 'pg';
import { type ErrorCode, messageOf, ReconvergeError } from '../model/error.ts';

/** What the SQLSTATEs of `spec/checkpoints.sql` mean here, one code for each cause. */
const codes: Readonly<Record<string, ErrorCode>> = {
  RC001: 'RCV404', // fenced
  RC002: 'RCV409', // the parent is not the head
  RC003: 'RCV407', // superseded
  RC004: 'RCV408', // the workflow is done
  RC005: 'RCV410', // an id was used before, for something else
  RC006: 'RCV406', // unknown workflow or checkpoint
  RC007: 'RCV411', // an effect's memo stands for something else
  '42501': 'RCV436', // the role lacks a right
  XX001: 'RCV405', // damaged: by our hashes, or by the server's page checksums
};

/**
 * SQLSTATEs after which the same call is made again: the server goes down or comes up (57P), a
 * connection failed or there are too many (08, 53300), and a transaction was undone for reasons
 * that lie in other transactions (40001, 40P01, 55P03, 57014).
 */
const passing = /^(08...|57P0[1-5]|53300|40001|40P01|55P03|57014)$/;

/**
 * Does the error leave open whether the statement was committed, or say that trying again helps?
 * An error without an SQLSTATE comes from the connection: its loss, a timeout, no server. The
 * driver gives most of these no code of their own.
 */
export function isPassing(thrown: unknown): boolean {
  if (thrown instanceof DatabaseError) return passing.test(thrown.code ?? '');
  return thrown instanceof Error && !(thrown instanceof TypeError);
}

/** The coded error for a refusal by the checkpoint functions; anything else as it was thrown. */
export function codedError(thrown: unknown): unknown {
  if (!(thrown instanceof DatabaseError)) return thrown;
  const code = codes[thrown.code ?? ''];
  if (code === undefined) return thrown;
  return new ReconvergeError(code, thrown.message, {
    ...(thrown.hint === undefined ? {} : { hint: thrown.hint }),
    cause: thrown,
  });
}

/** The server stayed away for too long; whether the last call was committed is not known. */
export function unreachable(thrown: unknown, timeoutMs: number): ReconvergeError {
  const message = `PostgreSQL gave no answer for ${timeoutMs} ms: ${messageOf(thrown)}`;
  return new ReconvergeError('RCV403', message, {
    hint: 'the same call with the same ids finds out whether it was committed',
    cause: thrown,
  });
}
