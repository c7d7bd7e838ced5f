import { SERVER_FAULTS } from './catalogue.ts';
import { type FaultRow, LOST, MASKED, SILENT } from './fault-row.ts';
import { FURTHER_FAULTS } from './further-faults.ts';

const LOCKSTEP = ['test/postgres/server-faults.test.ts', 'at every moment of every call'] as const;

/** What a client sees of the faults of the lock-step. */
const SEEN: Readonly<Record<string, readonly string[]>> = {
  'backend terminated': ['57P01', LOST],
  'statement cancelled': ['57014'],
  statement_timeout: ['57014'],
  transaction_timeout: ['25P04', LOST],
  'backend killed': ['57P02', '57P03', LOST],
  'server crashed': ['57P03', 'ECONNREFUSED', LOST],
  'backend frozen': [SILENT],
  'postmaster frozen': ['timeout expired'],
  'connection cut': ['ECONNRESET'],
  'black hole': [SILENT],
  delay: [],
};

const ofLockstep = SERVER_FAULTS.map(
  ({ name, kind, persistence, class: failureClass, tier }): FaultRow => ({
    fault: name,
    made: `--faults '${name}'`,
    nature: { kind, persistence, class: failureClass },
    counterpart: MASKED,
    tier,
    seen: SEEN[name] ?? [],
    test: LOCKSTEP,
  }),
);

/** Every fault that is made on real servers. */
export const FAULT_TABLE: readonly FaultRow[] = [
  ...ofLockstep,
  ...FURTHER_FAULTS.map(([fault, made, nature, counterpart, tier, seen, test]) => ({
    fault,
    made,
    nature,
    counterpart,
    tier,
    seen,
    test,
  })),
];
