import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startServer } from '../../../src/postgres/server/server.ts';
import { LEASE_MS, recovery, type Recovered } from './recovery.ts';
import type { Measured, Task } from './runner.ts';

/** Built, this file lies in `dist/test/bench/postgres/`. */
const runner = fileURLToPath(new URL('runner.js', import.meta.url));
const page = fileURLToPath(new URL('../../../../docs/benchmarks-postgres.md', import.meta.url));

const HELP = `npm run bench:postgres -- [options]

Workflows of five steps with a checkpoint each, on one real server, in one run: our executor, a loop
written by hand, DBOS, pg-boss, and bare commits. Then how long a backlog takes to recover.

  --seconds <n>   of each measurement (default 5)
  --rounds <n>    all contenders in turn, this often; medians are taken (default 3)
  --backlog <n,…> workflows left behind (default 10,1000,100000)
  --write         write docs/benchmarks-postgres.md
`;

const NAMES: Readonly<Record<Task['contender'], string>> = {
  bareCommit: 'one bare commit',
  byHand: 'loop by hand: fenced, hashed, chained',
  ours: 'Reconverge',
  dbos: 'DBOS 5.3.0',
  pgBoss: 'pg-boss 10.4.2, chain of jobs',
};
const LEVELS = [1, 8, 32];

async function runTask(task: Task): Promise<Measured> {
  const child = fork(runner, [JSON.stringify(task)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const [measured] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => {
      throw new Error(`${task.contender} ended without a result`);
    }),
  ])) as [Measured];
  return measured;
}

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
const round = (value: number): string =>
  value.toLocaleString('en-US', { maximumFractionDigits: value < 10 ? 1 : 0 });

function table(results: ReadonlyMap<string, readonly Measured[]>): string {
  const of = (contender: string, level: number, pick: (one: Measured) => number): number =>
    median((results.get(`${contender} ${level}`) ?? []).map(pick));
  const rows = Object.entries(NAMES).map(([contender, name]) => {
    const cells = LEVELS.map((level) => {
      const perSecond = of(contender, level, (one) => one.perSecond);
      const [p50, p99] = [
        of(contender, level, (one) => one.p50),
        of(contender, level, (one) => one.p99),
      ];
      const ratio = of('ours', level, (one) => one.perSecond) / perSecond;
      const against = contender === 'ours' ? '' : ` (${round(ratio)} ×)`;
      return `${round(perSecond)}${against}; ${round(p50)} / ${round(p99)} ms`;
    });
    return `| ${name} | ${cells.join(' | ')} |`;
  });
  return [
    `| system | ${LEVELS.map((level) => `${level} at a time`).join(' | ')} |`,
    `|---|${LEVELS.map(() => '---|').join('')}`,
    ...rows,
  ].join('\n');
}

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '3' },
    backlog: { type: 'string', default: '10,1000,100000' },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}

const server = await startServer();
try {
  const results = new Map<string, Measured[]>();
  for (let turn = 0; turn < Number(values.rounds); turn += 1) {
    for (const concurrency of LEVELS) {
      for (const contender of Object.keys(NAMES) as Task['contender'][]) {
        const seconds = Number(values.seconds);
        const measured = await runTask({ contender, url: server.url, concurrency, seconds });
        const key = `${contender} ${concurrency}`;
        results.set(key, [...(results.get(key) ?? []), measured]);
        process.stderr.write(`${key}: ${round(measured.perSecond)}/s\n`);
      }
    }
  }
  const recovered: [number, Recovered][] = [];
  for (const backlog of values.backlog.split(',').map(Number)) {
    const one = await recovery(server.url, backlog);
    recovered.push([backlog, one]);
    process.stderr.write(`backlog ${backlog}: ${round(one.first)} ms, all ${round(one.all)} ms\n`);
  }
  const text = `# The executor on PostgreSQL: speed

Written by \`npm run bench:postgres -- --write\`, on PostgreSQL ${server.version} with \`fsync\` on, client and server
on the same ${cpus().length} cores. All in one run, ${values.rounds} rounds of ${values.seconds} s each in turn, medians.

Workflows per second, in brackets how many times as many Reconverge runs; then the median and the
99th percentile of how long one takes. A workflow has five steps that do nothing, a durable checkpoint behind
each; a bare commit is one row. Ours with everything on: leases, epochs, hashes, chains, ids, memos. The loop by
hand saves as safely, and recovers nothing. DBOS and pg-boss do other things besides; pg-boss's jobs are fetched
at once by their sender, without the delay of polling.

${table(results)}

## After a death

Workflows that a worker held when it died, one other executor alive with a lease of ${LEASE_MS / 1000} s. Milliseconds
from the death until the first of them has ended, and until all have.

| workflows | first | all |
|---|---|---|
${recovered.map(([backlog, { first, all }]) => `| ${round(backlog)} | ${round(first)} | ${round(all)} |`).join('\n')}
`;
  process.stdout.write(text);
  if (values.write) writeFileSync(page, text);
} finally {
  await server.stop();
}
