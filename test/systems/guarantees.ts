import type { EngineName } from './engines/all.ts';
import type { Cause } from './divergences.ts';
import type { Oracle } from './oracles.ts';

/** What is known of a divergence: its reason, and where it is documented, if it is. */
export interface Remark {
  readonly oracles: readonly Oracle[];
  readonly causes: readonly Cause[];
  readonly says: string;
  /** Where the documentation says so; null: it does not, as far as we have found. */
  readonly documented: string | null;
}

/** A system under test as its documentation has it. */
export interface About {
  readonly title: string;
  /** Its npm package; null for what is written in this repository. */
  readonly package: string | null;
  readonly setup: string;
  readonly guarantee: string;
  readonly source: string;
  readonly remarks: readonly Remark[];
}

const DBOS_RECOVERY = 'https://docs.dbos.dev/production/workflow-recovery';
const DBOS_CONCURRENT = 'https://docs.dbos.dev/explanations/concurrent-executions';
const GRAPHILE_ERRORS = 'https://worker.graphile.org/docs/error-handling';

const notTakenOver: Remark = {
  oracles: ['progress', 'effects', 'outcome'],
  causes: ['kill', 'freeze'],
  says:
    'A workflow is recovered when a process with its executor id is launched, or when Conductor ' +
    'has it recovered. A process that runs already, or has another id, does not take it over.',
  documented: DBOS_RECOVERY,
};

export const ABOUT: Readonly<Record<EngineName, About>> = {
  reconverge: {
    title: 'Reconverge executor',
    package: 'reconverge',
    setup: 'one machine with three steps, a checkpoint after each; leases',
    guarantee:
      'Effects happen at least once; a stored checkpoint is not done again; who lost a workflow ' +
      'cannot write; what a dead process held is taken over when its lease has run out.',
    source: 'guide/running.md',
    remarks: [],
  },
  dbos: {
    title: 'DBOS, default executor id',
    package: '@dbos-inc/dbos-sdk',
    setup:
      'one workflow function with three `DBOS.runStep`; both processes as configured by default',
    guarantee:
      'Every workflow runs to completion; steps happen at least once; outcomes are stored exactly ' +
      'once; a workflow is not executed twice at a time by the same executor.',
    source: DBOS_CONCURRENT,
    remarks: [
      {
        oracles: ['effects', 'acknowledged', 'outcome'],
        causes: ['start'],
        says:
          'The second process is launched with the same executor id, `local`, and puts the live ' +
          'workflow of the first back into the queue: it is executed a second time while the first ' +
          'execution goes on. That processes of a distributed application need ids of their own is ' +
          'documented; that the process that still executes the workflow may take it from the ' +
          'queue and execute it twice at a time is not.',
        documented: DBOS_RECOVERY,
      },
      {
        oracles: ['progress', 'outcome', 'effects'],
        causes: ['kill'],
        says:
          'The second process was launched before the first one died. Its launch has recovered the ' +
          'workflow, but the dead process had executed it, both times; it stays PENDING while a ' +
          'process with its executor id is alive, until one is launched anew. An issue of the ' +
          '[Python library](https://github.com/dbos-inc/dbos-transact-py/issues/804) describes the like.',
        documented: null,
      },
      { ...notTakenOver, causes: ['freeze'] },
    ],
  },
  'dbos-own-ids': {
    title: 'DBOS, executor ids of their own',
    package: '@dbos-inc/dbos-sdk',
    setup:
      'the same, with an `executorID` for each process; a restarted process has the same again',
    guarantee: 'As before.',
    source: DBOS_CONCURRENT,
    remarks: [notTakenOver],
  },
  'pg-boss': {
    title: 'pg-boss',
    package: 'pg-boss',
    setup:
      'a job for each step, which sends the next one under an id of its own; retries; expiration; ' +
      '`maintenanceIntervalSeconds: 1`; an `error` listener',
    guarantee:
      'Exactly-once job delivery (SKIP LOCKED); a job that fails or expires is retried, if so ' +
      'configured, so a handler may run more than once.',
    source: 'https://github.com/timgit/pg-boss/blob/10.4.2/README.md',
    remarks: [
      {
        oracles: ['progress'],
        causes: ['database'],
        says:
          'The connection ends while a job is being completed or failed. `work` does not wait for ' +
          'either of these calls, so nobody catches their rejection, and by the default of Node an ' +
          'unhandled rejection ends the process.',
        documented: null,
      },
    ],
  },
  'graphile-worker': {
    title: 'graphile-worker',
    package: 'graphile-worker',
    setup: 'a job for each step, which adds the next one under a `jobKey` of its own',
    guarantee:
      'A job is tried until it succeeds, at least once; one whose worker vanished stays locked for ' +
      'four hours, then it is tried again.',
    source: GRAPHILE_ERRORS,
    remarks: [
      {
        oracles: ['progress', 'outcome', 'effects'],
        causes: ['database'],
        says:
          'The connection ends while a job is being completed or failed, and the worker that cannot ' +
          'release its job gives up for good. The project knows it ' +
          '([501](https://github.com/graphile/worker/issues/501), ' +
          '[592](https://github.com/graphile/worker/issues/592)). Here the process ends when ' +
          '`runner.promise` is settled; it is not.',
        documented: null,
      },
      {
        oracles: ['effects', 'acknowledged'],
        causes: ['freeze'],
        says:
          'A worker that was frozen for more than four hours goes on where it was, and its task adds ' +
          'the next job once more. The other worker has that job already: a `jobKey` does not hold ' +
          'back a second job when the first one is running or completed.',
        documented: 'https://worker.graphile.org/docs/job-key',
      },
    ],
  },
  'job-table': {
    title: 'Job table by hand',
    package: null,
    setup:
      'claimed with SKIP LOCKED, locked for a minute, `UPDATE … WHERE id = $1` after each step',
    guarantee: 'None is written down; those who write such tables expect at-least-once steps.',
    source: '../test/systems/engines/job-table.ts',
    remarks: [
      {
        oracles: ['effects', 'acknowledged', 'outcome', 'progress'],
        causes: ['freeze'],
        says:
          'The process that was frozen wakes when the other one has gone on, and its `UPDATE` sets ' +
          'the job back: nothing in it says whose job it is.',
        documented: null,
      },
    ],
  },
  'job-table-fenced': {
    title: 'Job table by hand, fenced',
    package: null,
    setup: 'the same, but `… AND locked_by = $4`, with a new token for each claim',
    guarantee: 'Steps happen at least once; who lost a job cannot store any more.',
    source: '../test/systems/engines/job-table.ts',
    remarks: [],
  },
};
