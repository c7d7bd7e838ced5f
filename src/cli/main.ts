#!/usr/bin/env node
import { EXIT_INTERNAL } from './exit-code.ts';
import { startAhead } from './thread-ahead.ts';

const args = process.argv.slice(2);
startAhead(args);
try {
  const { run } = await import('./command-line.ts');
  process.exitCode = await run(args);
} catch (thrown) {
  // An installation that lacks something; Node's own exit code 1 would look like a verdict.
  process.stderr.write(`${thrown instanceof Error ? thrown.stack : String(thrown)}\n`);
  process.exitCode = EXIT_INTERNAL;
}
