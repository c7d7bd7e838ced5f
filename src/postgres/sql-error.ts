import { DatabaseError } from 'pg';
import { type ErrorCode, messageOf, ReconvergeError } from '../model/error.ts';
import { classify } from './classify.ts';

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
 * Does the error leave open whether the statement was committed, or say that trying again helps?
 * Then a statement that may be repeated is (see `sqlstates.ts`).
 */
export function isPassing(thrown: unknown): boolean {
  const { consequence } = classify(thrown);
  return consequence === 'transient' || consequence === 'unknown';
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
