import { Command, CommanderError } from 'commander';
import { ReconvergeError } from '../model/error.ts';
import { packageVersion } from './package.ts';
import type { Invocation, Outcome, Verb } from './verb.ts';

/** What the command line was, once a verb has answered. */
export interface Answered {
  readonly outcome: Outcome;
  readonly out: string | null;
}

/** Help or the version was asked for and has been printed. */
export class HelpShown extends Error {}

interface Frame {
  readonly verbs: readonly Verb[];
  readonly note: (line: string) => void;
}

const SHOWN = new Set(['commander.helpDisplayed', 'commander.help', 'commander.version']);

function usageError(thrown: CommanderError): ReconvergeError {
  const message = thrown.message.replace(/^error: /, '').replaceAll('\n', ' ');
  return new ReconvergeError('RCV502', message, {
    cause: thrown,
    hint: 'reconverge --help lists the verbs, reconverge <verb> --help its flags',
  });
}

function addVerb(
  program: Command,
  verb: Verb,
  answer: (invocation: Invocation) => Promise<void>,
  note: Frame['note'],
): void {
  const command = program.command(verb.name).description(verb.summary);
  if (verb.takesModel) {
    command.argument('<model>', 'a name of the library, or a path to a .ts or .js file');
  }
  verb.declare(command);
  command.option('--json', 'print one JSON document on stdout, errors included');
  command.action(async (...args: readonly unknown[]) => {
    const model = verb.takesModel ? String(args[0]) : '';
    await answer({ model, options: command.opts(), note });
  });
}

/**
 * Reads the arguments and performs the verb.
 * @throws ReconvergeError RCV502 for arguments that make no sense, and what the verb throws
 * @throws HelpShown
 */
export async function perform(args: readonly string[], { verbs, note }: Frame): Promise<Answered> {
  const program = new Command('reconverge')
    .description('model checking for the fault tolerance of orchestrations')
    .version(packageVersion())
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  let answered: Answered | null = null;
  for (const verb of verbs) {
    const answer = async (invocation: Invocation): Promise<void> => {
      const { out } = invocation.options;
      const outcome = await verb.perform(invocation);
      answered = { outcome, out: typeof out === 'string' ? out : null };
    };
    addVerb(program, verb, answer, note);
  }
  if (args.length === 0) {
    const names = verbs.map(({ name }) => name).join(', ');
    throw usageError(new CommanderError(2, 'reconverge.noVerb', `a verb is missing: ${names}`));
  }
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown;
    if (SHOWN.has(thrown.code)) throw new HelpShown();
    throw usageError(thrown);
  }
  if (answered === null)
    throw usageError(new CommanderError(2, 'reconverge.noVerb', 'a verb is missing'));
  return answered;
}
