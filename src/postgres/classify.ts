import { DatabaseError } from 'pg';
import { CONNECTION_ERRORS, SQLSTATES, type Nature } from './sqlstates.ts';

const byState = new Map(SQLSTATES.map((row) => [row.state, row]));

/** An error of a class that PostgreSQL does not have says that the transaction is undone. */
const FOREIGN: Nature = { kind: 'data', consequence: 'permanent' };
const LOST: Nature = { kind: 'network', consequence: 'unknown' };

/** The row of an SQLSTATE: its own, or that of its class. */
export function natureOf(sqlState: string): Nature {
  return byState.get(sqlState) ?? byState.get(sqlState.slice(0, 2)) ?? FOREIGN;
}

/**
 * What says nothing of the transaction when it ends more than the statement: a resource that runs
 * out while WAL is written takes the server down, before or after the commit; poolers end sessions
 * with 08P01.
 */
const grave = /^(08P01|53(?!300)|58|XX)/;

/**
 * What an error means for recovery. An error that did not come from the server came from the
 * connection; only if nothing had been sent is it known that nothing was done.
 */
export function classify(thrown: unknown): Nature {
  if (!(thrown instanceof DatabaseError)) return connectionNature(thrown);
  const state = thrown.code ?? '';
  const nature = natureOf(state);
  const endsStatement = thrown.severity === 'ERROR';
  return grave.test(state) && !endsStatement ? { ...nature, consequence: 'unknown' } : nature;
}

function connectionNature(thrown: unknown): Nature {
  if (!(thrown instanceof Error) || thrown instanceof TypeError) return FOREIGN;
  const { code = '' } = thrown as { readonly code?: string };
  return CONNECTION_ERRORS.find(({ pattern }) => pattern.test(`${code} ${thrown.message}`)) ?? LOST;
}
