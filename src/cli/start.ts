import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * The main job of the checkout, `npm start`: the flagship checked exhaustively, sampled, and played
 * on a real PostgreSQL, by the very commands that anyone can repeat. Ends with the first exit code
 * above 0.
 */
const MODEL = 'order-fulfilment';
const REPORTS = '.reconverge/report';
const JOBS: readonly (readonly string[])[] = [
  ['check', MODEL, '--out', `${REPORTS}/check`],
  ['simulate', MODEL, '--seed', '1'],
  ['conform', MODEL, '--out', `${REPORTS}/conform`],
];

const main = fileURLToPath(new URL('./main.js', import.meta.url));
for (const args of JOBS) {
  process.stdout.write(`\n$ npx reconverge ${args.join(' ')}\n`);
  const { status, signal } = spawnSync(process.execPath, [main, ...args], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? (signal === 'SIGINT' ? 3 : 4));
}
process.stdout.write(
  `\nreports: ${REPORTS}\nany of it again: the commands above, each by itself\n`,
);
