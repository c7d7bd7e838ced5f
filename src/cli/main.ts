#!/usr/bin/env node
import { ReconvergeError } from '../model/error.ts';
import { Console } from './console.ts';
import { EXIT_INTERNAL, EXIT_MISTAKE } from './exit-code.ts';
import { internalError, reportLines } from './internal-error.ts';
import { HelpShown } from './verb.ts';

const args = process.argv.slice(2);
const console = new Console(args);

/** Tells what was thrown. Returns the exit code: never 1, which would look like a verdict. */
function failed(thrown: unknown): number {
  if (thrown instanceof HelpShown) return 0;
  if (thrown instanceof ReconvergeError) {
    const { code, message, hint, at } = thrown;
    console.error({ code, message, hint, at });
    return EXIT_MISTAKE;
  }
  console.error(internalError(thrown));
  for (const line of reportLines(thrown, args)) console.note(line);
  return EXIT_INTERNAL;
}

function crashed(thrown: unknown): void {
  try {
    failed(thrown);
  } finally {
    process.exit(EXIT_INTERNAL);
  }
}
process.on('uncaughtException', crashed);
process.on('unhandledRejection', crashed);

try {
  // Imported here, so that an installation that lacks something ends in exit code 4, too.
  const [{ perform }, { VERBS }] = await Promise.all([
    import('./program.ts'),
    import('./verbs.ts'),
  ]);
  const { note, into } = console;
  const { report, text, exitCode } = await perform(args, { verbs: VERBS, note, into });
  console.report(report, text);
  process.exitCode = exitCode;
} catch (thrown) {
  process.exitCode = failed(thrown);
}
