import { ReconvergeError } from '../model/error.ts';
import { Console } from './console.ts';
import { EXIT_INTERNAL, EXIT_MISTAKE } from './exit-code.ts';
import { internalError, reportLines } from './internal-error.ts';
import { perform } from './program.ts';
import { AllShown } from './verb.ts';
import { VERBS } from './verbs.ts';
import type { Screen } from './watch.ts';

/** Tells what was thrown. Returns the exit code: never 1, which would look like a verdict. */
function failed(thrown: unknown, console: Console, args: readonly string[]): number {
  if (thrown instanceof AllShown) return thrown.exitCode;
  if (thrown instanceof ReconvergeError) {
    const { code, message, hint, at } = thrown;
    console.error({ code, message, hint, at });
    return EXIT_MISTAKE;
  }
  console.error(internalError(thrown));
  for (const line of reportLines(thrown, args)) console.note(line);
  return EXIT_INTERNAL;
}

/** Runs a command: its answer on stdout, everything else on stderr. Returns the exit code. */
export async function run(args: readonly string[]): Promise<number> {
  const console = new Console(args);
  const crashed = (thrown: unknown): void => {
    try {
      failed(thrown, console, args);
    } finally {
      process.exit(EXIT_INTERNAL);
    }
  };
  process.on('uncaughtException', crashed);
  process.on('unhandledRejection', crashed);
  try {
    const { note, into } = console;
    const screen: Screen = {
      clear: console.clear,
      answer: ({ report, text }) => console.report(report, text),
      mistake: (thrown) => {
        if (!(thrown instanceof ReconvergeError)) throw thrown;
        failed(thrown, console, args);
      },
      note,
    };
    const { report, text, exitCode } = await perform(args, { verbs: VERBS, screen, into });
    console.report(report, text);
    return exitCode;
  } catch (thrown) {
    return failed(thrown, console, args);
  }
}
